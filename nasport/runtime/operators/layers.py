"""The layers of which operators consist, each with its cost.

An operator of several layers is described only by a list of these: its cost is their sum,
`toolkit/networks/operators/layers.py` builds its torch module from them, and `nasport operators` shows them.
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
    """One layer; by default it has no parameters and no multiply-accumulates."""

    @property
    def cost(self) -> Cost:
        """Parameters and multiply-accumulates of the layer."""
        return FREE


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution, optionally with a batch normalization and a bias.

    Attributes:
        source, target: shapes of input and output.
        kernel: side of the kernel, or its height and width.
        stride, groups, dilation: parameters of the convolution, equal in both dimensions.
        norm: whether a batch normalization follows.
        bias: whether it has a bias.
        padded: whether it has "same" padding, for which an input of height H and stride s give the height ceil(H/s);
            otherwise it has no padding.
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
    """Return a linear layer at every position, a 1x1 convolution without normalization, and its activation."""
    layer = Conv(source, source.strided(channels), norm=False, bias=bias)
    return (layer, *activated(activation))


@dataclass(frozen=True)
class Activation(Layer):
    """An activation function, by its name."""

    name: str


def activated(name: str) -> tuple[Layer, ...]:
    """Return an activation as layers: none for the name `none`."""
    return () if name == "none" else (Activation(name),)


@dataclass(frozen=True)
class LayerNorm(Layer):
    """A layer normalization over the channels at every position."""

    shape: Shape

    @property
    def cost(self) -> Cost:
        return normalization(self.shape)


@dataclass(frozen=True)
class Scale(Layer):
    """A trained factor for every channel (layer scale)."""

    shape: Shape

    @property
    def cost(self) -> Cost:
        return Cost(self.shape.channels, 0, {self.shape.positions: self.shape.channels})


@dataclass(frozen=True)
class SqueezeExcitation(Layer):
    """Squeeze and excitation (Hu et al. 2018): two 1x1 convolutions with biases compute channel weights from channel means."""

    channels: int
    squeezed: int
    gate: str = "sigmoid"
    activation: str = "relu"

    @property
    def cost(self) -> Cost:
        return linear(self.channels, self.squeezed) + linear(self.squeezed, self.channels)


@dataclass(frozen=True)
class Shuffle(Layer):
    """An exchange of channels between groups."""

    groups: int


@dataclass(frozen=True)
class AveragePool(Layer):
    """Average pooling whose kernel equals its stride."""

    stride: int


@dataclass(frozen=True)
class Gate(Layer):
    """A gated linear unit, in which half of the channels gates the other half (Dauphin et al. 2017)."""


@dataclass(frozen=True)
class Attention(Layer):
    """Multi-head self-attention over all positions (Vaswani et al. 2017), with its linear layers.

    Attributes:
        shape: shape of input and output.
        heads: number of heads.
        inner: channels of all heads together.
        key_value_heads: number of heads of keys and values, each shared by an equal number of heads of queries (Ainslie
            et al. 2023); None if it equals `heads`.
        bias: whether the last linear layer has a bias.
        query_bias: whether the linear layers of queries, keys and values have a bias.
    """

    shape: Shape
    heads: int
    inner: int
    key_value_heads: int | None = None
    bias: bool = True
    query_bias: bool = True

    @property
    def key_value_inner(self) -> int:
        """Channels of all heads of the keys together, and of the values."""
        return self.inner // self.heads * (self.key_value_heads or self.heads)

    @property
    def cost(self) -> Cost:
        channels, positions = self.shape.channels, self.shape.positions
        read = linear(channels, self.inner + 2 * self.key_value_inner, positions, self.query_bias)
        layers = read + linear(self.inner, channels, positions, self.bias)
        return layers + Cost(0, 2 * positions * positions * self.inner)


@dataclass(frozen=True)
class Residual(Layer):
    """A residual connection: the sum of a body and a shortcut.

    Attributes:
        body: layers of the body.
        shortcut: layers of the shortcut; empty for the identity.
        activation: activation after the sum, or `none`.
    """

    body: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()
    activation: str = "none"

    @property
    def cost(self) -> Cost:
        return total((*self.body, *self.shortcut))


@dataclass(frozen=True)
class Branches(Layer):
    """Two parallel sequences of layers whose outputs are concatenated.

    Attributes:
        first, second: layers of the sequences; empty for the identity.
        split: whether each sequence reads one half of the channels; else both read all channels.
    """

    first: tuple[Layer, ...]
    second: tuple[Layer, ...]
    split: bool

    @property
    def cost(self) -> Cost:
        return total((*self.first, *self.second))


def total(layers: Iterable[Layer]) -> Cost:
    """Return the sum of the costs of layers."""
    return added(layer.cost for layer in layers)
