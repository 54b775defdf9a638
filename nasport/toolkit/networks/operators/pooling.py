"""Pooling, by its mode; the border does not count in averages."""

from __future__ import annotations

import math

from torch import Tensor, nn

from nasport.runtime.operators.quantities import whole
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import Place, made, optional
from nasport.toolkit.networks.operators.convolution import SamePadding, convolution_bn


class GlobalAveragePool(nn.Module):
    """(N, C, H, W) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3), keepdim=True)


class GlobalMaxPool(nn.Module):
    """(N, C, H, W) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.amax((2, 3), keepdim=True)


def _pooling(operator: Operator, place: Place) -> nn.Module:
    """A projection comes first where the channels change."""
    if operator.kind == "global_pooling":
        layers = [made(GlobalMaxPool if operator.word("mode") == "max" else GlobalAveragePool)]
    else:
        layers = _window(operator, whole(operator, "kernel"), place.stride)
    if place.source.channels != place.target.channels:
        layers.insert(0, convolution_bn(operator, place, place.channels, 1))
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)


def _window(operator: Operator, kernel: int, stride: int) -> list[nn.Module]:
    maximum = operator.word("mode") == "max"
    named: dict[str, int | bool]
    if kernel % 2:
        named = {**optional(0, padding=kernel // 2)}
    elif kernel == stride:
        named = {"ceil_mode": True}
    elif maximum:
        padding = made(SamePadding, kernel, stride, value=-math.inf)
        return [padding, made(nn.MaxPool2d, kernel, stride)]
    else:
        raise InputError(
            f"{operator.text} with stride {stride}, expected stride {kernel} or a kernel of odd size"
        )
    if maximum:
        return [made(nn.MaxPool2d, kernel, stride, **named)]
    return [made(nn.AvgPool2d, kernel, stride, **named, count_include_pad=False)]


BUILDERS = {"pooling": _pooling, "global_pooling": _pooling}
