"""Separable and dilated convolutions: depthwise, then 1x1, once or several times (DARTS)."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.convolution import NOMINAL_WIDTH
from nasport.runtime.operators.layers import Activation, Conv, Layer
from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach
from nasport.schemas.operators import Operator


def _separable(operator: Operator, place: Place) -> Sequence[Layer]:
    """One normalisation each time; the first has the stride, the last changes the width."""
    source, target, stride = place
    kernel, dilation = whole(operator, "kernel"), whole(operator, "dilation")
    between, repeats = target.strided(source.channels), whole(operator, "repeats")
    layers: list[Layer] = []
    for repeat in range(repeats):
        depthwise = Conv(source, between, kernel, stride, source.channels, dilation, norm=False)
        layers += [Activation("relu"), depthwise, Conv(between, target if repeat == repeats - 1 else between)]
        source, stride = between, 1
    return layers


def _effect(operator: Operator) -> Effect:
    kernel, repeats = operator.attribute("kernel"), operator.attribute("repeats")
    weight = repeats * (1 + kernel**2 / NOMINAL_WIDTH)
    return Effect(weight, repeats, kernel > 1, kernel_reach(operator) * repeats)


RULES = dict.fromkeys(("separable_convolution", "dilated_convolution"), Rule(_separable, _effect))
