"""Pooling, by its `mode`: over a window, or over all positions."""

from __future__ import annotations

from nasport.runtime.operators.quantities import FREE, Cost, Shape, convolution
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach
from nasport.schemas.operators import Operator


def _pooling(operator: Operator, place: Place) -> Cost:
    """A projection comes first where the channels change (NAS-Bench-201's pooling)."""
    source, target, _ = place
    if source.channels == target.channels:
        return FREE
    return convolution(source, Shape(target.channels, source.height, source.width), 1)


def _single(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    return Shape(source.channels, 1, 1)


def _effect(operator: Operator) -> Effect:
    return Effect(pool=True, reach=kernel_reach(operator))


RULES = {
    "pooling": Rule(_pooling, _effect),
    "global_pooling": Rule(lambda operator, place: FREE, _effect, _single),
}
