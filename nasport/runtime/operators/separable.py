"""Separable and dilated convolutions: depthwise, then 1x1, once or several times (DARTS)."""

from __future__ import annotations

from nasport.runtime.operators.convolution import NOMINAL_WIDTH
from nasport.runtime.operators.quantities import FREE, Cost, Shape, convolution, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach
from nasport.schemas.operators import Operator


def _separable(operator: Operator, place: Place) -> Cost:
    """One normalisation each time; the first has the stride, the last changes the width."""
    source, target, _ = place
    total, repeats = FREE, whole(operator, "repeats")
    between = Shape(source.channels, target.height, target.width)
    for repeat in range(repeats):
        after = target if repeat == repeats - 1 else between
        total += convolution(source, between, whole(operator, "kernel"), source.channels, norm=False)
        total += convolution(between, after, 1)
        source = after
    return total


def _effect(operator: Operator) -> Effect:
    kernel, repeats = operator.attribute("kernel"), operator.attribute("repeats")
    weight = repeats * (1 + kernel**2 / NOMINAL_WIDTH)
    return Effect(weight, repeats, kernel > 1, kernel_reach(operator) * repeats)


RULES = dict.fromkeys(("separable_convolution", "dilated_convolution"), Rule(_separable, _effect))
