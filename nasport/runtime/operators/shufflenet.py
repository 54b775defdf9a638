"""The ShuffleNetV2 unit (Ma et al. 2018): two branches that each give half of the channels, and a channel shuffle."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.convolution import NOMINAL_WIDTH
from nasport.runtime.operators.layers import Activation, Branches, Conv, Layer, Shuffle
from nasport.runtime.operators.quantities import UnknownCostError, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach
from nasport.schemas.operators import Operator


def _unit(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return the layers of a unit: a main branch (1x1, depthwise, 1x1) and a side branch.

    If the shape is kept, the main branch reads half of the channels and the other half passes. Otherwise the main branch
    reads all channels, and the side branch (depthwise, 1x1) reads them too.
    """
    (source, target, stride), kernel = place, whole(operator, "kernel")
    if target.channels % 2:
        raise UnknownCostError(
            f"the operator {operator.text!r} has {target.channels} channels, expected an even number"
        )
    half, relu = target.channels // 2, Activation("relu")
    wide, narrow = source.strided(half), target.strided(half)
    side: tuple[Layer, ...] = ()
    if not place.keeps_shape:
        between = target.strided(source.channels)
        side = (Conv(source, between, kernel, stride, source.channels), Conv(between, narrow), relu)
    first = Conv(wide if place.keeps_shape else source, wide)
    main = (first, relu, Conv(wide, narrow, kernel, stride, half), Conv(narrow, narrow), relu)
    return (Branches(side, main, place.keeps_shape), Shuffle(2))


def _effect(operator: Operator) -> Effect:
    """Return the effect of a unit that keeps the shape."""
    kernel = operator.attribute("kernel")
    weight = 1 / 2 + kernel**2 / 2 / NOMINAL_WIDTH
    return Effect(weight, 2, kernel > 1, kernel_reach(operator), residual=True)


RULES = {"shufflenet_unit": Rule(_unit, _effect)}
