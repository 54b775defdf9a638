"""Pooling, by its `mode`: over a window, or over all positions."""

from __future__ import annotations

from nasport.runtime.operators.quantities import FREE, Cost, Layer, Shape, convolution, counted_layer, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach
from nasport.schemas.operators import Operator


def _pooling(operator: Operator, place: Place) -> Cost:
    """A projection comes first where the channels change (NAS-Bench-201's pooling)."""
    (source, target, _), kernel = place, whole(operator, "kernel")
    wide = source._replace(channels=target.channels)
    cost = FREE if wide == source else convolution(source, wide, 1)
    counted_layer(Layer(f"{operator.word('mode')} pooling", wide, target, kernel=(kernel, kernel)))
    return cost


def _single(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    return Shape(source.channels, 1, 1)


def _effect(operator: Operator) -> Effect:
    return Effect(pool=True, reach=kernel_reach(operator))


RULES = {
    "pooling": Rule(_pooling, _effect),
    "global_pooling": Rule(lambda operator, place: FREE, _effect, _single),
}
