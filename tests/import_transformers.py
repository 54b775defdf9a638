"""Transformers in the usual torch style: several forms of attention, class tokens, windows."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.import_blocks import Residual


class OfTorch(nn.Module):
    """Attention module of torch."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.attention(x, x, x, need_weights=False)[0]
        return result


class OfTimm(nn.Module):
    """Attention in the style of timm: queries, keys and values from one linear layer."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(*qkv.unbind(0))
        result: Tensor = self.proj(attended.transpose(1, 2).reshape(batch, tokens, width))
        return result


class Written(nn.Module):
    """Attention written out: three linear layers, both products, and the softmax between them."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (
            layer(x).unflatten(2, (self.heads, -1)).transpose(1, 2) for layer in (self.q, self.k, self.v)
        )
        attended = (q @ k.transpose(-2, -1) * self.scale).softmax(-1) @ v
        result: Tensor = self.out(attended.transpose(1, 2).flatten(2))
        return result


class GroupedQueries(nn.Module):
    """Ainslie et al. 2023: half as many keys and values as queries, no biases."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.out = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
        self.k, self.v = (nn.Linear(width, width // 2, bias=False) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        each = (self.heads, self.heads // 2, self.heads // 2)
        q, k, v = (
            layer(x).unflatten(2, (heads, -1)).transpose(1, 2)
            for layer, heads in zip((self.q, self.k, self.v), each, strict=True)
        )
        attended = functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)
        result: Tensor = self.out(attended.transpose(1, 2).flatten(2))
        return result


def layer_of(attention: nn.Module, width: int) -> nn.Module:
    """Return a transformer layer that normalizes first."""
    mixing = [nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)]
    return nn.Sequential(
        Residual(nn.Sequential(nn.LayerNorm(width), attention)),
        Residual(nn.Sequential(nn.LayerNorm(width), *mixing)),
    )


class Token(nn.Module):
    """A trainable token before all others."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 1, width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.token.expand(len(x), -1, -1), x], 1)


class Places(nn.Module):
    """A trainable vector for each position."""

    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.randn(1, tokens, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.places


class Vit(nn.Module):
    """Dosovitskiy et al. 2021: with a class token or the mean of all tokens."""

    def __init__(self, attention: Callable[[int, int], nn.Module], token: bool = True) -> None:
        super().__init__()
        self.patch, self.token = nn.Conv2d(3, 24, 8, 8), Token(24) if token else None
        self.places = Places(16 + token, 24)
        self.layers = nn.Sequential(*(layer_of(attention(24, 4), 24) for _ in range(2)), nn.LayerNorm(24))
        self.head = nn.Linear(24, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = self.layers(self.places(x if self.token is None else self.token(x)))
        result: Tensor = self.head(x.mean(1) if self.token is None else x[:, 0])
        return result


class Windows(nn.Module):
    """Liu et al. 2021: attention in windows of 4x4 with a position bias, with or without a shift of 2."""

    def __init__(self, width: int, heads: int, shift: int) -> None:
        super().__init__()
        self.heads, self.shift = heads, shift
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.table = nn.Parameter(torch.zeros(49, heads))
        places = torch.stack(torch.meshgrid(torch.arange(4), torch.arange(4), indexing="ij")).flatten(1)
        apart = (places[:, :, None] - places[:, None] + 3).mul(torch.tensor([7, 1])[:, None, None]).sum(0)
        self.apart: Tensor
        self.register_buffer("apart", apart.flatten())

    def forward(self, x: Tensor) -> Tensor:
        batch, size, _, width = x.shape
        count = size // 4
        x = torch.roll(x, (-self.shift, -self.shift), (1, 2)) if self.shift else x
        x = x.view(batch, count, 4, count, 4, width).transpose(2, 3).reshape(-1, 16, width)
        q, k, v = self.qkv(x).reshape(-1, 16, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        bias = self.table[self.apart].view(16, 16, -1).permute(2, 0, 1)
        scores = (q * (width // self.heads) ** -0.5) @ k.transpose(-2, -1) + bias[None]
        x = self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(-1, 16, width))
        x = x.view(batch, count, count, 4, 4, width).transpose(2, 3).reshape(batch, size, size, width)
        return torch.roll(x, (self.shift, self.shift), (1, 2)) if self.shift else x


class Swin(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch, self.norm = nn.Conv2d(3, 16, 4, 4), nn.LayerNorm(16)
        self.layers = nn.Sequential(
            *(layer_of(Windows(16, 2, shift), 16) for shift in (0, 2)), nn.LayerNorm(16)
        )
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(self.norm(self.patch(x).permute(0, 2, 3, 1)))
        result: Tensor = self.head(x.mean((1, 2)))
        return result


class Turned(nn.Module):
    """A layer for tokens, applied to a map with channels before positions."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layer(x.transpose(1, 2))
        return result
