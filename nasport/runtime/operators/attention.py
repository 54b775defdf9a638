"""Layers of transformers: attention, feed-forward networks, patches, tokens and their positions. All have biases.

Vaswani et al. 2017; Dosovitskiy et al. 2021. A map of H by W positions is H W tokens; a class token makes it one column of
H W + 1 tokens.
"""

from __future__ import annotations

from math import gcd, isqrt

from nasport.runtime.operators.inverted_residual import hidden_width
from nasport.runtime.operators.quantities import FREE, Cost, Shape, UnknownCostError, linear, whole
from nasport.runtime.operators.rule import (
    Effect,
    Place,
    Rule,
    changes,
    free_at_same_shape,
    same_padding,
)
from nasport.schemas.operators import Operator


def attention_width(operator: Operator, channels: int) -> int:
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


def pooled(place: Place) -> Cost:
    """What brings a map to another shape before its tokens attend to each other (PiT, Heo et al. 2021).

    A convolution with bias, of kernel stride + 1, in as many groups as divide both widths; without a stride 1x1 and no groups.
    """
    if place.keeps_shape:
        return FREE
    source, target, stride = place
    kernel, groups = (stride + 1, gcd(source.channels, target.channels)) if stride > 1 else (1, 1)
    return linear(kernel**2 * source.channels // groups, target.channels, target.positions)


def _self_attention(operator: Operator, place: Place) -> Cost:
    """Queries, keys and values by one linear layer, every token with every other, a linear layer."""
    channels, positions = place.target.channels, place.target.positions
    inner = attention_width(operator, channels)
    products = Cost(0, 2 * positions * positions * inner)
    layers = linear(channels, 3 * inner, positions) + linear(inner, channels, positions)
    return pooled(place) + layers + products


def _feed_forward(operator: Operator, place: Place) -> Cost:
    """Two linear layers, `expansion` times the input's width between them."""
    source, target, _ = place
    _check_positions(operator, place)
    hidden = hidden_width(operator, source.channels)
    return linear(source.channels, hidden, source.positions) + linear(
        hidden, target.channels, source.positions
    )


def _gated_linear_unit(operator: Operator, place: Place) -> Cost:
    """A linear layer, half of whose outputs gate the other half (Dauphin et al. 2017)."""
    _check_positions(operator, place)
    return linear(place.source.channels, 2 * place.target.channels, place.source.positions)


def _patch_embedding(operator: Operator, place: Place) -> Cost:
    """A linear layer of every patch."""
    inputs = whole(operator, "kernel") ** 2 * place.source.channels
    return linear(inputs, place.target.channels, place.target.positions)


def _patch_stride(operator: Operator) -> int:
    return whole(operator, "kernel")


def _positions(operator: Operator, place: Place) -> Cost:
    """A trained vector for every token."""
    values = place.source.channels * place.source.positions
    return free_at_same_shape(operator, place) + Cost(values, 0, {place.source.positions: values})


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
    return pooled(Place(before, after, place.stride)) + linear(before.channels, after.channels)


def _check_positions(operator: Operator, place: Place) -> None:
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
    "class_token": Rule(
        lambda operator, place: Cost(
            place.source.channels, 0, {place.target.positions: place.source.channels}
        ),
        shape=_with_class_token,
    ),
    "patch_tokens": Rule(lambda operator, place: FREE, shape=_other_tokens),
    "first_token": Rule(lambda operator, place: FREE, shape=_first_token),
    "token_pooling": Rule(_token_pooling, lambda operator: Effect(1, 1, spatial=True), _pooled_tokens),
}
