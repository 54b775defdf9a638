"""A cell's nodes in the order in which they are counted, each with its operators.

A supernet's mixed node has several operators and computes their mean, so it costs the mean of what they cost, to whole
numbers; `none` costs nothing. All must give the same shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, mean
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.graphs import cell_graph, kind_of
from nasport.schemas.operators import Operator
from nasport.schemas.wiring import Wiring

# Kinds of nodes that have the width of what they read, also where the stage's width is another.
KEEPS_WIDTH = ("output", "sum", "concat", "product", "mean", "elementwise", "activation", "normalization")


class Step(NamedTuple):
    """One node.

    Attributes:
        node: of the document.
        operators: with the node's own numbers; several in a mixed node.
        kind: as `graphs.kind_of` has it.
        entering: how many of its inputs are inputs of the cell.
    """

    node: Node
    operators: tuple[Operator, ...]
    kind: str
    entering: int


@dataclass(frozen=True, eq=False)
class CellNodes:
    """The nodes of a cell.

    Attributes:
        steps: every one after those that feed it.
        wiring: how they feed each other.
        known: what was counted before, kept by whoever counts.
    """

    steps: tuple[Step, ...]
    wiring: Wiring
    known: dict[tuple[Shape, int], tuple[Cost, Shape]] = field(default_factory=dict)


def cell_nodes(cell: Cell, architecture: Architecture) -> CellNodes:
    """A cell's nodes, ready to be counted."""
    graph, nodes = cell_graph(cell, architecture), cell.nodes
    entering, operators = graph.wiring.entering, graph.operators
    steps = [Step(nodes[k], operators[k], kind_of(operators[k]), entering[k]) for k in graph.wiring.order]
    return CellNodes(tuple(steps), graph.wiring)


def counted(
    operators: tuple[Operator, ...], source: Shape, width: int | None, stride: int = 1, keeps: bool = False
) -> tuple[Cost, Shape]:
    """What a node costs and the shape it gives.

    Args:
        operators: of the node.
        source: shape of its input.
        width: wanted output channels, see `operators.applied`.
        stride: of the spatial dimensions.
        keeps: whether operators of the kinds `KEEPS_WIDTH` are not asked for `width`.

    Raises:
        UnknownCostError: the cost is not known.
    """
    if len(operators) > 1:
        return _mixed(operators, source, width, stride, keeps)
    operator = operators[0]
    return applied(operator, source, None if keeps and operator.kind in KEEPS_WIDTH else width, stride)


@lru_cache(maxsize=4096)
def _mixed(
    operators: tuple[Operator, ...], source: Shape, width: int | None, stride: int, keeps: bool
) -> tuple[Cost, Shape]:
    found = [counted((operator,), source, width, stride, keeps) for operator in operators]
    shapes = {shape for _, shape in found}
    if len(shapes) > 1:
        raise UnknownCostError(f"candidates that give {len(shapes)} shapes")
    return mean([(cost, 1) for cost, _ in found]), shapes.pop()
