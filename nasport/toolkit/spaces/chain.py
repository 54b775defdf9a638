"""The supernet of a space without cells: the chain of its layers as one cell, layers with a choice as mixed nodes.

The architecture format knows mixed nodes, not mixed stages, so the layers become nodes, which carry the stage's width
and the first one's stride as a chain of stages would. The cell's role says so, and costs are counted as of stages
(`nasport.runtime.costs.skeleton`). A row of open length, and options that leave a place out, bring in the identity.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest

from nasport.runtime.costs.skeleton import CHAIN
from nasport.schemas.architecture import Cell, Node, Skeleton, Stage
from nasport.toolkit.spaces.genes import Allowed, allowed_at
from nasport.toolkit.spaces.skeleton import DigitRow, SkeletonPlan, StageSlot
from nasport.toolkit.spaces.template import mixed

ABSENT = "identity"
CELL = CHAIN


def chain_supernet(
    plan: SkeletonPlan, allowed: Allowed, rows: Sequence[Sequence[Collection[int]]]
) -> tuple[dict[str, Cell], Skeleton]:
    """The supernet of a skeleton whose stages are operators.

    Args:
        plan: the skeleton.
        allowed: values still allowed for the genes of its places and the named choices.
        rows: for each row of digits the values still allowed for its genes.
    """
    fixed = plan.widest(allowed, rows)
    width = fixed.stem[-1].width if fixed.stem else None
    nodes = [Node("input", "input")]
    for entry in plan.entries:
        layers = _row(plan.rows[entry], rows[entry]) if isinstance(entry, int) else [[entry]]
        for slots in layers:
            operators, stage = _layer(slots, allowed, width)
            width = stage.width or width
            _append(nodes, operators, stage)
    nodes.append(Node("output", "output", (nodes[-1].id,)))
    skeleton = Skeleton((Stage(cell=CELL),), fixed.stem, fixed.head, plan.input, plan.classes)
    return {CELL: Cell(tuple(nodes), role=CHAIN)}, skeleton


def _row(row: DigitRow, allowed: Sequence[Collection[int]]) -> list[list[StageSlot | None]]:
    """For every layer of the longest row what may stand there; None: nothing."""
    longest = row.row.min_length + max(allowed[0]) if row.open_length else row.row.max_length
    shortest = row.row.min_length + min(allowed[0]) if row.open_length else row.row.max_length
    layers: list[list[StageSlot | None]] = []
    for place, digits in enumerate(allowed[row.open_length :][:longest]):
        options: list[tuple[StageSlot, ...]] = [row.options[digit] for digit in digits]
        options += [()] if place >= shortest else []
        layers.extend(list(layer) for layer in zip_longest(*options))
    return layers


def _layer(slots: Sequence[StageSlot | None], allowed: Allowed, width: int | None) -> tuple[list[str], Stage]:
    """The operators that may stand at a layer, and its numbers: the largest that are allowed."""
    stages = [
        slot.widest(op, allowed, width) for slot in slots if slot for op in allowed_at(slot.op, allowed)
    ]
    operators = [stage.op for stage in stages] + [ABSENT for slot in slots if slot is None]
    widths = [stage.width for stage in stages if stage.width is not None]
    shared = set.intersection(*(set(stage.attributes) for stage in stages))
    return operators, Stage(
        op=operators[0],
        repeats=max(stage.repeats for stage in stages),
        width=max(widths, default=None),
        stride=max(stage.stride for stage in stages),
        attributes=tuple(sorted(shared)),
    )


def _append(nodes: list[Node], operators: Sequence[str], stage: Stage) -> None:
    for repeat in range(stage.repeats):
        numbers = dict(stage.attributes)
        if stage.width is not None:
            numbers["channels"] = stage.width
        if repeat == 0 and stage.stride != 1:
            numbers["stride"] = stage.stride
        name = str(len(nodes))
        template = Node(name, "", (nodes[-1].id,), attributes=tuple(sorted(numbers.items())))
        nodes.append(mixed(name, operators, template))
