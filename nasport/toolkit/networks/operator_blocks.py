"""The modules of operators that are several layers, told apart by their canonical description."""

from __future__ import annotations

from torch import nn

from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.blocks import ConvBn, RectangularConv
from nasport.toolkit.networks.layers import (
    LayerBuilder,
    Place,
    check_odd,
    check_same_shape,
    made,
    whole,
)
from nasport.toolkit.networks.other_blocks import FeedForward, GatedLinearUnit, SelfAttention
from nasport.toolkit.networks.residual_blocks import (
    BasicBlock,
    Bottleneck,
    FusedInvertedResidual,
    InvertedResidual,
    NASBench201Reduction,
    PlainBlock,
    SqueezeExcitation,
)


def inverted_residual(operator: Operator, place: Place) -> nn.Module:
    """MobileNetV2's block; a squeeze-and-excitation is a quarter as wide as the block's input (MobileNetV3)."""
    check_odd(operator)
    named: dict[str, int | bool] = {**place.strided()}
    if operator.attribute("expansion", 1) == 1:
        named["expands"] = False
    if "squeeze and excitation" in operator.text:
        named["squeezed"] = max(place.source.channels // 4, 1)
    channels = (*place.channels, _hidden(operator, place), whole(operator, "kernel"))
    return made(InvertedResidual, *channels, **named, **place.normalised())


def block(operator: Operator, place: Place) -> nn.Module:
    """Blocks that only the beginning of their description tells."""
    if operator.text.startswith("Fused inverted residual"):
        check_odd(operator)
        hidden = 0 if operator.attribute("expansion", 1) == 1 else _hidden(operator, place)
        channels = (*place.channels, hidden, whole(operator, "kernel"))
        return made(FusedInvertedResidual, *channels, **place.strided(), **place.normalised())
    if operator.text.startswith("Feed-forward network") and place.stride == 1:
        return made(FeedForward, *place.channels, _hidden(operator, place))
    if operator.text == "Gated linear unit" and place.stride == 1:
        return made(GatedLinearUnit, *place.channels)
    raise InputError(
        f"the block {operator.text!r} has no network module with stride {place.stride}, expected one of the vocabulary's "
        "residual, inverted residual and (with stride 1) feed-forward blocks"
    )


def attention(operator: Operator, place: Place) -> nn.Module:
    """Attention within one map."""
    check_same_shape(operator, place)
    channels = place.source.channels
    if operator.text == "Squeeze and excitation":
        return made(SqueezeExcitation, channels, max(channels // 4, 1))
    if operator.text.startswith("Multi-head self-attention"):
        heads = whole(operator, "heads")
        if channels % heads:
            raise InputError(f"{heads} heads of {channels} channels, expected heads that divide them")
        return made(SelfAttention, channels, heads)
    raise InputError(
        f"the attention {operator.text!r} has no network module for images, expected multi-head self-attention or "
        "squeeze and excitation"
    )


def _hidden(operator: Operator, place: Place) -> int:
    expansion = operator.attribute("expansion", 1)
    hidden = round(place.source.channels * expansion)
    if hidden < 1:
        raise InputError(f"{operator.text} with expansion {expansion}, expected at least one channel")
    return hidden


def _rectangular(operator: Operator, place: Place) -> nn.Module:
    check_odd(operator)
    kernel = whole(operator, "kernel", 7)
    return made(RectangularConv, *place.channels, kernel, **place.strided(), **place.normalised())


def _stem(operator: Operator, place: Place) -> nn.Module:
    check_odd(operator)
    kernel = whole(operator, "kernel", 3)
    return made(ConvBn, *place.channels, kernel, **place.strided(), **place.normalised())


def _nasbench201_reduction(operator: Operator, place: Place) -> nn.Module:
    named = {"stride": place.stride} if place.stride != 2 else {}
    return made(NASBench201Reduction, *place.channels, **named, **place.normalised())


def _basic(operator: Operator, place: Place) -> nn.Module:
    named = place.strided() | _activated(place)
    return made(BasicBlock, *place.channels, **named, **place.normalised())


def _bottleneck(operator: Operator, place: Place) -> nn.Module:
    """`expansion` is of the output's width; a quarter where nothing is said."""
    middle = round(place.target.channels * operator.attribute("expansion", 0.25))
    groups = whole(operator, "groups")
    if middle < 1 or middle % groups:
        raise InputError(
            f"{groups} groups of {middle} channels in the bottleneck, expected groups that divide the channels"
        )
    named = place.strided() | ({"groups": groups} if groups > 1 else {}) | _activated(place)
    return made(Bottleneck, *place.channels, middle, **named, **place.normalised())


def _activated(place: Place) -> dict[str, bool]:
    return {} if place.style.activation_last else {"activated": False}


def _plain(operator: Operator, place: Place) -> nn.Module:
    return made(PlainBlock, *place.channels, **place.strided(), **place.normalised())


BLOCKS: dict[str, LayerBuilder] = {
    "Convolution 3 by 3, batch normalization": _stem,
    "Residual block of two convolutions 3 by 3 with stride 2": _nasbench201_reduction,
    "Residual block of two convolutions 3 by 3": _basic,
    "Residual bottleneck block of convolutions 1 by 1, 3 by 3, 1 by 1": _bottleneck,
    "Two convolutions 3 by 3": _plain,
    "Convolution 7 by 1 followed by convolution 1 by 7": _rectangular,
    "Convolution 3 by 1 followed by convolution 1 by 3": _rectangular,
}
