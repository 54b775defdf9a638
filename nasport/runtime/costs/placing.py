"""Order the nodes of a cell and place operators in it, with shapes and costs.

A mixed node of a supernet computes the mean of its operators, so its cost is the rounded mean of their costs, where `none`
costs nothing. All its operators must give the same shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, added, mean
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.graphs.cell_graph import cell_graph, kind_of
from nasport.schemas.operators import Operator

# Kinds of operators that keep the width of their input, even if the stage has another width.
KEEPS_WIDTH = frozenset(
    ["output", "sum", "concat", "product", "mean", "elementwise", "activation", "normalization"]
)


class OrderedNode(NamedTuple):
    """A node of a cell with its operators.

    Attributes:
        node: node of the document.
        operators: operators with the attributes of the node; several in a mixed node.
        kind: kind of the node, from `graphs.cell_graph.kind_of`.
        entering: number of its inputs that are inputs of the cell.
        place: position of the node in the document.
    """

    node: Node
    operators: tuple[Operator, ...]
    kind: str
    entering: int
    place: int

    def error(self, problem: str, key: str = "inputs") -> UnknownCostError:
        """Return an error whose path is the key `key` of this node."""
        return UnknownCostError(problem, path=("nodes", self.place, key))


def cell_steps(cell: Cell, architecture: Architecture) -> tuple[OrderedNode, ...]:
    """Return the nodes of a cell in topological order."""
    (operators, wiring), nodes = cell_graph(cell, architecture), cell.nodes
    entering = wiring.entering
    return tuple(
        [OrderedNode(nodes[k], operators[k], kind_of(operators[k]), entering[k], k) for k in wiring.order]
    )


@lru_cache(maxsize=1 << 16)
def counted(
    operators: tuple[Operator, ...], source: Shape, width: int | None, stride: int = 1, keeps: bool = False
) -> tuple[Cost, Shape]:
    """Return the cost and the output shape of a node.

    Args:
        operators: operators of the node.
        source, width, stride: arguments of `operators.applied`.
        keeps: whether operators of the kinds `KEEPS_WIDTH` ignore `width`.

    Raises:
        UnknownCostError: the cost is unknown, or the candidates give different shapes.
    """
    results = [
        applied(operator, source, None if keeps and operator.kind in KEEPS_WIDTH else width, stride)
        for operator in operators
    ]
    if len(results) == 1:
        return results[0]
    shapes = {shape for _, shape in results}
    if len(shapes) > 1:
        raise UnknownCostError(f"the candidates give {len(shapes)} different shapes, expected the same shape")
    return mean([cost for cost, _ in results]), shapes.pop()


class Placed(NamedTuple):
    """An operator with its position in a cell; the operator of a node, or one that the channels rule of the cell adds.

    Attributes:
        id: id of its result.
        step: the node; for an added operator, the node that reads it.
        extra: `projection` or `parts` (a concatenation) for an added operator; empty for the operator of a node.
        operators: the operator; several in a mixed node.
        inputs: ids of the results that it reads.
        join: how they are combined.
        source: shape of the joined inputs.
        width, stride: arguments of `operators.applied`.
        target: output shape.
    """

    id: str
    step: OrderedNode
    extra: str
    operators: tuple[Operator, ...]
    inputs: tuple[str, ...]
    join: str
    source: Shape
    width: int | None
    stride: int
    target: Shape


class PlacedCell(NamedTuple):
    """A cell at one position of a network.

    Attributes:
        cost: cost of all its operators.
        shape: shape of its output.
        entrance: shape of its inputs, as its nodes read them.
        placed: operators in topological order.
        outputs: ids of the results that are concatenated to the output; empty if the output is zero.
        maps: shapes of the outputs if they have several resolutions and are not concatenated.
        levels: for an `own` cell, map from each resolution, in positions, to the trainable parameters at this resolution;
            else None.
    """

    cost: Cost
    shape: Shape
    entrance: Shape
    placed: tuple[Placed, ...] = ()
    outputs: tuple[str, ...] = ()
    maps: tuple[Shape, ...] = ()
    levels: Mapping[int, int] | None = None


class Placing:
    """The operators of a cell that have been placed so far.

    Attributes:
        costs: costs of these operators.
        shapes: shapes of results by their ids.
        placed: operators in order; None if they are not recorded.
    """

    def __init__(self, plan: bool) -> None:
        self.costs: list[Cost] = []
        self.shapes: dict[str, Shape] = {}
        self.placed: list[Placed] | None = [] if plan else None

    def add(
        self,
        step: OrderedNode,
        operators: tuple[Operator, ...],
        inputs: tuple[str, ...],
        join: str,
        source: Shape,
        width: int | None,
        stride: int = 1,
        keeps: bool = False,
        extra: str = "",
    ) -> str:
        """Place an operator and return the id of its result; see `counted` for `keeps` and `Placed` for the rest."""
        try:
            cost, target = counted(operators, source, width, stride, keeps)
        except UnknownCostError as error:
            raise error.within("nodes", step.place, "op") from None
        value = f"{extra} {len(self.shapes)} of {step.node.id}" if extra else step.node.id
        self.costs.append(cost)
        self.shapes[value] = target
        if self.placed is not None:
            asked = None if keeps and step.kind in KEEPS_WIDTH else width
            self.placed.append(
                Placed(value, step, extra, operators, inputs, join, source, asked, stride, target)
            )
        return value

    def cell(self, outputs: Sequence[str], entrance: Shape) -> PlacedCell:
        """Return the finished cell, whose output is the concatenation of `outputs`."""
        shapes = [self.shapes[output] for output in outputs]
        shape = shapes[0]
        if len(shapes) > 1:
            if any(other[1:] != shape[1:] for other in shapes):
                raise UnknownCostError(
                    "the outputs of the cell have different resolutions, expected the same"
                )
            shape = Shape(sum([other.channels for other in shapes]), *shape[1:])
        return PlacedCell(added(self.costs), shape, entrance, tuple(self.placed or ()), tuple(outputs))
