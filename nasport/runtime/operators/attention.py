"""Layers of transformers: attention, feed-forward networks, patches, tokens and their positions. All have biases.

Vaswani et al. 2017; Dosovitskiy et al. 2021. A map of H by W positions is H W tokens; a class token makes it one column of
H W + 1 tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, isqrt

from nasport.runtime.operators.inverted_residual import hidden_width
from nasport.runtime.operators.layers import Attention, Conv, Gate, Layer, dense, total
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, linear, whole
from nasport.runtime.operators.rule import (
    Effect,
    Place,
    Rule,
    changes,
    keeps_shape,
    same_padding,
)
from nasport.schemas.operators import Operator


def _attention_width(operator: Operator, channels: int) -> int:
    """Channels of all heads together: those of the map, or heads times `head_width`.

    Raises:
        UnknownCostError: heads that do not divide the channels.
    """
    heads, head_width = whole(operator, "heads"), operator.attribute("head_width", 0)
    if head_width:
        return heads * int(head_width)
    if channels % heads:
        raise UnknownCostError(f"{heads} heads of {channels} channels, expected heads that divide them")
    return channels


def _shaped(place: Place) -> Sequence[Layer]:
    """What brings a map to another shape before its tokens attend to each other (PiT, Heo et al. 2021).

    A convolution with bias, of kernel stride + 1, in as many groups as divide both widths; without a stride 1x1 and no groups.
    """
    source, target, stride = place
    if place.keeps_shape:
        return ()
    kernel, groups = (stride + 1, gcd(source.channels, target.channels)) if stride > 1 else (1, 1)
    return (Conv(source, target, kernel, stride, groups, norm=False, bias=True),)


def _self_attention(operator: Operator, place: Place) -> Sequence[Layer]:
    inner = _attention_width(operator, place.target.channels)
    return (*_shaped(place), Attention(place.target, whole(operator, "heads"), inner))


def _feed_forward(operator: Operator, place: Place) -> Sequence[Layer]:
    """Two linear layers, `expansion` times the input's width between them."""
    _check_stride(operator, place)
    hidden = hidden_width(operator, place.source.channels)
    first = dense(place.source, hidden, operator.word("activation"))
    return (*first, *dense(place.source.strided(hidden), place.target.channels))


def _gated_linear_unit(operator: Operator, place: Place) -> Sequence[Layer]:
    _check_stride(operator, place)
    return (*dense(place.source, 2 * place.target.channels), Gate())


def _patch_embedding(operator: Operator, place: Place) -> Sequence[Layer]:
    return (Conv(*place[:2], whole(operator, "kernel"), place.stride, norm=False, bias=True),)


def _patch_stride(operator: Operator) -> int:
    return whole(operator, "kernel")


def _positions(operator: Operator, place: Place) -> Cost:
    """A trained vector for every token."""
    keeps_shape(operator, place)
    values = place.source.channels * place.source.positions
    return Cost(values, 0, {place.source.positions: values})


def _class_token(operator: Operator, place: Place) -> Cost:
    return Cost(place.source.channels, 0, {place.target.positions: place.source.channels})


def _with_class_token(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    return _kept(operator, source, Shape(source.channels, source.positions + 1, 1), width, stride)


def _first_token(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    return _kept(operator, source, Shape(source.channels, 1, 1), width, stride)


def _other_tokens(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    return _kept(operator, source, token_map(source), width, stride)


def _kept(operator: Operator, source: Shape, target: Shape, width: int | None, stride: int) -> Shape:
    if stride != 1 or width not in (None, source.channels):
        raise UnknownCostError(
            f"{operator.text} to {width} channels with stride {stride}, expected as many channels and no stride"
        )
    return target


def token_map(source: Shape) -> Shape:
    """The square map of the tokens behind the first one.

    Raises:
        UnknownCostError: they make no square.
    """
    side = isqrt(source.positions - 1)
    if side < 1 or side * side != source.positions - 1:
        raise UnknownCostError(f"{source.positions} tokens, expected a class token and a square map")
    return Shape(source.channels, side, side)


def _pooled_tokens(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    target = same_padding(operator, token_map(source), width, stride)
    return Shape(target.channels, target.positions + 1, 1)


def _token_pooling(operator: Operator, place: Place) -> Cost:
    """The class token has a linear layer of its own."""
    before = token_map(place.source)
    after = before.strided(place.target.channels, place.stride)
    return total(_shaped(Place(before, after, place.stride))) + linear(before.channels, after.channels)


def _check_stride(operator: Operator, place: Place) -> None:
    if place.stride != 1:
        raise UnknownCostError(f"{operator.text} {changes(place)}, expected stride 1")


def _attends(operator: Operator) -> Effect:
    return Effect(4, 1, spatial=True)


def _two_linear(operator: Operator) -> Effect:
    return Effect(2 * operator.attribute("expansion"), 2)


def _patches(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    return Effect(kernel**2, 1, kernel > 1, (kernel - 1) / 2)


RULES = {
    "self_attention": Rule(_self_attention, _attends),
    "attention": Rule("attention of this sort has no layout that is known", _attends),
    "feed_forward": Rule(_feed_forward, _two_linear),
    "gated_linear_unit": Rule(_gated_linear_unit, _two_linear),
    "patch_embedding": Rule(_patch_embedding, _patches, stride=_patch_stride),
    "positional_embedding": Rule(_positions),
    "class_token": Rule(_class_token, shape=_with_class_token),
    "patch_tokens": Rule(lambda operator, place: (), shape=_other_tokens),
    "first_token": Rule(lambda operator, place: (), shape=_first_token),
    "token_pooling": Rule(_token_pooling, lambda operator: Effect(1, 1, spatial=True), _pooled_tokens),
}
