"""Layers of transformers: attention, feed-forward networks, patches, tokens and their positions, on maps (N, C, H, W)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasport.runtime.operators.attention import attention_width, token_map
from nasport.runtime.operators.inverted_residual import hidden_width
from nasport.runtime.operators.quantities import whole
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.layers import Place, made, optional
from nasport.toolkit.networks.operators.convolution import SamePadding, activate


class SelfAttention(nn.Module):
    """Multi-head attention of every position to every position; `inner` is the width of all heads."""

    def __init__(self, channels: int, heads: int, inner: int = 0) -> None:
        super().__init__()
        self.heads = heads
        self.inner = inner or channels
        self.queries_keys_values = nn.Conv2d(channels, 3 * self.inner, 1)
        self.output = nn.Conv2d(self.inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        parts = self.queries_keys_values(x).view(batch, 3, self.heads, -1, height * width)
        queries, keys, values = parts.transpose(3, 4).unbind(1)
        attended = F.scaled_dot_product_attention(queries, keys, values).transpose(2, 3)
        mixed: Tensor = self.output(attended.reshape(batch, self.inner, height, width))
        return mixed


class FeedForward(nn.Module):
    """Two linear layers at every position with an activation between them."""

    def __init__(self, inputs: int, outputs: int, hidden: int, activation: str = "gelu") -> None:
        super().__init__()
        self.activation = activation
        self.first = nn.Conv2d(inputs, hidden, 1)
        self.second = nn.Conv2d(hidden, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        after: Tensor = self.second(activate(self.first(x), self.activation))
        return after


class GatedLinearUnit(nn.Module):
    """A linear layer at every position, half of whose outputs gate the other half."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Conv2d(inputs, 2 * outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.glu(self.linear(x), 1)


class PositionalEmbedding(nn.Module):
    """A trained vector added at every position."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(0.02 * torch.randn(1, channels, height, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.positions


class ClassToken(nn.Module):
    """A trained token before those of the map: (N, C, H, W) to (N, C, H W + 1, 1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.token = nn.Parameter(0.02 * torch.randn(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2)[..., None]
        return torch.cat((self.token.expand(len(x), -1, -1, -1), tokens), 2)


class FirstToken(nn.Module):
    """(N, C, T, 1) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2)[:, :, :1, None]


class PatchTokens(nn.Module):
    """(N, C, S S + 1, 1) to (N, C, S, S): the map of the tokens behind the first one."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2)[:, :, 1:].view(len(x), -1, self.side, self.side)


class ShapedMap(nn.Module):
    """A map at another shape: a convolution in as many groups as divide both widths; without a stride 1x1 (PiT)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        kernel, groups = (stride + 1, math.gcd(inputs, outputs)) if stride > 1 else (1, 1)
        self.pad = SamePadding(kernel, stride)
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        shaped: Tensor = self.conv(self.pad(x))
        return shaped


class TokenPooling(nn.Module):
    """Pooling of the square map behind the class token, which has a linear layer of its own (PiT)."""

    def __init__(self, inputs: int, outputs: int, side: int, stride: int = 1) -> None:
        super().__init__()
        self.side = side
        keeps = stride == 1 and inputs == outputs
        self.pool = nn.Identity() if keeps else ShapedMap(inputs, outputs, stride)
        self.token = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2)
        maps = self.pool(tokens[..., 1:].view(len(x), -1, self.side, self.side))
        return torch.cat((self.token(tokens[..., :1, None]), maps.flatten(2)[..., None]), 2)


def _self_attention(operator: Operator, place: Place) -> nn.Module:
    channels, heads = place.target.channels, whole(operator, "heads")
    inner = optional(channels, inner=attention_width(operator, channels))
    if place.keeps_shape:
        return made(SelfAttention, channels, heads, **inner)
    shaped = made(ShapedMap, *place.channels, **place.strided())
    return nn.Sequential(shaped, made(SelfAttention, channels, heads, **inner))


def _feed_forward(operator: Operator, place: Place) -> nn.Module:
    hidden = hidden_width(operator, place.source.channels)
    return made(
        FeedForward, *place.channels, hidden, **optional("gelu", activation=operator.word("activation"))
    )


def _gated_linear_unit(operator: Operator, place: Place) -> nn.Module:
    return made(GatedLinearUnit, *place.channels)


def _patches(operator: Operator, place: Place) -> nn.Module:
    """A convolution with a bias."""
    kernel = whole(operator, "kernel")
    layer = made(nn.Conv2d, *place.channels, kernel, place.stride)
    return nn.Sequential(made(SamePadding, kernel, place.stride), layer)


def _positions(operator: Operator, place: Place) -> nn.Module:
    return made(PositionalEmbedding, *place.source)


def _class_token(operator: Operator, place: Place) -> nn.Module:
    return made(ClassToken, place.source.channels)


def _first_token(operator: Operator, place: Place) -> nn.Module:
    return made(FirstToken)


def _patch_tokens(operator: Operator, place: Place) -> nn.Module:
    return made(PatchTokens, place.target.height)


def _token_pooling(operator: Operator, place: Place) -> nn.Module:
    return made(TokenPooling, *place.channels, token_map(place.source).height, **place.strided())


BUILDERS = {
    "self_attention": _self_attention,
    "feed_forward": _feed_forward,
    "gated_linear_unit": _gated_linear_unit,
    "patch_embedding": _patches,
    "positional_embedding": _positions,
    "class_token": _class_token,
    "first_token": _first_token,
    "patch_tokens": _patch_tokens,
    "token_pooling": _token_pooling,
}
