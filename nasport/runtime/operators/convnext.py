"""The ConvNeXt block (Liu et al. 2022): depthwise kxk, layer normalization, a feed-forward network, a factor per channel."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.convolution import NOMINAL_WIDTH
from nasport.runtime.operators.inverted_residual import hidden_width
from nasport.runtime.operators.layers import Conv, Layer, LayerNorm, Residual, Scale, dense
from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Effect, Place, Rule, keeps_shape, kernel_reach
from nasport.schemas.operators import Operator


def _block(operator: Operator, place: Place) -> Sequence[Layer]:
    keeps_shape(operator, place)
    shape, kernel = place.source, whole(operator, "kernel")
    hidden = hidden_width(operator, shape.channels)
    depthwise = Conv(shape, shape, kernel, groups=shape.channels, norm=False, bias=True)
    mixing = (*dense(shape, hidden, "gelu"), *dense(shape.strided(hidden), shape.channels))
    return (Residual((depthwise, LayerNorm(shape), *mixing, Scale(shape))),)


def _effect(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    weight = 2 * operator.attribute("expansion") + kernel**2 / NOMINAL_WIDTH
    return Effect(weight, 2, kernel > 1, kernel_reach(operator), residual=True)


RULES = {"convnext_block": Rule(_block, _effect)}
