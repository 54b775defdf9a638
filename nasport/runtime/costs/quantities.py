"""What is counted, and the shapes it is counted at.

FLOPs are multiply-accumulates of convolutions and linear layers, for one input, as NAS-Bench-Macro counts them: batch
normalisation, activations, pooling, biases and additions cost nothing. NAS-Bench-201 does the same but for the bias of
the last layer, 10 more.
"""

from __future__ import annotations

from dataclasses import dataclass

from nasport.schemas.operators import Operator


class UnknownCostError(Exception):
    """Something in the network has a cost that nothing here knows; the message says what."""


@dataclass(frozen=True)
class Shape:
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

    def strided(self, channels: int, stride: int = 1) -> Shape:
        """What a layer with "same" padding makes of this shape.

        Raises:
            UnknownCostError: `channels` or `stride` is below 1.
        """
        if channels < 1 or stride < 1:
            raise UnknownCostError(f"{channels} channels, stride {stride}")
        return Shape(channels, -(-self.height // stride), -(-self.width // stride))


@dataclass(frozen=True)
class Cost:
    """What a part of a network costs.

    Attributes:
        parameters: trainable ones.
        flops: multiply-accumulates.
    """

    parameters: int = 0
    flops: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.parameters + other.parameters, self.flops + other.flops)


FREE = Cost()


def mixed(low: Cost, high: Cost, wider: int, parts: int) -> Cost:
    """The mean where `wider` of `parts` parts cost `high` and the others `low`, to the nearest whole numbers."""
    rest, half = parts - wider, parts // 2
    return Cost(
        (rest * low.parameters + wider * high.parameters + half) // parts,
        (rest * low.flops + wider * high.flops + half) // parts,
    )


def convolution(
    source: Shape, target: Shape, kernel: int | tuple[int, int], groups: int = 1, norm: bool = True
) -> Cost:
    """A convolution without bias, by default with an affine batch normalisation.

    Raises:
        UnknownCostError: `groups` does not divide the channels, or one of these is below 1.
    """
    if min(groups, source.channels, target.channels) < 1:
        raise UnknownCostError(f"{groups} groups of {source.channels} to {target.channels} channels")
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    if source.channels % groups or target.channels % groups:
        raise UnknownCostError(f"{groups} groups of {source.channels} to {target.channels} channels")
    weights = height * width * (source.channels // groups) * target.channels
    return Cost(weights + (2 * target.channels if norm else 0), weights * target.positions)


def whole(operator: Operator, attribute: str, default: int = 1) -> int:
    """An attribute that counts something: channels, groups, a kernel's side.

    Raises:
        UnknownCostError: it is below 1, or no whole number.
    """
    number = operator.attribute(attribute, default)
    if number < 1 or number != int(number):
        raise UnknownCostError(f"{operator.text} with {attribute} {number}")
    return int(number)


def normalization(shape: Shape) -> Cost:
    """A normalisation with a scale and a shift a channel."""
    return Cost(2 * shape.channels)


def linear(inputs: int, outputs: int, positions: int = 1, bias: bool = True) -> Cost:
    """A linear layer, at every one of `positions`."""
    weights = inputs * outputs
    return Cost(weights + (outputs if bias else 0), weights * positions)
