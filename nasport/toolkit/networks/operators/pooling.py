"""Pooling, by its mode; the border does not count in averages."""

from __future__ import annotations

import math

from torch import Tensor, nn

from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Place
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style, made, optional
from nasport.toolkit.networks.operators.convolution import SamePadding, convolution_bn


class GlobalAveragePool(nn.Module):
    """(N, C, H, W) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3), keepdim=True)


class GlobalMaxPool(nn.Module):
    """(N, C, H, W) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.amax((2, 3), keepdim=True)


def _pooling(operator: Operator, place: Place, style: Style) -> nn.Module:
    """A projection comes first where the channels change."""
    maximum = operator.word("mode") == "max"
    if operator.kind == "global_pooling":
        layers = [made(GlobalMaxPool if maximum else GlobalAveragePool)]
    else:
        layers = _window(operator, whole(operator, "kernel"), place.stride, maximum)
    if place.source.channels != place.target.channels:
        layers.insert(0, convolution_bn(operator, place.channels, 1, style))
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)


def _window(operator: Operator, kernel: int, stride: int, maximum: bool) -> list[nn.Module]:
    if kernel % 2 == 0 and kernel != stride:
        if not maximum:
            raise InputError(
                f"{operator.text} with stride {stride}, expected stride {kernel} or a kernel of odd size"
            )
        return [made(SamePadding, kernel, stride, value=-math.inf), made(nn.MaxPool2d, kernel, stride)]
    named = optional(0, padding=kernel // 2) if kernel % 2 else {"ceil_mode": True}
    if maximum:
        return [made(nn.MaxPool2d, kernel, stride, **named)]
    return [made(nn.AvgPool2d, kernel, stride, **named, count_include_pad=False)]


BUILDERS: dict[str, LayerBuilder] = {"pooling": _pooling, "global_pooling": _pooling}
