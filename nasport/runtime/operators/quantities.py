"""Shapes of feature maps, and costs of layers: trainable parameters and multiply-accumulates.

FLOPs are multiply-accumulates of convolutions and linear layers for one input, as NAS-Bench-Macro counts them: batch
normalization, activations, pooling, biases and additions do not count. NAS-Bench-201 also counts the bias of the last layer,
which adds 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator


class UnknownCostError(InputError):
    """A part of the network has an unknown cost or does not fit; the message names it."""


class Shape(NamedTuple):
    """The shape of a feature map: its channels, and its height and width in positions."""

    channels: int
    height: int
    width: int

    @property
    def positions(self) -> int:
        """Height times width."""
        return self.height * self.width

    def flattened(self) -> Shape:
        """Return the shape in which every value is a channel of a single position."""
        return Shape(self.channels * self.positions, 1, 1)

    def strided(self, channels: int, stride: int = 1) -> Shape:
        """Return the output shape of a layer with "same" padding.

        Raises:
            UnknownCostError: `channels` or `stride` is below 1.
        """
        if channels < 1 or stride < 1:
            raise UnknownCostError(f"{channels} channels and stride {stride}, expected at least 1 for both")
        return Shape(channels, -(-self.height // stride), -(-self.width // stride))


@dataclass(frozen=True)
class Cost:
    """The cost of a part of a network.

    Attributes:
        parameters: trainable parameters.
        flops: multiply-accumulates.
        levels: for every resolution, in positions, the parameters of the layers whose output has it; must not be modified.
    """

    parameters: int = 0
    flops: int = 0
    levels: Mapping[int, int] = field(default_factory=dict, hash=False)

    def __add__(self, other: Cost) -> Cost:
        return added((self, other))


FREE = Cost()


def added(costs: Iterable[Cost]) -> Cost:
    """Return the sum of costs."""
    parameters = flops = 0
    levels: dict[int, int] = {}
    for cost in costs:
        parameters += cost.parameters
        flops += cost.flops
        for positions, number in cost.levels.items():
            levels[positions] = levels.get(positions, 0) + number
    return Cost(parameters, flops, levels)


def mean(costs: Sequence[Cost]) -> Cost:
    """Return the mean of costs, rounded to whole numbers (halves are rounded up)."""
    total, parts = added(costs), len(costs)

    def rounded(number: int) -> int:
        return (number + parts // 2) // parts

    levels = {positions: rounded(number) for positions, number in total.levels.items()}
    return Cost(rounded(total.parameters), rounded(total.flops), levels)


@lru_cache(maxsize=1 << 14)
def convolution(
    source: Shape, target: Shape, kernel: int | tuple[int, int], groups: int = 1, norm: bool = True
) -> Cost:
    """Return the cost of a convolution without bias, by default with an affine batch normalization.

    Raises:
        UnknownCostError: `groups` is below 1 or does not divide the channels.
    """
    if groups < 1 or source.channels % groups or target.channels % groups:
        raise UnknownCostError(
            f"{groups} groups for {source.channels} input and {target.channels} output channels, expected a number that "
            "divides both"
        )
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    weights = height * width * (source.channels // groups) * target.channels
    parameters, positions = weights + (2 * target.channels if norm else 0), target.positions
    return Cost(parameters, weights * positions, {positions: parameters})


def whole(operator: Operator, attribute: str, default: int = 1) -> int:
    """Return an attribute that must be a positive whole number, such as channels, groups or the side of a kernel.

    Raises:
        UnknownCostError: the attribute is below 1 or not a whole number.
    """
    number = operator.attribute(attribute, default)
    if number < 1 or number != int(number):
        raise UnknownCostError(
            f"the operator {operator.text!r} has {attribute} {number}, expected a whole number of at least 1"
        )
    return int(number)


def normalization(shape: Shape, bias: bool = True) -> Cost:
    """Return the cost of a normalization with a scale and, if `bias`, a shift per channel."""
    parameters = (2 if bias else 1) * shape.channels
    return Cost(parameters, 0, {shape.positions: parameters})


def biases(shape: Shape) -> Cost:
    """Return the cost of one bias per output channel."""
    return Cost(shape.channels, 0, {shape.positions: shape.channels})


def linear(inputs: int, outputs: int, positions: int = 1, bias: bool = True) -> Cost:
    """Return the cost of a linear layer that is applied at `positions` positions."""
    weights = inputs * outputs
    parameters = weights + (outputs if bias else 0)
    return Cost(parameters, weights * positions, {positions: parameters})
