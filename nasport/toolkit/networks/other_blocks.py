"""Layers that no benchmark's network has but the vocabulary names, as torch modules that need nothing but torch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ChannelLayerNorm(nn.Module):
    """Layer normalisation over the channels of each position, (N, C, H, W)."""

    def __init__(self, channels: int, affine: bool = True) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels, elementwise_affine=affine)

    def forward(self, x: Tensor) -> Tensor:
        normalised: Tensor = self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return normalised


class ChannelRMSNorm(nn.Module):
    """Division by the root mean square over the channels of each position, then a scale and a shift."""

    def __init__(self, channels: int, affine: bool = True, epsilon: float = 1e-6) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(channels, 1, 1)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        x = x * torch.rsqrt(x.square().mean(1, keepdim=True) + self.epsilon)
        return x if self.weight is None or self.bias is None else x * self.weight + self.bias


class TransposedConv(nn.Module):
    """Transposed convolution and batch normalisation with a ReLU before or after, to s times the height and width."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 2,
        activation_first: bool = False,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        self.activation_first = activation_first
        # An odd kernel is centred on what it spreads; an even one must equal the stride.
        padding, more = (kernel // 2, stride - 1) if kernel % 2 else (0, 0)
        self.conv = nn.ConvTranspose2d(inputs, outputs, kernel, stride, padding, more, bias=bias)
        self.norm = nn.BatchNorm2d(outputs, affine=affine, track_running_stats=running)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(F.relu(x) if self.activation_first else x))
        return x if self.activation_first else F.relu(x, inplace=True)


class SelfAttention(nn.Module):
    """Multi-head attention of every position to every position of a map, (N, C, H, W) as before."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries_keys_values = nn.Conv2d(channels, 3 * channels, 1)
        self.output = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        parts = self.queries_keys_values(x).view(batch, 3, self.heads, -1, height * width)
        queries, keys, values = parts.transpose(3, 4).unbind(1)
        attended = F.scaled_dot_product_attention(queries, keys, values).transpose(2, 3)
        mixed: Tensor = self.output(attended.reshape(batch, channels, height, width))
        return mixed


class FeedForward(nn.Module):
    """Two linear layers at every position with a GELU between them."""

    def __init__(self, inputs: int, outputs: int, hidden: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, hidden, 1)
        self.second = nn.Conv2d(hidden, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        after: Tensor = self.second(F.gelu(self.first(x)))
        return after


class GatedLinearUnit(nn.Module):
    """A linear layer at every position, half of whose outputs gate the other half."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Conv2d(inputs, 2 * outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.glu(self.linear(x), 1)
