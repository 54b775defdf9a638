"""Skeletons seen by a notation: as a plain list of layers, or as one fixed network around the cell."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasport.schemas.architecture import Architecture, Skeleton
from nasport.schemas.errors import InputError
from nasport.schemas.graphs import skeleton_digest
from nasport.schemas.operators import Operator


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
        InputError: there is no skeleton.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError("no skeleton, expected one: this notation names its stages", path=("skeleton",))
    width = stem_width(skeleton)
    found: list[Layer] = []
    for stage in skeleton.stages:
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
