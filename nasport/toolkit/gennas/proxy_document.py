"""The network that is trained in place of an architecture's own: for small images, as narrow and as deep as is asked.

It is a document again, made from the architecture's, so that one builder serves both.
"""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture, Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.settings import Settings

IMAGE_SIZE = 32
# The public code begins with 16 channels where NAS-Bench-101's networks begin with 128; TransNAS-Bench-101, which is not
# in it, begins with as many here.
_WIDTHS = {"nasbench101": 1 / 8, "transnas_micro": 1 / 4, "transnas_macro": 1 / 4}


def proxy_document(architecture: Architecture, settings: Settings) -> Architecture:
    """The document of the network to train.

    Images are 32 x 32 in three channels. A stem for larger images keeps its layers and loses its strides, as GenNAS
    does with networks for ImageNet.

    Raises:
        InputError: there is no skeleton, or it does not begin with an image.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError(
            "no skeleton, expected one: what is trained is a whole network, its cells stacked into stages",
            path=("skeleton",),
        )
    size = dict(skeleton.input)
    if not {"height", "width"} <= size.keys():
        raise InputError(
            "no height and width of the input, expected those of an image", path=("skeleton", "input")
        )
    width = width_of(architecture, settings)
    shrinks = max(size["height"], size["width"]) > IMAGE_SIZE
    # What the document says of resolutions holds for its own images and repeats.
    same = (size["height"], size["width"]) == (IMAGE_SIZE, IMAGE_SIZE) and settings.depth == 1
    return replace(
        architecture,
        skeleton=Skeleton(
            stages=tuple(_deep(_scaled(stage, width, same), settings.depth) for stage in skeleton.stages),
            stem=tuple(_unstrided(_scaled(stage, width, same), shrinks) for stage in skeleton.stem),
            input=(("channels", 3), ("height", IMAGE_SIZE), ("width", IMAGE_SIZE)),
        ),
    )


def width_of(architecture: Architecture, settings: Settings) -> float:
    """What every width of the document is multiplied by."""
    return settings.width if settings.width is not None else _WIDTHS.get(architecture.space, 1.0)


def _scaled(stage: Stage, width: float, same: bool) -> Stage:
    """With its width multiplied, and its resolution if that is the same."""
    scaled = None if stage.width is None else max(1, round(stage.width * width))
    return replace(stage, width=scaled, resolution=stage.resolution if same else None)


def _unstrided(stage: Stage, shrinks: bool) -> Stage:
    if not shrinks:
        return stage
    attributes = tuple((name, 1.0 if name == "stride" else value) for name, value in stage.attributes)
    return replace(stage, stride=1, attributes=attributes)


def _deep(stage: Stage, depth: float) -> Stage:
    return replace(stage, repeats=max(1, round(stage.repeats * depth)))
