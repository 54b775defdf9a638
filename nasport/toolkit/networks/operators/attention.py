"""Modules for the tokens of vision transformers and their positions, on maps (N, C, H, W)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nasport.runtime.operators.attention import shaped, token_map
from nasport.runtime.operators.rule import Place
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style, made
from nasport.toolkit.networks.operators.layers import module_of


class PositionalEmbedding(nn.Module):
    """Adds a trained vector at every position."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(0.02 * torch.randn(1, channels, height, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.positions


class ClassToken(nn.Module):
    """Puts a trained token before the tokens of a map: (N, C, H, W) to (N, C, H W + 1, 1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.token = nn.Parameter(0.02 * torch.randn(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2)[..., None]
        return torch.cat((self.token.expand(len(x), -1, -1, -1), tokens), 2)


class FirstToken(nn.Module):
    """Selects the first token: (N, C, T, 1) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2)[:, :, :1, None]


class PatchTokens(nn.Module):
    """Arranges the tokens after the first one as a map: (N, C, S S + 1, 1) to (N, C, S, S)."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2)[:, :, 1:].view(len(x), -1, self.side, self.side)


class TokenPooling(nn.Module):
    """Applies `pool` to the square map of patches, and a linear layer to the class token (PiT)."""

    def __init__(self, pool: nn.Module, inputs: int, outputs: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.pool = pool
        self.token = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2)
        maps = self.pool(tokens[..., 1:].view(len(x), -1, self.side, self.side))
        return torch.cat((self.token(tokens[..., :1, None]), maps.flatten(2)[..., None]), 2)


def _token_pooling(operator: Operator, place: Place, style: Style) -> nn.Module:
    before = token_map(place.source)
    layers = shaped(Place(before, before.strided(place.channels[1], place.stride), place.stride))
    return made(TokenPooling, module_of(layers, style), *place.channels, before.height)


BUILDERS: dict[str, LayerBuilder] = {
    "positional_embedding": lambda operator, place, style: made(PositionalEmbedding, *place.source),
    "class_token": lambda operator, place, style: made(ClassToken, place.source.channels),
    "first_token": lambda operator, place, style: made(FirstToken),
    "patch_tokens": lambda operator, place, style: made(PatchTokens, place.target.height),
    "token_pooling": _token_pooling,
}
