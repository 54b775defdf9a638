"""Skeletons in notations: conversion into a list of layers, and checks against the network that a notation implies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nasport.schemas.architecture import Architecture, Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import skeleton_digest
from nasport.schemas.operators import Operator, vocabulary

POOL = (Stage(op="global_avg_pool"),)
"""Head of most networks."""


def image(size: int) -> tuple[tuple[str, int], ...]:
    """Return the input sizes of a network for square images."""
    return (("channels", 3), ("height", size), ("width", size))


@dataclass(frozen=True)
class StackedLayer:
    """One repeat of one stage.

    Attributes:
        what: the operator; None for a cell.
        width: number of output channels.
        stride: stride.
    """

    what: Operator | None
    width: int
    stride: int


def layers(architecture: Architecture) -> list[StackedLayer]:
    """Return all repeats of all stages with their widths.

    Raises:
        InputError: no skeleton, or a stage with a resolution or with attributes of its cell.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise InputError("no skeleton, expected one: this notation describes its stages", path=("skeleton",))
    width = stem_width(skeleton)
    stacked: list[StackedLayer] = []
    for place, stage in enumerate(skeleton.stages):
        if stage.resolution is not None:
            problem = "a stage with a resolution, expected none: this notation cannot express it"
            raise InputError(problem, path=("skeleton", "stages", place, "resolution"))
        if stage.cell and stage.attributes:
            problem = "a cell with attributes, expected none: this notation cannot express them"
            raise InputError(problem, path=("skeleton", "stages", place, "attributes"))
        width = stage.width if stage.width is not None else width
        numbers = dict(stage.attributes)
        what = architecture.operator(stage.op).with_attributes(numbers) if stage.op else None
        strides = (stage.stride, *(1,) * (stage.repeats - 1))
        stacked.extend(StackedLayer(what, width, stride) for stride in strides)
    return stacked


def layer_digits(stacked: Sequence[StackedLayer], choices: Sequence[Sequence[Operator]], names: str) -> str:
    """Return a digit for each layer: the index of its operator among the choices of the layer.

    Args:
        stacked: the layers.
        choices: for each layer the operators by their digits.
        names: names of the operators, for the message.

    Raises:
        InputError: a layer with another operator.
    """
    digits = ""
    for number, (layer, operators) in enumerate(zip(stacked, choices, strict=True), 1):
        if layer.what not in operators:
            raise InputError(f"layer {number} differs, expected one of {names}", path=("skeleton", "stages"))
        digits += str(operators.index(layer.what))
    return digits


def stem_width(skeleton: Skeleton) -> int:
    """Return the number of channels after the stem; 0 if the stem states none."""
    return next((stage.width for stage in reversed(skeleton.stem) if stage.width is not None), 0)


def check_own_operators(architecture: Architecture, keys: Iterable[str]) -> None:
    """Check that a document does not redefine operators of the vocabulary.

    Args:
        architecture: the document.
        keys: keys of the operators.

    Raises:
        InputError: a redefined operator.
    """
    for key in keys:
        if key in architecture.operators and architecture.operators[key] != vocabulary()[key]:
            raise InputError(
                f"the document redefines {key!r}, expected the operator of the vocabulary in this notation",
                path=("operators", key),
            )


def check_ends(architecture: Architecture, of: Architecture) -> None:
    """Check stem, head and roles of cells, for notations that read the stages as a list of `layers`.

    Args:
        architecture: document to check.
        of: document of the search space with the expected stem, head and roles.

    Raises:
        InputError: another stem, head or role.
    """
    if architecture.skeleton is None or of.skeleton is None:
        return
    roles, expected = _roles(architecture), _roles(of)
    if roles != expected:
        raise InputError(f"cells with (role, channels) {sorted(roles)}, expected {sorted(expected)}")
    ends = replace(of.skeleton, stages=())
    digest = skeleton_digest(replace(of, skeleton=ends))
    for part in ("stem", "head"):
        own_part = replace(ends, **{part: getattr(architecture.skeleton, part)})
        if skeleton_digest(replace(architecture, skeleton=own_part)) != digest:
            problem = f"another {part}, expected that of {of.space}, which this notation implies"
            raise InputError(problem, path=("skeleton", part))


def check_skeleton(architecture: Architecture, of: Architecture) -> None:
    """Check the skeleton of an architecture.

    A missing skeleton is valid, because the notation implies it. Another input size or number of classes, as for another data
    set, is valid too.

    Args:
        architecture: document to check.
        of: document of the search space with the expected skeleton.

    Raises:
        InputError: another skeleton.
    """
    if architecture.skeleton is None or of.skeleton is None:
        return
    if architecture.skeleton == of.skeleton and _roles(architecture) == _roles(of):
        return  # the usual case, without computing digests
    skeleton = replace(architecture.skeleton, input=of.skeleton.input, classes=of.skeleton.classes)
    if skeleton_digest(replace(architecture, skeleton=skeleton)) != skeleton_digest(of):
        raise InputError(
            f"another skeleton, expected that of {of.space}, which this notation implies, or no skeleton",
            path=("skeleton",),
        )


def _roles(architecture: Architecture) -> set[tuple[str, str]]:
    return {(cell.role, cell.channels) for cell in architecture.cells.values()}
