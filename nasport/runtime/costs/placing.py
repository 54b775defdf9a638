"""A cell's nodes in the order in which they are counted, and operators where they stand in it.

A supernet's mixed node has several operators and computes their mean, so it costs the mean of what they cost, to whole
numbers; `none` costs nothing. All must give the same shape.
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

# Kinds of nodes that have the width of what they read, also where the stage's width is another.
KEEPS_WIDTH = frozenset(
    ["output", "sum", "concat", "product", "mean", "elementwise", "activation", "normalization"]
)


class OrderedNode(NamedTuple):
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


def cell_steps(cell: Cell, architecture: Architecture) -> tuple[OrderedNode, ...]:
    """A cell's nodes, every one after those that feed it."""
    (operators, wiring), nodes = cell_graph(cell, architecture), cell.nodes
    entering = wiring.entering
    return tuple(
        [OrderedNode(nodes[k], operators[k], kind_of(operators[k]), entering[k], k) for k in wiring.order]
    )


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
    return mean([cost for cost, _ in found]), shapes.pop()


class Placed(NamedTuple):
    """An operator where it stands in a cell: a node's, or one that the cell's rule for the channels adds.

    Attributes:
        id: of its value.
        step: the node; of what is added the one that reads it.
        extra: what it is for if it is not the node itself: `projection`, or `parts` that are concatenated.
        operators: several in a mixed node.
        inputs: ids of the values that it reads.
        join: how they become one.
        source: shape that the operator sees.
        width, stride: as `operators.applied` takes them.
        target: shape that it gives.
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
    """A cell at one place of a network.

    Attributes:
        cost: of all that is placed.
        shape: of its output.
        entrance: shape of what its inputs are, as its nodes read them.
        placed: every operator after those that feed it.
        outputs: ids of what is concatenated to the cell's output; none: zeros.
        maps: shapes of the outputs where these are of several resolutions and stay apart.
        levels: of a cell of `own` positions of the maps within it to the parameters that count there; of others None.
    """

    cost: Cost
    shape: Shape
    entrance: Shape
    placed: tuple[Placed, ...] = ()
    outputs: tuple[str, ...] = ()
    maps: tuple[Shape, ...] = ()
    levels: Mapping[int, int] | None = None


class Placing:
    """What is placed so far.

    Attributes:
        costs: of what is placed.
        shapes: by the ids of values.
        placed: in order; None: not wanted.
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
        """Place an operator; the id of its value. `keeps` is that of `counted`, the others those of `Placed`."""
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
        """The whole cell, of the outputs that are concatenated."""
        shapes = [self.shapes[output] for output in outputs]
        shape = shapes[0]
        if len(shapes) > 1:
            if any(other[1:] != shape[1:] for other in shapes):
                raise UnknownCostError("outputs of different resolutions, expected the same of all of them")
            shape = Shape(sum([other.channels for other in shapes]), *shape[1:])
        return PlacedCell(added(self.costs), shape, entrance, tuple(self.placed or ()), tuple(outputs))
