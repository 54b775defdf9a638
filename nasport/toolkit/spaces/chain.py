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
            operators, stage = _layer(slots, allowed, width, operator, own)
            width = stage.width or width
            for repeat in range(stage.repeats):
                numbers = dict(stage.attributes)
                if stage.width is not None:
                    numbers["channels"] = stage.width
                if repeat == 0 and stage.stride != 1:
                    numbers["stride"] = stage.stride
                name = str(len(nodes))
                like = Node(name, "", (nodes[-1].id,), attributes=tuple(sorted(numbers.items())))
                nodes.append(mixed(operators, like))
    nodes.append(Node("output", "output", (nodes[-1].id,)))
    skeleton = Skeleton((Stage(cell=CHAIN),), fixed.stem, fixed.head, plan.input, plan.classes)
    return {CHAIN: Cell(tuple(nodes), role=CHAIN)}, skeleton, own


def _row(row: DigitRow, allowed: Sequence[Collection[int]]) -> list[list[StageSlot | None]]:
    """For every layer of the longest row what may stand there; None: nothing."""
    lengths = [row.lengths[value] for value in allowed[0]] if row.open_length else row.lengths
    layers: list[list[StageSlot | None]] = []
    for place, digits in enumerate(allowed[row.open_length :][: max(lengths)]):
        options: list[tuple[StageSlot, ...]] = [row.options[digit] for digit in digits]
        options += [()] if place >= min(lengths) else []
        layers.extend(list(layer) for layer in zip_longest(*options))
    return layers


def _layer(
    slots: Sequence[StageSlot | None],
    allowed: Allowed,
    width: int | None,
    operator: Callable[[str], Operator],
    own: dict[str, Operator],
) -> tuple[list[str], Stage]:
    """The operators that may stand at a layer, and its numbers, the largest that are allowed.

    Where a place may be left out, or its operators have different attributes, each gets an operator in `own` that has
    its attributes, and its stage has none.
    """
    there = [slot for slot in slots if slot is not None]
    stages = [slot.widest(op, allowed, width) for slot in there for op in allowed_at(slot.op, allowed)]
    absent = [ABSENT] * (len(slots) - len(there))
    if absent or len({stage.attributes for stage in stages}) > 1:
        for place, stage in enumerate(stages):
            if stage.attributes:
                said = ", ".join(f"{name} {plain(value)}" for name, value in stage.attributes)
                key = f"{stage.op} ({said})"
                own[key] = operator(stage.op).with_attributes(dict(stage.attributes))
                stages[place] = replace(stage, op=key, attributes=())
    operators = [*(stage.op for stage in stages), *absent]
    repeats, stride = max(stage.repeats for stage in stages), max(stage.stride for stage in stages)
    widest = max((stage.width for stage in stages if stage.width is not None), default=None)
    return operators, Stage("", operators[0], repeats, widest, stride, None, stages[0].attributes)
