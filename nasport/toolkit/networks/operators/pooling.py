"""Modules of pooling; averages do not count the padding."""

from __future__ import annotations

import math

from torch import Tensor, nn

from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Place, size_of
from nasport.runtime.operators.windows import compact, kernel_of, padding_of, sides
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style, made, optional
from nasport.toolkit.networks.operators.convolution import SamePadding, convolution_bn


class GlobalAveragePool(nn.Module):
    """Mean over all positions: (N, C, H, W) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3), keepdim=True)


class GlobalMaxPool(nn.Module):
    """Maximum over all positions: (N, C, H, W) to (N, C, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.amax((2, 3), keepdim=True)


def _pooling(operator: Operator, place: Place, style: Style) -> nn.Module:
    """Build a pooling layer, after a projection if the channels change."""
    maximum = operator.word("mode") == "max"
    if operator.kind == "global_pooling":
        layers = [made(GlobalMaxPool if maximum else GlobalAveragePool)]
    elif size_of(operator) is not None:
        layers = [made(nn.AdaptiveMaxPool2d if maximum else nn.AdaptiveAvgPool2d, place.target[1:])]
    elif padding_of(operator) is not None or isinstance(kernel_of(operator), tuple):
        layers = _stated(operator, place.stride, maximum)
    else:
        layers = _window(operator, whole(operator, "kernel"), place.stride, maximum)
    if place.source.channels != place.target.channels:
        layers.insert(0, convolution_bn(operator, place.channels, 1, style))
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)


def _window(operator: Operator, kernel: int, stride: int, maximum: bool) -> list[nn.Module]:
    if kernel % 2 == 0 and kernel != stride:
        if not maximum:
            raise InputError(
                f"{operator.text} with stride {stride}, expected stride {kernel} or an odd kernel"
            )
        return [made(SamePadding, kernel, stride, value=-math.inf), made(nn.MaxPool2d, kernel, stride)]
    named = optional(0, padding=kernel // 2) if kernel % 2 else {"ceil_mode": True}
    if maximum:
        return [made(nn.MaxPool2d, kernel, stride, **named)]
    return [made(nn.AvgPool2d, kernel, stride, **named, count_include_pad=False)]


def _stated(operator: Operator, stride: int, maximum: bool) -> list[nn.Module]:
    """Build pooling that states its padding, or a kernel that is not square."""
    kernel, padding = kernel_of(operator), padding_of(operator)
    height, width = sides(kernel)
    before: list[nn.Module] = []
    if padding is None and height % 2 and width % 2:
        padding = height // 2, width // 2
    elif padding is None:
        if not maximum:
            raise InputError(
                f"{operator.text} with a kernel of {height}x{width}, expected a stated padding or an odd kernel"
            )
        before = [made(SamePadding, kernel, stride, value=-math.inf)]
    named = optional(0, padding=compact(padding or (0, 0)))
    named |= optional(ceil_mode=operator.attribute("ceil", 0) == 1)
    if maximum:
        return [*before, made(nn.MaxPool2d, kernel, stride, **named)]
    return [made(nn.AvgPool2d, kernel, stride, **named, count_include_pad=False)]


BUILDERS: dict[str, LayerBuilder] = {"pooling": _pooling, "global_pooling": _pooling}
