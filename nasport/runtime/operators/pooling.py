"""Pooling, by its `mode`: over a window, or over all positions."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Conv, Layer
from nasport.runtime.operators.quantities import Shape
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach, only, same_padding
from nasport.schemas.operators import Operator


def _pooling(operator: Operator, place: Place) -> Sequence[Layer]:
    """A projection comes first where the channels change (NAS-Bench-201's pooling)."""
    source, channels = place.source, place.target.channels
    return () if source.channels == channels else (Conv(source, source.strided(channels)),)


def _single(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    channels = same_padding(operator, source, width, 1).channels
    return only(lambda _: Shape(channels, 1, 1))(operator, source, None, stride)


def _effect(operator: Operator) -> Effect:
    return Effect(pool=True, reach=kernel_reach(operator))


RULES = {"pooling": Rule(_pooling, _effect), "global_pooling": Rule(_pooling, _effect, _single)}
