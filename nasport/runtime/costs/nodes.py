"""A cell's nodes in the order in which they are counted, each with its operators.

A supernet's mixed node has several operators and computes their mean, so it costs the mean of what they cost, to whole
numbers; `none` costs nothing. All must give the same shape.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, mean
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.graphs.cell_graph import cell_graph, kind_of
from nasport.schemas.operators import Operator

# Kinds of nodes that have the width of what they read, also where the stage's width is another.
KEEPS_WIDTH = frozenset(
    ["output", "sum", "concat", "product", "mean", "elementwise", "activation", "normalization"]
)


class Step(NamedTuple):
    """One node.

    Attributes:
        node: of the document.
        operators: with the node's own numbers; several in a mixed node.
        kind: as `graphs.kind_of` has it.
        entering: how many of its inputs are inputs of the cell.
        place: of the node in the document.
    """

    node: Node
    operators: tuple[Operator, ...]
    kind: str
    entering: int
    place: int

    def error(self, problem: str, key: str = "inputs") -> UnknownCostError:
        """An error that names the node, by its place in the cell."""
        return UnknownCostError(problem, path=("nodes", self.place, key))


def cell_steps(cell: Cell, architecture: Architecture) -> tuple[Step, ...]:
    """A cell's nodes, every one after those that feed it."""
    (operators, wiring), nodes = cell_graph(cell, architecture), cell.nodes
    entering = wiring.entering
    return tuple([Step(nodes[k], operators[k], kind_of(operators[k]), entering[k], k) for k in wiring.order])


@lru_cache(maxsize=1 << 16)
def counted(
    operators: tuple[Operator, ...], source: Shape, width: int | None, stride: int = 1, keeps: bool = False
) -> tuple[Cost, Shape]:
    """What a node of one or several operators costs and the shape it gives.

    Args:
        operators: of the node.
        source, width, stride: as of `operators.applied`.
        keeps: whether operators of the kinds `KEEPS_WIDTH` are not asked for `width`.

    Raises:
        UnknownCostError: the cost is not known.
    """
    found = [
        applied(operator, source, None if keeps and operator.kind in KEEPS_WIDTH else width, stride)
        for operator in operators
    ]
    if len(found) == 1:
        return found[0]
    shapes = {shape for _, shape in found}
    if len(shapes) > 1:
        raise UnknownCostError(f"candidates that give {len(shapes)} shapes")
    return mean([(cost, 1) for cost, _ in found]), shapes.pop()
