"""What is counted, and the shapes it is counted at.

FLOPs are multiply-accumulates of convolutions and linear layers, for one input, as NAS-Bench-Macro counts them: batch
normalisation, activations, pooling, biases and additions cost nothing. NAS-Bench-201 does the same but for the bias of
the last layer, 10 more.
"""

from __future__ import annotations

from dataclasses import dataclass


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
        """What a layer with "same" padding makes of this shape."""
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


def convolution(
    source: Shape, target: Shape, kernel: int | tuple[int, int], groups: int = 1, norm: bool = True
) -> Cost:
    """A convolution without bias, by default with an affine batch normalisation.

    Raises:
        UnknownCostError: `groups` does not divide the channels.
    """
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    if source.channels % groups or target.channels % groups:
        raise UnknownCostError(f"{groups} groups of {source.channels} to {target.channels} channels")
    weights = height * width * (source.channels // groups) * target.channels
    return Cost(weights + (2 * target.channels if norm else 0), weights * target.positions)


def normalization(shape: Shape) -> Cost:
    """A normalisation with a scale and a shift a channel."""
    return Cost(2 * shape.channels)


def linear(inputs: int, outputs: int, positions: int = 1, bias: bool = True) -> Cost:
    """A linear layer, at every one of `positions`."""
    weights = inputs * outputs
    return Cost(weights + (outputs if bias else 0), weights * positions)
