"""Operators on every position by itself: linear layers, activations, normalisations."""

from __future__ import annotations

from nasport.runtime.operators.quantities import Cost, linear, normalization
from nasport.runtime.operators.rule import Effect, Place, Rule, free_at_same_shape
from nasport.schemas.operators import Operator


def _linear(operator: Operator, place: Place) -> Cost:
    bias = operator.attribute("bias") == 1
    return linear(place.source.channels, place.target.channels, place.target.positions, bias)


def _normalization(operator: Operator, place: Place) -> Cost:
    return free_at_same_shape(operator, place) + normalization(place.source)


def _one_layer(operator: Operator) -> Effect:
    return Effect(1, 1)


RULES = {
    "linear": Rule(_linear, _one_layer),
    "activation": Rule(free_at_same_shape),
    "normalization": Rule(_normalization),
    **dict.fromkeys(
        ("embedding", "tied_embedding"), Rule("it reads tokens, at the start of a network", _one_layer)
    ),
}
