"""Operators on channels: a slice, a trained factor per channel, pixel unshuffle."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Layer, Scale
from nasport.runtime.operators.quantities import Shape, UnknownCostError, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, keeps_shape
from nasport.schemas.operators import Operator


def _slice(operator: Operator, place: Place) -> Sequence[Layer]:
    start, (before, after) = int(operator.attribute("start", 0)), place.channels
    if start + after > before or place.stride != 1:
        raise UnknownCostError(
            f"the slice takes channels {start} to {start + after - 1} of {before} with stride {place.stride}, expected "
            "existing channels and stride 1"
        )
    return ()


def _scale(operator: Operator, place: Place) -> Sequence[Layer]:
    keeps_shape(operator, place)
    return (Scale(place.source),)


def _gathered(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of a pixel unshuffle, which moves positions into channels."""
    channels, rest = source.channels * stride**2, (source.height % stride, source.width % stride)
    asked = width if width is not None else whole(operator, "channels", channels)
    if any(rest) or asked != channels:
        raise UnknownCostError(
            f"the operator {operator.text!r} by {stride} turns {source.height}x{source.width} into {asked} channels, "
            f"expected sides that are multiples of {stride} and {channels} channels"
        )
    return source.strided(channels, stride)


RULES = {
    "channel_slice": Rule(_slice, lambda operator: Effect(identity=True)),
    "scale": Rule(_scale),
    "pixel_unshuffle": Rule(lambda operator, place: (), shape=_gathered, stride=lambda operator: 2),
}
