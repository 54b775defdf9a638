"""Cost of mobile blocks: inverted residuals, plain, fused and with squeeze and excitation, by kind and description."""

from __future__ import annotations

from nasport.runtime.costs.quantities import FREE, Cost, Shape, convolution, linear, whole
from nasport.schemas.operators import Operator


def inverted_residual(operator: Operator, source: Shape, target: Shape) -> Cost:
    """1x1 to the expanded width (not where the expansion is 1), depthwise, 1x1 (MobileNetV2).

    A squeeze and excitation behind the depthwise convolution is a quarter as wide as the block's input (MobileNetV3).
    """
    wide = _hidden(operator, source, source)
    narrow = Shape(wide.channels, target.height, target.width)
    expand = FREE if operator.attribute("expansion", 1) == 1 else convolution(source, wide, 1)
    depthwise = convolution(wide, narrow, whole(operator, "kernel"), wide.channels)
    squeezed = FREE
    if "squeeze and excitation" in operator.text:
        squeezed = _squeeze_and_excitation(wide.channels, source.channels)
    return expand + depthwise + squeezed + convolution(narrow, target, 1)


def fused_inverted_residual(operator: Operator, source: Shape, target: Shape) -> Cost:
    """A convolution to the expanded width, then 1x1; with expansion 1 one convolution alone (Tan and Le 2021)."""
    kernel = whole(operator, "kernel")
    if operator.attribute("expansion", 1) == 1:
        return convolution(source, target, kernel)
    wide = _hidden(operator, source, target)
    return convolution(source, wide, kernel) + convolution(wide, target, 1)


def squeeze_and_excitation(operator: Operator, source: Shape, target: Shape) -> Cost:
    """On its own it is a quarter as wide as its input (Hu et al. 2018, with another reduction)."""
    return _squeeze_and_excitation(source.channels, source.channels)


def _squeeze_and_excitation(channels: int, quartered: int) -> Cost:
    squeezed = max(quartered // 4, 1)
    return linear(channels, squeezed) + linear(squeezed, channels)


def _hidden(operator: Operator, source: Shape, at: Shape) -> Shape:
    """The expanded width, at the resolution of `at`."""
    return Shape(round(source.channels * operator.attribute("expansion", 1)), at.height, at.width)
