"""The supernet of a space without cells: the chain of its layers as one cell, layers with a choice as mixed nodes.

The architecture format knows mixed nodes, not mixed stages, so the layers become nodes, which carry the stage's width
and the first one's stride as a chain of stages would. The cell's role says so, and costs are counted as of stages
(`nasport.runtime.costs.skeleton`). A row of open length, and options that leave a place out, bring in the identity. A
mixed node's attributes are those of all its operators, so operators that do not share theirs become operators of the
supernet's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import zip_longest

from nasport.runtime.costs.skeleton import CHAIN
from nasport.schemas.architecture import Cell, Node, Skeleton, Stage
from nasport.schemas.operators import Operator, plain
from nasport.toolkit.spaces.genes import Allowed, allowed_at
from nasport.toolkit.spaces.stages import DigitRow, SkeletonPlan, StageSlot
from nasport.toolkit.spaces.template import mixed

ABSENT = "identity"
CELL = CHAIN


def chain_supernet(
    plan: SkeletonPlan,
    allowed: Allowed,
    rows: Sequence[Sequence[Collection[int]]],
    operator: Callable[[str], Operator],
) -> tuple[dict[str, Cell], Skeleton, dict[str, Operator]]:
    """The supernet of a skeleton whose stages are operators: its cell, its skeleton and operators of its own.

    Args:
        plan: the skeleton.
        allowed: values still allowed for the genes of its places and the named choices.
        rows: for each row of digits the values still allowed for its genes.
        operator: what a key stands for in the space.
    """
    own: dict[str, Operator] = {}
    fixed = plan.widest(allowed, rows)
    width = fixed.stem[-1].width if fixed.stem else None
    nodes = [Node("input", "input")]
    for entry in plan.entries:
        layers = _row(plan.rows[entry], rows[entry]) if isinstance(entry, int) else [[entry]]
        for slots in layers:
            operators, stage, changed = _layer(slots, allowed, width, operator)
            own |= changed
            width = stage.width or width
            _append(nodes, operators, stage)
    nodes.append(Node("output", "output", (nodes[-1].id,)))
    skeleton = Skeleton((Stage(cell=CELL),), fixed.stem, fixed.head, plan.input, plan.classes)
    return {CELL: Cell(tuple(nodes), role=CHAIN)}, skeleton, own


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


def _layer(
    slots: Sequence[StageSlot | None],
    allowed: Allowed,
    width: int | None,
    operator: Callable[[str], Operator],
) -> tuple[list[str], Stage, dict[str, Operator]]:
    """The operators that may stand at a layer, its numbers, the largest that are allowed, and operators of its own."""
    stages = [
        slot.widest(op, allowed, width) for slot in slots if slot for op in allowed_at(slot.op, allowed)
    ]
    absent = [ABSENT for slot in slots if slot is None]
    own: dict[str, Operator] = {}
    if absent or len({stage.attributes for stage in stages}) > 1:
        stages = [_with_own_operator(stage, operator, own) for stage in stages]
    widths = [stage.width for stage in stages if stage.width is not None]
    operators = [*(stage.op for stage in stages), *absent]
    numbers = Stage(
        op=operators[0],
        repeats=max(stage.repeats for stage in stages),
        width=max(widths, default=None),
        stride=max(stage.stride for stage in stages),
        attributes=stages[0].attributes,
    )
    return operators, numbers, own


def _with_own_operator(stage: Stage, operator: Callable[[str], Operator], own: dict[str, Operator]) -> Stage:
    """A stage without attributes, whose operator, added to `own`, has them instead."""
    if not stage.attributes:
        return stage
    key = f"{stage.op} ({', '.join(f'{name} {plain(value)}' for name, value in stage.attributes)})"
    own[key] = operator(stage.op).with_attributes(dict(stage.attributes))
    return replace(stage, op=key, attributes=())


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
