"""What is counted, and the shapes it is counted at.

FLOPs are multiply-accumulates of convolutions and linear layers, for one input, as NAS-Bench-Macro counts them: batch
normalization, activations, pooling, biases and additions cost nothing. NAS-Bench-201 does the same but for the bias of
the last layer, 10 more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator


class UnknownCostError(InputError):
    """Something in the network has a cost that nothing here knows, or does not fit; the message says what."""


class Shape(NamedTuple):
    """Shape of one feature map.

    Attributes:
        channels: C.
        height: H.
        width: W.
    """

    channels: int
    height: int
    width: int

    @property
    def positions(self) -> int:
        """H times W."""
        return self.height * self.width

    def flattened(self) -> Shape:
        """Every value a channel of a single position."""
        return Shape(self.channels * self.positions, 1, 1)

    def strided(self, channels: int, stride: int = 1) -> Shape:
        """What a layer with "same" padding makes of this shape.

        Raises:
            UnknownCostError: `channels` or `stride` is below 1.
        """
        if channels < 1 or stride < 1:
            raise UnknownCostError(f"{channels} channels and stride {stride}, expected at least 1 of both")
        return Shape(channels, -(-self.height // stride), -(-self.width // stride))


@dataclass(frozen=True)
class Cost:
    """What a part of a network costs.

    Attributes:
        parameters: trainable ones.
        flops: multiply-accumulates.
        levels: resolution, in positions, to the parameters of the convolutions and other single layers whose output has
            it; never changed.
    """

    parameters: int = 0
    flops: int = 0
    levels: Mapping[int, int] = field(default_factory=dict, hash=False)

    def __add__(self, other: Cost) -> Cost:
        return added((self, other))


FREE = Cost()


def added(costs: Iterable[Cost]) -> Cost:
    """The sum of costs."""
    parameters = flops = 0
    levels: dict[int, int] = {}
    for cost in costs:
        parameters += cost.parameters
        flops += cost.flops
        for positions, number in cost.levels.items():
            levels[positions] = levels.get(positions, 0) + number
    return Cost(parameters, flops, levels)


def mean(costs: Sequence[Cost]) -> Cost:
    """The mean of costs, to the nearest whole numbers (a half is rounded up).

    It lies between the smallest and the largest.
    """
    total, parts = added(costs), len(costs)

    def rounded(number: int) -> int:
        return (number + parts // 2) // parts

    levels = {positions: rounded(number) for positions, number in total.levels.items()}
    return Cost(rounded(total.parameters), rounded(total.flops), levels)


@lru_cache(maxsize=1 << 14)
def convolution(
    source: Shape, target: Shape, kernel: int | tuple[int, int], groups: int = 1, norm: bool = True
) -> Cost:
    """A convolution without bias, by default with an affine batch normalization.

    Raises:
        UnknownCostError: `groups` does not divide the channels, or one of these is below 1.
    """
    if groups < 1 or source.channels % groups or target.channels % groups:
        raise UnknownCostError(
            f"{groups} groups of {source.channels} to {target.channels} channels, expected groups that divide both"
        )
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    weights = height * width * (source.channels // groups) * target.channels
    parameters, positions = weights + (2 * target.channels if norm else 0), target.positions
    return Cost(parameters, weights * positions, {positions: parameters})


def whole(operator: Operator, attribute: str, default: int = 1) -> int:
    """An attribute that counts something: channels, groups, a kernel's side.

    Raises:
        UnknownCostError: it is below 1, or no whole number.
    """
    number = operator.attribute(attribute, default)
    if number < 1 or number != int(number):
        raise UnknownCostError(
            f"{operator.text} with {attribute} {number}, expected a whole number of at least 1"
        )
    return int(number)


def normalization(shape: Shape, bias: bool = True) -> Cost:
    """A normalization with a scale and, with a bias, a shift a channel."""
    parameters = (2 if bias else 1) * shape.channels
    return Cost(parameters, 0, {shape.positions: parameters})


def biases(shape: Shape) -> Cost:
    """A bias of every channel of an output."""
    return Cost(shape.channels, 0, {shape.positions: shape.channels})


def linear(inputs: int, outputs: int, positions: int = 1, bias: bool = True) -> Cost:
    """A linear layer, at every one of `positions`."""
    weights = inputs * outputs
    parameters = weights + (outputs if bias else 0)
    return Cost(parameters, weights * positions, {positions: parameters})
