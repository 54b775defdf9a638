"""Supernet of a search space without cells: one cell that is the chain of all layers.

The architecture format has mixed nodes (nodes with several candidate operators) but no mixed stages. Therefore the layers
become nodes of one cell, and layers with a choice become mixed nodes. Each node has the width of its stage as an attribute,
and the first node of a stage also has the stride. The role of the cell marks it as a chain, whose costs are counted like
those of stages (`nasport.runtime.costs.skeleton`). Layers that can be absent get the identity as a further candidate. The
attributes of a mixed node apply to all its candidates, so candidates with different attributes become operators defined by
the supernet.
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
    """Build the supernet of a skeleton whose stages are operators.

    Args:
        plan: the skeleton.
        allowed: allowed values of the genes of the skeleton's fields, and of the named choices.
        rows: for each sequence of digits, the allowed values of its genes.
        operator: function that returns the operator of a key in the search space.

    Returns:
        cells, skeleton, and the operators that the supernet defines.
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
    """Return the possible stages of each layer of the longest sequence; None among them means that the layer can be absent."""
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
    """Return the candidate operators of a layer, and a stage with the largest allowed numbers.

    If the layer can be absent or its operators have different attributes, operators with these attributes are added to `own`,
    and the returned stage has no attributes.
    """
    present = [slot for slot in slots if slot is not None]
    stages = [slot.widest(op, allowed, width) for slot in present for op in allowed_at(slot.op, allowed)]
    absent = [ABSENT] * (len(slots) - len(present))
    if absent or len({stage.attributes for stage in stages}) > 1:
        for place, stage in enumerate(stages):
            if stage.attributes:
                attributes = ", ".join(f"{name} {plain(value)}" for name, value in stage.attributes)
                key = f"{stage.op} ({attributes})"
                own[key] = operator(stage.op).with_attributes(dict(stage.attributes))
                stages[place] = replace(stage, op=key, attributes=())
    operators = [*(stage.op for stage in stages), *absent]
    repeats, stride = max(stage.repeats for stage in stages), max(stage.stride for stage in stages)
    widest = max((stage.width for stage in stages if stage.width is not None), default=None)
    return operators, Stage("", operators[0], repeats, widest, stride, None, stages[0].attributes)
