"""Skeletons seen by a notation: as a plain list of layers, or as one fixed network around the cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nasport.schemas.architecture import Architecture, Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import skeleton_digest
from nasport.schemas.operators import Operator, vocabulary

POOL = (Stage(op="global_avg_pool"),)
"""The head of most networks."""


def image(size: int) -> tuple[tuple[str, int], ...]:
    """The input of a network that reads square images."""
    return (("channels", 3), ("height", size), ("width", size))


@dataclass(frozen=True)
class StackedLayer:
    """One repeat of one stage.

    Attributes:
        what: the operator; None where it is the architecture's cell.
        width: its output channels.
        stride: its stride.
    """

    what: Operator | None
    width: int
    stride: int


def layers(architecture: Architecture) -> list[StackedLayer]:
    """All repeats of all stages, widths filled in.

    Raises:
        InputError: there is no skeleton, or a stage says its resolution or attributes of its cell.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError("no skeleton, expected one: this notation names its stages", path=("skeleton",))
    width = stem_width(skeleton)
    found: list[StackedLayer] = []
    for place, stage in enumerate(skeleton.stages):
        if stage.resolution is not None:
            problem = "a resolution of its own, expected none: this notation has no word for it"
            raise InputError(problem, path=("skeleton", "stages", place, "resolution"))
        if stage.cell and stage.attributes:
            problem = "attributes of a cell, expected none: this notation has no word for them"
            raise InputError(problem, path=("skeleton", "stages", place, "attributes"))
        width = stage.width if stage.width is not None else width
        numbers = dict(stage.attributes)
        what = architecture.operator(stage.op).with_attributes(numbers) if stage.op else None
        strides = (stage.stride, *(1,) * (stage.repeats - 1))
        found.extend(StackedLayer(what, width, stride) for stride in strides)
    return found


def layer_digits(found: Sequence[StackedLayer], choices: Sequence[Sequence[Operator]], names: str) -> str:
    """A digit for each layer: the place of its operator among those that may stand there.

    Args:
        found: the layers.
        choices: for each layer its operators, by their digits.
        names: of the operators, for the message.

    Raises:
        InputError: a layer is none of them.
    """
    digits = ""
    for number, (layer, operators) in enumerate(zip(found, choices, strict=True), 1):
        if layer.what not in operators:
            raise InputError(f"layer {number} is none of {names}", path=("skeleton", "stages"))
        digits += str(operators.index(layer.what))
    return digits


def stem_width(skeleton: Skeleton) -> int:
    """Channels after the stem; 0 where it does not say."""
    return next((stage.width for stage in reversed(skeleton.stem) if stage.width is not None), 0)


def check_own_operators(architecture: Architecture, keys: Iterable[str]) -> None:
    """Raise `InputError` where a document says that one of these operators is another one than the vocabulary's."""
    for key in keys:
        if key in architecture.operators and architecture.operators[key] != vocabulary()[key]:
            raise InputError(
                f"this document's {key!r} is another operator, expected the one that this notation means by it",
                path=("operators", key),
            )


def check_ends(architecture: Architecture, of: Architecture) -> None:
    """Raise `InputError` where stem, head or the role of a cell are others than in a document of the space.

    For notations that read the stages between them as a list of `layers`.
    """
    if architecture.skeleton is None or of.skeleton is None:
        return
    roles, expected = _roles(architecture), _roles(of)
    if roles != expected:
        raise InputError(f"cells of (role, channels) {sorted(roles)}, expected {sorted(expected)}")
    ends = replace(of.skeleton, stages=())
    digest = skeleton_digest(replace(of, skeleton=ends))
    for part in ("stem", "head"):
        found = replace(ends, **{part: getattr(architecture.skeleton, part)})
        if skeleton_digest(replace(architecture, skeleton=found)) != digest:
            problem = f"the {part} is another one, expected that of {of.space}: this notation implies it"
            raise InputError(problem, path=("skeleton", part))


def check_skeleton(architecture: Architecture, of: Architecture) -> None:
    """Raise `InputError` where an architecture has another skeleton than a document of the space.

    No skeleton is fine, since the notation implies it; so is another input or number of classes, another data set.
    """
    if architecture.skeleton is None or of.skeleton is None:
        return
    if architecture.skeleton == of.skeleton and _roles(architecture) == _roles(of):
        return  # as in documents that a notation made
    skeleton = replace(architecture.skeleton, input=of.skeleton.input, classes=of.skeleton.classes)
    if skeleton_digest(replace(architecture, skeleton=skeleton)) != skeleton_digest(of):
        raise InputError(
            f"the skeleton is another one, expected that of {of.space} (or none: this notation implies it)",
            path=("skeleton",),
        )


def _roles(architecture: Architecture) -> set[tuple[str, str]]:
    return {(cell.role, cell.channels) for cell in architecture.cells.values()}
