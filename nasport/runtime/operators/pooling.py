"""Pooling, by its `mode`: over a window, over all positions, or to a resolution that is stated."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Conv, Layer
from nasport.runtime.operators.quantities import Shape, UnknownCostError
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach, only, same_padding, size_of
from nasport.runtime.operators.windows import kernel_of, padding_of, sides, windowed
from nasport.schemas.operators import Operator


def _pooling(operator: Operator, place: Place) -> Sequence[Layer]:
    """A projection comes first where the channels change (NAS-Bench-201's pooling)."""
    source, channels = place.source, place.target.channels
    return () if source.channels == channels else (Conv(source, source.strided(channels)),)


def _pooled(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """A resolution that is stated is pooled to, whatever the windows (adaptive pooling)."""
    size, padding = size_of(operator), padding_of(operator)
    if size is not None:
        if stride != 1 or padding is not None:
            raise UnknownCostError(
                f"{operator.text} to a resolution of its own, with a stride or padding: expected neither beside it"
            )
        return Shape(same_padding(operator, source, width, 1).channels, *size)
    if padding is not None and any(
        2 * pad > side for pad, side in zip(padding, sides(kernel_of(operator)), strict=True)
    ):
        raise UnknownCostError(f"{operator.text} with padding {padding}, expected at most half of its kernel")
    return windowed(operator, source, width, stride)


def _single(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    channels = same_padding(operator, source, width, 1).channels
    return only(lambda _: Shape(channels, 1, 1))(operator, source, None, stride)


def _effect(operator: Operator) -> Effect:
    return Effect(pool=True, reach=kernel_reach(operator))


RULES = {"pooling": Rule(_pooling, _effect, _pooled), "global_pooling": Rule(_pooling, _effect, _single)}
