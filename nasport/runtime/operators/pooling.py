"""Max and average pooling: over windows, over all positions, or to a stated resolution."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Conv, Layer
from nasport.runtime.operators.quantities import Shape, UnknownCostError
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach, only, same_padding, size_of
from nasport.runtime.operators.windows import kernel_of, padding_of, sides, windowed
from nasport.schemas.operators import Operator


def _pooling(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return the layers of a pooling: a projection first if the channels change (NAS-Bench-201)."""
    source, channels = place.source, place.target.channels
    return () if source.channels == channels else (Conv(source, source.strided(channels)),)


def _pooled(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape: the stated resolution (adaptive pooling), else that of the windows."""
    size, padding = size_of(operator), padding_of(operator)
    if size is not None:
        if stride != 1 or padding is not None:
            raise UnknownCostError(
                f"the operator {operator.text!r} states a resolution and a stride or padding, expected only the resolution"
            )
        return Shape(same_padding(operator, source, width, 1).channels, *size)
    if padding is not None and any(
        2 * pad > side for pad, side in zip(padding, sides(kernel_of(operator)), strict=True)
    ):
        raise UnknownCostError(
            f"the operator {operator.text!r} has padding {padding}, expected at most half of its kernel"
        )
    return windowed(operator, source, width, stride)


def _single(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    channels = same_padding(operator, source, width, 1).channels
    return only(lambda _: Shape(channels, 1, 1))(operator, source, None, stride)


def _effect(operator: Operator) -> Effect:
    return Effect(pool=True, reach=kernel_reach(operator))


RULES = {"pooling": Rule(_pooling, _effect, _pooled), "global_pooling": Rule(_pooling, _effect, _single)}
