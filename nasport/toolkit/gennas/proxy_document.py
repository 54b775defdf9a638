"""The network that is trained in place of an architecture's own: for small images, as narrow and as deep as is asked.

It is a document again, made from the architecture's, so that one builder serves both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasport.schemas.architecture import Architecture, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.gennas.settings import Settings

IMAGE_SIZE = 32
# The public code begins with 16 channels where NAS-Bench-101's networks begin with 128; TransNAS-Bench-101, which is not
# in it, begins with as many here.
_WIDTHS = {"nasbench101": 1 / 8, "transnas_micro": 1 / 4, "transnas_macro": 1 / 4}


@dataclass(frozen=True)
class Scale:
    """How a document's network is changed before it is built.

    Attributes:
        input: channels, height and width of the images it reads.
        depth: every stage of cells or blocks is repeated this much as often, at least once.
        width: every width is multiplied by it.
        strided: whether the stem keeps its strides.
    """

    input: tuple[int, int, int]
    depth: float = 1.0
    width: float = 1.0
    strided: bool = True


def proxy_document(architecture: Architecture, settings: Settings) -> Architecture:
    """The document of the network to train.

    Images are 32 x 32 in three channels, and there is no head. A stem for larger images keeps its layers and loses their strides, as GenNAS
    does with networks for ImageNet; patches of an image stay as large as they are.

    Raises:
        InputError: there is no skeleton, or it does not begin with an image.
    """
    _, height, width = image_shape(architecture)
    factor = width_of(architecture, settings)
    strided = max(height, width) <= IMAGE_SIZE
    scaled = scaled_document(
        architecture, Scale((3, IMAGE_SIZE, IMAGE_SIZE), settings.depth, factor, strided)
    )
    assert scaled.skeleton is not None, "it has an image"
    return replace(scaled, skeleton=replace(scaled.skeleton, head=(), classes=None))


def image_shape(architecture: Architecture) -> tuple[int, int, int]:
    """Channels (3 where nothing is said), height and width of the images that a network reads.

    Raises:
        InputError: there is no skeleton, or it does not begin with an image.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError(
            "no skeleton, expected one: what is run is a whole network, its cells stacked into stages",
            path=("skeleton",),
        )
    size = dict(skeleton.input)
    if not {"height", "width"} <= size.keys():
        problem = "no height and width of the input, expected those of an image"
        raise InputError(problem, path=("skeleton", "input"))
    return size.get("channels", 3), size["height"], size["width"]


def scaled_document(architecture: Architecture, scale: Scale) -> Architecture:
    """A document for images of another size, as narrow and as deep as is asked.

    Raises:
        InputError: as of `image_shape`.
    """
    # What the document says of resolutions holds for its own images and repeats.
    same = image_shape(architecture)[1:] == scale.input[1:] and scale.depth == 1
    skeleton = architecture.skeleton
    assert skeleton is not None, "it has an image"

    def narrow(stage: Stage) -> Stage:
        found = scaled_stage(stage, _own(stage, architecture), scale.width)
        return found if same else replace(found, resolution=None)

    def first(stage: Stage) -> Stage:
        operator = _own(stage, architecture)
        if scale.strided or (operator and operator.kind == "patch_embedding"):
            return stage
        strided = operator is not None and operator.attribute("stride", 1) != 1
        stage = replace(stage, stride=1)
        return _with(stage, "stride", 1) if strided else stage

    return replace(
        architecture,
        skeleton=replace(
            skeleton,
            stages=tuple(
                replace(narrow(stage), repeats=max(1, round(stage.repeats * scale.depth)))
                for stage in skeleton.stages
            ),
            stem=tuple(first(narrow(stage)) for stage in skeleton.stem),
            head=tuple(narrow(stage) for stage in skeleton.head),
            input=tuple(zip(("channels", "height", "width"), scale.input, strict=True)),
        ),
    )


def width_of(architecture: Architecture, settings: Settings) -> float:
    """What every width of the document is multiplied by."""
    return settings.width if settings.width is not None else _WIDTHS.get(architecture.space, 1.0)


def scaled_stage(stage: Stage, operator: Operator | None, factor: float) -> Stage:
    """A stage with its width multiplied, rounded, at least 1; where its operator says the width, that.

    Args:
        operator: of the stage, with the stage's attributes; None: of a cell.
    """
    if factor == 1:
        return stage
    if stage.width is not None:
        return replace(stage, width=scaled(stage.width, factor))
    channels = operator.attribute("channels", 0) if operator else 0
    return _with(stage, "channels", scaled(channels, factor)) if channels else stage


def scaled(width: float, factor: float) -> int:
    """A width multiplied, rounded, at least 1."""
    return max(1, round(width * factor))


def _own(stage: Stage, architecture: Architecture) -> Operator | None:
    """The operator of a stage, with the stage's own attributes."""
    return architecture.operator(stage.op).with_attributes(dict(stage.attributes)) if stage.op else None


def _with(stage: Stage, name: str, value: float) -> Stage:
    """With one attribute of its operator changed."""
    return replace(stage, attributes=tuple((dict(stage.attributes) | {name: float(value)}).items()))
