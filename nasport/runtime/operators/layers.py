"""The layers that operators are made of, each with what it costs.

An operator of several layers is a list of these and nothing else: its cost is their sum, its torch module is built from
them (`toolkit/networks/operators/layers.py`), and they are what is shown of its inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nasport.runtime.operators.quantities import (
    FREE,
    Cost,
    Shape,
    added,
    biases,
    convolution,
    linear,
    normalization,
)


@dataclass(frozen=True)
class Layer:
    """One layer; by itself it costs nothing."""

    @property
    def cost(self) -> Cost:
        """Parameters and multiply-accumulates."""
        return FREE


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution, with a normalization or a bias, both or neither.

    Attributes:
        source, target: shapes of its input and output.
        kernel: its side, or height and width.
        stride, groups, dilation: as ever; `stride` of both dimensions.
        norm: whether a batch normalization follows.
        bias: whether it has a bias.
        padded: whether zeros around the input let a stride s make ceil(H/s) of H; else windows lie within it.
    """

    source: Shape
    target: Shape
    kernel: int | tuple[int, int] = 1
    stride: int = 1
    groups: int = 1
    dilation: int = 1
    norm: bool = True
    bias: bool = False
    padded: bool = True

    @property
    def cost(self) -> Cost:
        found = convolution(self.source, self.target, self.kernel, self.groups, self.norm)
        return found + biases(self.target) if self.bias else found


def dense(source: Shape, channels: int, activation: str = "none", bias: bool = True) -> tuple[Layer, ...]:
    """A linear layer at every position: a 1x1 convolution without a normalization."""
    layer = Conv(source, source.strided(channels), norm=False, bias=bias)
    return (layer, *activated(activation))


@dataclass(frozen=True)
class Activation(Layer):
    """An activation by its name."""

    name: str


def activated(name: str) -> tuple[Layer, ...]:
    """An activation; nothing where it is none."""
    return () if name == "none" else (Activation(name),)


@dataclass(frozen=True)
class LayerNorm(Layer):
    """A layer normalization over the channels of every position."""

    shape: Shape

    @property
    def cost(self) -> Cost:
        return normalization(self.shape)


@dataclass(frozen=True)
class Scale(Layer):
    """A trained factor a channel (layer scale)."""

    shape: Shape

    @property
    def cost(self) -> Cost:
        return Cost(self.shape.channels, 0, {self.shape.positions: self.shape.channels})


@dataclass(frozen=True)
class SqueezeExcitation(Layer):
    """Two 1x1 convolutions with biases on the means of the channels, which weight them (Hu et al. 2018)."""

    channels: int
    squeezed: int
    gate: str = "sigmoid"
    activation: str = "relu"

    @property
    def cost(self) -> Cost:
        return linear(self.channels, self.squeezed) + linear(self.squeezed, self.channels)


@dataclass(frozen=True)
class Shuffle(Layer):
    """Channels exchanged between groups."""

    groups: int


@dataclass(frozen=True)
class AveragePool(Layer):
    """Average pooling over windows of the stride."""

    stride: int


@dataclass(frozen=True)
class Gate(Layer):
    """Half of the channels gate the other half (Dauphin et al. 2017)."""


@dataclass(frozen=True)
class Attention(Layer):
    """Every position attends to every other (Vaswani et al. 2017): queries, keys, values, both products, a linear layer.

    Attributes:
        shape: of its input and output.
        heads: how many.
        inner: channels of all heads together.
        key_value_heads: of keys and values, each used by as many heads of the queries (Ainslie et al. 2023); None: `heads`.
        bias, query_bias: whether the last linear layer has a bias, whether queries, keys and values have one.
    """

    shape: Shape
    heads: int
    inner: int
    key_value_heads: int | None = None
    bias: bool = True
    query_bias: bool = True

    @property
    def key_value_inner(self) -> int:
        """Channels of all heads of the keys, and of the values."""
        return self.inner // self.heads * (self.key_value_heads or self.heads)

    @property
    def cost(self) -> Cost:
        channels, positions = self.shape.channels, self.shape.positions
        read = linear(channels, self.inner + 2 * self.key_value_inner, positions, self.query_bias)
        layers = read + linear(self.inner, channels, positions, self.bias)
        return layers + Cost(0, 2 * positions * positions * self.inner)


@dataclass(frozen=True)
class Residual(Layer):
    """A shortcut beside some layers.

    Attributes:
        body: the layers.
        shortcut: layers of the shortcut; none: the input as it is.
        activation: behind the sum, where the network does not end with it.
    """

    body: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()
    activation: str = "none"

    @property
    def cost(self) -> Cost:
        return total((*self.body, *self.shortcut))


@dataclass(frozen=True)
class Branches(Layer):
    """Two rows of layers whose outputs are concatenated.

    Attributes:
        first, second: the rows; none: the input as it is.
        split: whether each reads its half of the channels, else both read all.
    """

    first: tuple[Layer, ...]
    second: tuple[Layer, ...]
    split: bool

    @property
    def cost(self) -> Cost:
        return total((*self.first, *self.second))


def total(layers: Iterable[Layer]) -> Cost:
    """What layers cost together."""
    return added(layer.cost for layer in layers)
