"""Operators where they stand in a cell, and what they cost together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nasport.runtime.costs.nodes import KEEPS_WIDTH, Step, counted
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, added
from nasport.schemas.operators import Operator


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
    step: Step
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
    """

    cost: Cost
    shape: Shape
    entrance: Shape
    placed: tuple[Placed, ...] = ()
    outputs: tuple[str, ...] = ()


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
        step: Step,
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
