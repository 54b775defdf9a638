"""Operators on single positions: linear layers, activations, normalizations."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Conv, Layer, activated
from nasport.runtime.operators.quantities import Cost, normalization
from nasport.runtime.operators.rule import Effect, Place, Rule, keeps_shape
from nasport.schemas.operators import Operator


def _linear(operator: Operator, place: Place) -> Sequence[Layer]:
    layer = Conv(*place[:2], stride=place.stride, norm=False, bias=operator.attribute("bias") == 1)
    return (layer, *activated(operator.word("activation")))


def _activation(operator: Operator, place: Place) -> Sequence[Layer]:
    keeps_shape(operator, place)
    name = operator.word("activation")
    return activated(name) if name else ()


def _normalization(operator: Operator, place: Place) -> Cost:
    keeps_shape(operator, place)
    return normalization(place.source, operator.attribute("bias") == 1)


def _one_layer(operator: Operator) -> Effect:
    return Effect(1, 1)


RULES = {
    "linear": Rule(_linear, _one_layer),
    "activation": Rule(_activation),
    "normalization": Rule(_normalization),
    **dict.fromkeys(
        ("embedding", "tied_embedding"),
        Rule("it reads tokens at the start of a recurrent network", _one_layer),
    ),
}
