"""Skeletons seen by a notation: as a plain list of layers, or as one fixed network around the cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nasport.schemas.architecture import Architecture, Skeleton
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.batch import skeleton_digest
from nasport.schemas.operators import Operator, vocabulary


@dataclass(frozen=True)
class Layer:
    """One repeat of one stage.

    Attributes:
        what: the operator; None where it is the architecture's cell.
        width: its output channels.
        stride: its stride.
    """

    what: Operator | None
    width: int
    stride: int


def layers(architecture: Architecture) -> list[Layer]:
    """All repeats of all stages, widths filled in.

    Raises:
        InputError: there is no skeleton, or a stage says its resolution or attributes of its cell.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError("no skeleton, expected one: this notation names its stages", path=("skeleton",))
    width = stem_width(skeleton)
    found: list[Layer] = []
    for place, stage in enumerate(skeleton.stages):
        if stage.resolution is not None:
            raise InputError(
                "a resolution of its own, expected none: this notation has no word for it",
                path=("skeleton", "stages", place, "resolution"),
            )
        if stage.cell and stage.attributes:
            raise InputError(
                "attributes of a cell, expected none: this notation has no word for them",
                path=("skeleton", "stages", place, "attributes"),
            )
        width = stage.width if stage.width is not None else width
        what = None
        if stage.op:
            what = architecture.operator(stage.op).with_attributes(dict(stage.attributes))
        found.extend(
            Layer(what, width, stage.stride if repeat == 0 else 1) for repeat in range(stage.repeats)
        )
    return found


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
    roles, expected = ({(c.role, c.channels) for c in a.cells.values()} for a in (architecture, of))
    if roles != expected:
        raise InputError(f"cells of (role, channels) {sorted(roles)}, expected {sorted(expected)}")
    ends = replace(of.skeleton, stages=())
    for part in ("stem", "head"):
        found = replace(ends, **{part: getattr(architecture.skeleton, part)})
        if skeleton_digest(replace(architecture, skeleton=found)) != skeleton_digest(
            replace(of, skeleton=ends)
        ):
            raise InputError(
                f"the {part} is another one, expected that of {of.space}: this notation implies it",
                path=("skeleton", part),
            )


def check_skeleton(architecture: Architecture, of: Architecture) -> None:
    """Raise `InputError` where an architecture has another skeleton than a document of the space.

    No skeleton is fine, since the notation implies it; so is another input or number of classes, another data set.
    """
    if architecture.skeleton is None or of.skeleton is None:
        return
    roles, expected = ({(c.role, c.channels) for c in a.cells.values()} for a in (architecture, of))
    if architecture.skeleton == of.skeleton and roles == expected:
        return  # as in documents that a notation made
    skeleton = replace(architecture.skeleton, input=of.skeleton.input, classes=of.skeleton.classes)
    if skeleton_digest(replace(architecture, skeleton=skeleton)) != skeleton_digest(of):
        raise InputError(
            f"the skeleton is another one, expected that of {of.space} (or none: this notation implies it)",
            path=("skeleton",),
        )
