"""Modules that select channels, or move positions into channels."""

from __future__ import annotations

from torch import Tensor, nn

from nasport.runtime.operators.rule import Place
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style, made


class ChannelSlice(nn.Module):
    """Selects consecutive channels, (N, C, H, W) to (N, count, H, W)."""

    def __init__(self, start: int, count: int) -> None:
        super().__init__()
        self.start = start
        self.count = count

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.start : self.start + self.count]


def _slice(operator: Operator, place: Place, style: Style) -> nn.Module:
    return made(ChannelSlice, int(operator.attribute("start", 0)), place.target.channels)


def _unshuffle(operator: Operator, place: Place, style: Style) -> nn.Module:
    return made(nn.PixelUnshuffle, place.stride)


BUILDERS: dict[str, LayerBuilder] = {"channel_slice": _slice, "pixel_unshuffle": _unshuffle}
