"""Operators that pass, join or move their inputs: inputs and outputs of cells, identities, joins, shuffles, resampling."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.convolution import check_width, enlarged, resized
from nasport.runtime.operators.layers import Conv, Layer, Shuffle
from nasport.runtime.operators.quantities import Shape, UnknownCostError, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, keeps_shape, only
from nasport.schemas.operators import Operator


def join_of(operator: Operator) -> str:
    """Return the join of an operator that is a join itself; empty for all other operators."""
    return operator.word("operation") if operator.kind == "elementwise" else _JOINS.get(operator.kind, "")


_JOINS = {"sum": "sum", "concat": "concat", "product": "product", "mean": "mean"}


def projected(operator: Operator, place: Place) -> tuple[Layer, ...]:
    """Return a projection if the shape changes, as in NAS-Bench-Macro and TransNAS-Bench-101, else no layers."""
    return () if place.keeps_shape else (Conv(*place[:2], stride=place.stride),)


def _shuffled(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of a pixel shuffle, which moves channels into positions."""
    channels, rest = divmod(source.channels, stride**2)
    asked = width if width is not None else whole(operator, "channels", channels)
    if rest or asked != channels:
        raise UnknownCostError(
            f"the operator {operator.text!r} by {stride} turns {source.channels} into {asked} channels, expected "
            f"{stride**2} times as many input as output channels"
        )
    return enlarged(operator, source._replace(channels=channels), channels, stride)


def _upsampled(operator: Operator, place: Place) -> Sequence[Layer]:
    check_width(operator, place)
    return ()


def _channel_shuffle(operator: Operator, place: Place) -> Sequence[Layer]:
    groups, channels = whole(operator, "groups"), place.source.channels
    if channels % groups:
        raise UnknownCostError(
            f"{groups} groups for {channels} channels, expected a number of groups that divides the channels"
        )
    return (*keeps_shape(operator, place), Shuffle(groups))


def _free(operator: Operator, place: Place) -> Sequence[Layer]:
    return ()


RULES = {
    "input": Rule(projected),
    "output": Rule(projected),
    "none": Rule(_free),
    "identity": Rule(projected, lambda operator: Effect(identity=True)),
    "flatten": Rule(_free, lambda operator: Effect(identity=True), only(Shape.flattened)),
    "reshape": Rule("the document does not state its target shape", lambda operator: Effect(identity=True)),
    **dict.fromkeys(("sum", "concat", "product", "mean", "elementwise"), Rule(keeps_shape)),
    "blend": Rule("it can be used only in recurrent cells"),
    "matrix_product": Rule("the document does not state which axes it multiplies"),
    "transpose": Rule("the document does not state which axes it exchanges"),
    "channel_shuffle": Rule(_channel_shuffle),
    "upsampling": Rule(_upsampled, shape=resized, stride=lambda operator: 2),
    "pixel_shuffle": Rule(_free, shape=_shuffled, stride=lambda operator: 2),
}
