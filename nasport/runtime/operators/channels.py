"""Operators on channels: a slice of them, a trained factor for each, positions moved into them."""

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
            f"channels {start} to {start + after - 1} of {before} channels with stride {place.stride}, expected channels "
            "that are there, and stride 1"
        )
    return ()


def _scale(operator: Operator, place: Place) -> Sequence[Layer]:
    keeps_shape(operator, place)
    return (Scale(place.source),)


def _gathered(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Positions become channels."""
    channels, rest = source.channels * stride**2, (source.height % stride, source.width % stride)
    asked = width if width is not None else whole(operator, "channels", channels)
    if any(rest) or asked != channels:
        raise UnknownCostError(
            f"{operator.text} by {stride} of {source.height}x{source.width} to {asked} channels, expected sides that "
            f"{stride} divides and {channels} channels"
        )
    return source.strided(channels, stride)


RULES = {
    "channel_slice": Rule(_slice, lambda operator: Effect(identity=True)),
    "scale": Rule(_scale),
    "pixel_unshuffle": Rule(lambda operator, place: (), shape=_gathered, stride=lambda operator: 2),
}
