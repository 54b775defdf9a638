"""Derive the document of the network to train from an architecture: for small images and with scaled width and depth.

The result is a document too, so the same code builds both networks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasport.schemas.architecture import Architecture, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.gennas.settings import Settings

IMAGE_SIZE = 32
# NAS-Bench-101's networks start with 128 channels, and the public code of GenNAS starts with 16. TransNAS-Bench-101 is not
# part of that code; its networks start with 16 channels here, too.
_WIDTHS = {"nasbench101": 1 / 8, "transnas_micro": 1 / 4, "transnas_macro": 1 / 4}


@dataclass(frozen=True)
class Scale:
    """Changes to the network of a document.

    Attributes:
        input: channels, height and width of the input images.
        depth: factor of the repeats of every stage, which stay at least 1.
        width: factor of every width.
        strided: whether the stem keeps its strides.
    """

    input: tuple[int, int, int]
    depth: float = 1.0
    width: float = 1.0
    strided: bool = True


def proxy_document(architecture: Architecture, settings: Settings) -> Architecture:
    """Return the document of the network to train.

    The network reads images of 32 x 32 pixels with 3 channels, and has no head. The layers of a stem for larger images lose
    their strides, as GenNAS does with networks for ImageNet. Patch embeddings keep their size.

    Raises:
        InputError: the document has no skeleton, or its input is not an image.
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
    """Return channels (default: 3), height and width of the input images of a network.

    Raises:
        InputError: the document has no skeleton, or its input is not an image.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError(
            "no skeleton, expected a skeleton, which stacks the cells into a whole network",
            path=("skeleton",),
        )
    size = dict(skeleton.input)
    if not {"height", "width"} <= size.keys():
        problem = "no height and width of the input, expected the size of an image"
        raise InputError(problem, path=("skeleton", "input"))
    return size.get("channels", 3), size["height"], size["width"]


def scaled_document(architecture: Architecture, scale: Scale) -> Architecture:
    """Return a document for images of another size, with scaled width and depth.

    Raises:
        InputError: see `image_shape`.
    """
    # The resolutions in a document are valid only for its own image size and repeats.
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
    """Return the factor of every width of the document."""
    return settings.width if settings.width is not None else _WIDTHS.get(architecture.space, 1.0)


def scaled_stage(stage: Stage, operator: Operator | None, factor: float) -> Stage:
    """Return a stage with its width, or the width of its operator, times `factor`, rounded and at least 1.

    Args:
        stage: the stage.
        operator: the operator of the stage, with the stage's attributes; None for a stage of cells.
        factor: factor of the width.
    """
    if factor == 1:
        return stage
    if stage.width is not None:
        return replace(stage, width=scaled(stage.width, factor))
    channels = operator.attribute("channels", 0) if operator else 0
    return _with(stage, "channels", scaled(channels, factor)) if channels else stage


def scaled(width: float, factor: float) -> int:
    """Return width times factor, rounded and at least 1."""
    return max(1, round(width * factor))


def _own(stage: Stage, architecture: Architecture) -> Operator | None:
    """Return the operator of a stage with the stage's attributes; None for a stage of cells."""
    return architecture.operator(stage.op).with_attributes(dict(stage.attributes)) if stage.op else None


def _with(stage: Stage, name: str, value: float) -> Stage:
    """Return a stage with one changed attribute of its operator."""
    return replace(stage, attributes=tuple((dict(stage.attributes) | {name: float(value)}).items()))
