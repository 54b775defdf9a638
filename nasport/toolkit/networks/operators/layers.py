"""Torch modules of the layers that operators consist of, with the names of `runtime/operators/layers.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasport.runtime.operators import layers
from nasport.runtime.operators.layers import Layer
from nasport.toolkit.networks.module_arguments import Style, made, optional
from nasport.toolkit.networks.operators.convolution import ConvBn, SamePadding
from nasport.toolkit.networks.operators.pointwise import ChannelLayerNorm, activation


class Residual(nn.Module):
    """Sum of a body and a shortcut, which is the identity or layers, with an optional ReLU after the sum."""

    def __init__(
        self,
        body: nn.Module,
        shortcut: nn.Module | None = None,
        activated: bool = False,
    ) -> None:
        super().__init__()
        self.activated = activated
        self.body = body
        self.shortcut = nn.Identity() if shortcut is None else shortcut

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.shortcut(x) + self.body(x)
        return F.relu(total, inplace=True) if self.activated else total


class Branches(nn.Module):
    """Concatenated outputs of two branches; with `halves`, each branch reads half of the channels, otherwise all."""

    def __init__(self, first: nn.Module, second: nn.Module, halves: bool = False) -> None:
        super().__init__()
        self.halves = halves
        self.first = first
        self.second = second

    def forward(self, x: Tensor) -> Tensor:
        left, right = x.chunk(2, 1) if self.halves else (x, x)
        return torch.cat((self.first(left), self.second(right)), 1)


class SqueezeExcitation(nn.Module):
    """Multiplies channels by weights that two 1x1 convolutions compute from the channels' means."""

    def __init__(
        self,
        channels: int,
        squeezed: int,
        hard: bool = False,
        silu: bool = False,
    ) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.excite = nn.Conv2d(squeezed, channels, 1)
        self.hard = hard
        self.silu = silu

    def forward(self, x: Tensor) -> Tensor:
        squeezed = self.squeeze(x.mean((2, 3), keepdim=True))
        excited = self.excite(F.silu(squeezed) if self.silu else F.relu(squeezed))
        return x * (F.hardsigmoid(excited) if self.hard else torch.sigmoid(excited))


class SelfAttention(nn.Module):
    """Multi-head attention between all positions; `inner` is the total width of the query heads.

    If there are fewer heads of keys and values than of queries, each serves several query heads.
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        inner: int,
        key_value_heads: int = 0,
        bias: bool = True,
        query_bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.inner = inner
        self.key_value_heads = key_value_heads or heads
        width = inner // heads * (heads + 2 * self.key_value_heads)
        self.queries_keys_values = nn.Conv2d(channels, width, 1, bias=query_bias)
        self.output = nn.Conv2d(inner, channels, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        heads = (self.heads, self.key_value_heads, self.key_value_heads)
        parts = self.queries_keys_values(x).view(batch, sum(heads), -1, height * width)
        queries, keys, values = parts.transpose(2, 3).split(heads, 1)
        if self.key_value_heads != self.heads:
            shared = self.heads // self.key_value_heads
            keys, values = keys.repeat_interleave(shared, 1), values.repeat_interleave(shared, 1)
        attended = F.scaled_dot_product_attention(queries, keys, values).transpose(2, 3)
        mixed: Tensor = self.output(attended.reshape(batch, self.inner, height, width))
        return mixed


class Scale(nn.Module):
    """Multiplies each channel by a trained factor, initially 1e-6 (Touvron et al. 2021)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.full((channels, 1, 1), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


def module_of(sequence: Sequence[Layer], style: Style) -> nn.Module:
    """Build one module for a sequence of layers; the identity if there are none."""
    modules = [_MODULES[type(layer)](layer, style) for layer in sequence] or [made(nn.Identity)]
    return modules[0] if len(modules) == 1 else nn.Sequential(*modules)


def _conv(layer: layers.Conv, style: Style) -> nn.Module:
    assert isinstance(layer.kernel, int), "rectangular convolutions have their own module"
    kernel, channels = layer.kernel, (layer.source.channels, layer.target.channels)
    numbers = optional(1, stride=layer.stride, groups=layer.groups, dilation=layer.dilation)
    if layer.norm:
        assert layer.padded, "a convolution without padding has no normalization"
        module: nn.Module = made(ConvBn, *channels, kernel, **numbers, **style.normalized())
    else:
        padding = layer.dilation * (kernel // 2) if kernel % 2 and layer.padded else 0
        named = optional(0, padding=padding) | optional(True, bias=layer.bias)
        module = made(nn.Conv2d, *channels, kernel, **numbers, **named)
    if kernel % 2 or not layer.padded:
        return module
    reach = layer.dilation * (kernel - 1) + 1
    return nn.Sequential(made(SamePadding, reach, **optional(1, stride=layer.stride)), module)


def _residual(layer: layers.Residual, style: Style) -> nn.Module:
    parts = [module_of(layer.body, style)]
    parts += [module_of(layer.shortcut, style)] if layer.shortcut else []
    ends = layer.activation == "relu" and style.last_activation
    return made(Residual, *parts, **optional(activated=ends))


def _branches(layer: layers.Branches, style: Style) -> nn.Module:
    rows = [module_of(row, style) for row in (layer.first, layer.second)]
    return made(Branches, *rows, **optional(halves=layer.split))


def _squeeze(layer: layers.SqueezeExcitation, style: Style) -> nn.Module:
    named = optional(hard=layer.gate == "hardsigmoid", silu=layer.activation == "silu")
    return made(SqueezeExcitation, layer.channels, layer.squeezed, **named)


def _attention(layer: layers.Attention, style: Style) -> nn.Module:
    named = optional(None, key_value_heads=layer.key_value_heads)
    named |= optional(True, bias=layer.bias, query_bias=layer.query_bias)
    return made(SelfAttention, layer.shape.channels, layer.heads, layer.inner, **named)


_MODULES: dict[type[Layer], Callable[[Any, Style], nn.Module]] = {
    layers.Conv: _conv,
    layers.Residual: _residual,
    layers.Branches: _branches,
    layers.SqueezeExcitation: _squeeze,
    layers.AveragePool: lambda layer, style: made(
        nn.AvgPool2d, layer.stride, layer.stride, ceil_mode=True, count_include_pad=False
    ),
    layers.Activation: lambda layer, style: activation(layer.name),
    layers.Shuffle: lambda layer, style: made(nn.ChannelShuffle, layer.groups),
    layers.Gate: lambda layer, style: made(nn.GLU, dim=1),
    layers.LayerNorm: lambda layer, style: made(
        ChannelLayerNorm, layer.shape.channels, **optional(True, affine=style.affine)
    ),
    layers.Scale: lambda layer, style: made(Scale, layer.shape.channels),
    layers.Attention: _attention,
}
