"""Layers of transformers: attention, feed-forward networks, patches, tokens and their positions.

Vaswani et al. 2017; Dosovitskiy et al. 2021. A feature map of H by W positions has H W tokens. With a class token it
becomes one column of H W + 1 tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, isqrt

from nasport.runtime.operators.inverted_residual import hidden_width
from nasport.runtime.operators.layers import Attention, Conv, Gate, Layer, dense, total
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, linear, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, changes, keeps_shape, only, same_padding
from nasport.schemas.operators import Operator


def shaped(place: Place) -> Sequence[Layer]:
    """Return the layers that change the shape of a feature map before attention (PiT, Heo et al. 2021).

    With a stride, this is a convolution with bias and kernel stride + 1, whose number of groups is the greatest common
    divisor of both widths. Without a stride, it is a 1x1 convolution without groups.
    """
    source, target, stride = place
    if place.keeps_shape:
        return ()
    kernel, groups = (stride + 1, gcd(source.channels, target.channels)) if stride > 1 else (1, 1)
    return (Conv(source, target, kernel, stride, groups, norm=False, bias=True),)


def _self_attention(operator: Operator, place: Place) -> Sequence[Layer]:
    channels, heads = place.target.channels, whole(operator, "heads")
    head_width = operator.attribute("head_width", 0)
    if not head_width and channels % heads:
        raise UnknownCostError(
            f"{heads} heads for {channels} channels, expected a number of heads that divides the channels"
        )
    inner = heads * int(head_width) if head_width else channels
    shared = whole(operator, "key_value_heads", heads)
    if heads % shared:
        raise UnknownCostError(
            f"{shared} heads of keys and values for {heads} heads, expected a number that divides {heads}"
        )
    bias = operator.attribute("bias")
    biases = bias == 1, operator.attribute("query_bias", bias) == 1
    return (
        *shaped(place),
        Attention(place.target, heads, inner, shared if shared < heads else None, *biases),
    )


def _feed_forward(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return two linear layers with `expansion` times the width of the input between them."""
    _check_stride(operator, place)
    hidden, bias = hidden_width(operator, place.source.channels), operator.attribute("bias") == 1
    first = dense(place.source, hidden, operator.word("activation"), bias)
    return (*first, *dense(place.source.strided(hidden), place.target.channels, bias=bias))


def _gated_linear_unit(operator: Operator, place: Place) -> Sequence[Layer]:
    _check_stride(operator, place)
    return (*dense(place.source, 2 * place.target.channels), Gate())


def _patch_embedding(operator: Operator, place: Place) -> Sequence[Layer]:
    kernel = whole(operator, "kernel")
    return (Conv(*place[:2], kernel, place.stride, norm=False, bias=True, padded=False),)


def _patched(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of a patch embedding: the number of whole patches, without padding."""
    (channels, height, wide), kernel = source, whole(operator, "kernel")
    if kernel > min(height, wide):
        raise UnknownCostError(
            f"the operator {operator.text!r} has patches of {kernel}x{kernel} and an input of {height}x{wide}, expected "
            "a larger input"
        )
    corners = Shape(channels, height - kernel + 1, wide - kernel + 1)
    return same_padding(operator, corners, width, stride)


def _positions(operator: Operator, place: Place) -> Cost:
    """Return the cost of a trained vector for every token."""
    keeps_shape(operator, place)
    values = place.source.channels * place.source.positions
    return Cost(values, 0, {place.source.positions: values})


def _class_token(operator: Operator, place: Place) -> Cost:
    return Cost(place.source.channels, 0, {place.target.positions: place.source.channels})


def token_map(source: Shape) -> Shape:
    """Return the square feature map of all tokens after the class token.

    Raises:
        UnknownCostError: the number of tokens is not a square.
    """
    side = isqrt(source.positions - 1)
    if side < 1 or side * side != source.positions - 1:
        raise UnknownCostError(
            f"{source.positions} tokens, expected one class token and a square number of others"
        )
    return Shape(source.channels, side, side)


def _pooled_tokens(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    target = same_padding(operator, token_map(source), width, stride)
    return Shape(target.channels, target.positions + 1, 1)


def _token_pooling(operator: Operator, place: Place) -> Cost:
    """Return the cost of a token pooling, in which the class token has a separate linear layer."""
    before = token_map(place.source)
    after = before.strided(place.target.channels, place.stride)
    return total(shaped(Place(before, after, place.stride))) + linear(before.channels, after.channels)


def _check_stride(operator: Operator, place: Place) -> None:
    if place.stride != 1:
        raise UnknownCostError(f"the operator {operator.text!r} is used {changes(place)}, expected stride 1")


def _attends(operator: Operator) -> Effect:
    heads = operator.attribute("heads")
    return Effect(2 + 2 * operator.attribute("key_value_heads", heads) / heads, 1, spatial=True)


def _patches(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    return Effect(kernel**2, 1, kernel > 1, (kernel - 1) / 2)


RULES = {
    "self_attention": Rule(_self_attention, _attends),
    "attention": Rule("the layout of this attention is unknown", _attends),
    "feed_forward": Rule(_feed_forward, lambda operator: Effect(2 * operator.attribute("expansion"), 2)),
    "gated_linear_unit": Rule(_gated_linear_unit, lambda operator: Effect(4, 2)),
    "patch_embedding": Rule(_patch_embedding, _patches, _patched, lambda operator: whole(operator, "kernel")),
    "positional_embedding": Rule(_positions),
    "class_token": Rule(
        _class_token, shape=only(lambda source: Shape(source.channels, source.positions + 1, 1))
    ),
    "patch_tokens": Rule(lambda operator, place: (), shape=only(token_map)),
    "first_token": Rule(lambda operator, place: (), shape=only(lambda source: Shape(source.channels, 1, 1))),
    "token_pooling": Rule(_token_pooling, lambda operator: Effect(1, 1, spatial=True), _pooled_tokens),
}
