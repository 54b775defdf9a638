"""The module of one operator at given shapes, by its kind and attributes, so that operators of one's own work too.

The counterpart of `nasport.runtime.costs.operators`, which counts the same layers: an operator of several layers is told
by its canonical description (`operator_blocks.py`), all others by kind. An operator that has no module here says so, with
what was expected.
"""

from __future__ import annotations

import math

from torch import nn

from nasport.runtime.costs.operators import FLATTEN
from nasport.runtime.costs.quantities import Shape
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.blocks import (
    ConvBn,
    ConvBnRelu,
    FactorizedReduce,
    Flattened,
    GlobalAveragePool,
    GlobalMaxPool,
    ReluConvBn,
    SamePadding,
    SeparableConv,
    Zero,
)
from nasport.toolkit.networks.enlarging import enlarges, enlarging_layer
from nasport.toolkit.networks.layers import (
    LayerBuilder,
    Place,
    Style,
    check_groups,
    check_odd,
    check_same_shape,
    check_same_width,
    is_sum,
    made,
    strided,
    whole,
)
from nasport.toolkit.networks.operator_blocks import BLOCKS, attention, block, inverted_residual
from nasport.toolkit.networks.other_blocks import ChannelLayerNorm, ChannelRMSNorm

GLOBAL_POOLING = {"Global average pooling": GlobalAveragePool, "Global max pooling": GlobalMaxPool}


def operator_layer(
    operator: Operator, source: Shape, width: int | None, stride: int, style: Style
) -> tuple[nn.Module, Shape]:
    """An operator's module and the shape of its output.

    Args:
        operator: attributes `channels` and `stride` stand in for `width` and `stride` where those say nothing.
        source: shape of its input.
        width: wanted output channels; None: the operator's own, else as before.
        stride: of the spatial dimensions.
        style: of this part of the network.

    Raises:
        InputError: there is no module, or the shapes do not fit; without a path, which the caller knows.
    """
    if operator.text == FLATTEN:
        return made(Flattened), _flattened(source, width, stride)
    if operator.text in GLOBAL_POOLING:
        return made(GLOBAL_POOLING[operator.text]), Shape(source.channels, 1, 1)
    if enlarges(operator):
        return enlarging_layer(operator, source, width, stride, style)
    channels = width if width is not None else whole(operator, "channels", source.channels)
    stride = stride if stride != 1 else whole(operator, "stride")
    if operator.text == "Patch embedding" and stride == 1:
        stride = whole(operator, "kernel")
    place = Place(source, strided(source, channels, stride), stride, style)
    return _builder(operator)(operator, place), place.target


def _flattened(source: Shape, width: int | None, stride: int) -> Shape:
    shape = source.flattened()
    if stride != 1 or width not in (None, shape.channels):
        raise InputError(
            f"{FLATTEN} of {source.channels} x {source.height} x {source.width} to {width or shape.channels} channels "
            f"with stride {stride}, expected {shape.channels} channels and no stride"
        )
    return shape


def _builder(operator: Operator) -> LayerBuilder:
    known = _TEXTS.get(operator.text) or BLOCKS.get(operator.text)
    if known is not None:
        return known
    foreign = operator.is_one_dimensional or any(word in operator.text for word in _NOT_OF_IMAGES)
    if operator.kind not in _KINDS or foreign:
        raise InputError(
            f"the operator {operator.text!r} of kind {operator.kind!r} has no network module for images, expected one of "
            "those that docs/networks.md names, or a convolution, pooling or linear layer of one's own"
        )
    return _KINDS[operator.kind]


def _identity(operator: Operator, place: Place) -> nn.Module:
    """Nothing, or a projection where the shape changes."""
    if place.keeps_shape:
        return made(nn.Identity)
    if place.style.activation_first and place.stride == 2:
        return made(FactorizedReduce, *place.channels, **place.normalised())
    kind = ReluConvBn if place.style.activation_first else ConvBn
    return made(kind, *place.channels, 1, **place.strided(), **place.normalised())


def _zero(operator: Operator, place: Place) -> nn.Module:
    return made(Zero, place.target.channels, **place.strided())


def _same_shape(operator: Operator, place: Place) -> nn.Module:
    """Of operators that only join their inputs."""
    check_same_shape(operator, place)
    return made(nn.Identity)


def _pooling(operator: Operator, place: Place) -> nn.Module:
    """Max or average pooling, whose average leaves out the border; a projection first where the channels change."""
    layers: list[nn.Module] = []
    if place.source.channels != place.target.channels:
        kind = ReluConvBn if place.style.activation_first else ConvBnRelu
        layers.append(made(kind, *place.channels, 1, **place.normalised()))
    layers += _pool(operator, whole(operator, "kernel"), place.stride)
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)


def _pool(operator: Operator, kernel: int, stride: int) -> list[nn.Module]:
    maximum = "max" in operator.text.lower()
    if not maximum and "average" not in operator.text.lower():
        raise InputError(f"the pooling {operator.text!r}, expected 'max' or 'average' in its description")
    if kernel % 2:
        named = {"padding": kernel // 2} if kernel > 1 else {}
    elif kernel == stride:
        named = {"ceil_mode": True}
    elif maximum:
        padding = made(SamePadding, kernel, stride, value=-math.inf)
        return [padding, made(nn.MaxPool2d, kernel, stride)]
    else:
        raise InputError(
            f"{operator.text} with stride {stride}, expected stride {kernel} or a kernel of odd size"
        )
    if maximum:
        return [made(nn.MaxPool2d, kernel, stride, **named)]
    return [made(nn.AvgPool2d, kernel, stride, **named, count_include_pad=False)]


def _convolution(operator: Operator, place: Place, groups: int | None = None) -> nn.Module:
    kernel = whole(operator, "kernel")
    groups = whole(operator, "groups") if groups is None else groups
    check_groups(groups, place)
    kind = ReluConvBn if place.style.activation_first else ConvBnRelu
    named = place.strided() | ({"groups": groups} if groups > 1 else {}) | _dilation(operator)
    layer = made(kind, *place.channels, kernel, **named, **place.normalised())
    if kernel % 2:
        return layer
    reach = whole(operator, "dilation") * (kernel - 1) + 1
    return nn.Sequential(made(SamePadding, reach, **place.strided()), layer)


def _depthwise(operator: Operator, place: Place) -> nn.Module:
    check_same_width(operator, place)
    return _convolution(operator, place, place.source.channels)


def _separable(operator: Operator, place: Place) -> nn.Module:
    check_odd(operator)
    repeats = whole(operator, "repeats")
    named = place.strided() | _dilation(operator) | ({"repeats": repeats} if repeats > 1 else {})
    return made(SeparableConv, *place.channels, whole(operator, "kernel"), **named, **place.normalised())


def _patches(operator: Operator, place: Place) -> nn.Module:
    """A convolution with a bias whose kernel is its stride."""
    kernel = whole(operator, "kernel")
    if kernel != place.stride:
        raise InputError(f"{operator.text} of {kernel} with stride {place.stride}, expected the same")
    layer = made(nn.Conv2d, *place.channels, kernel, place.stride)
    return nn.Sequential(made(SamePadding, kernel, place.stride), layer)


def _linear(operator: Operator, place: Place) -> nn.Module:
    """A linear layer at every position."""
    return made(nn.Conv2d, *place.channels, 1, **place.strided())


def _normalization(operator: Operator, place: Place) -> nn.Module:
    check_same_shape(operator, place)
    style, channels = place.style, place.source.channels
    affine = {} if style.affine else {"affine": False}
    if operator.text == "Batch normalization":
        return made(
            nn.BatchNorm2d, channels, **affine, **({} if style.running else {"track_running_stats": False})
        )
    if operator.text == "Layer normalization":
        return made(ChannelLayerNorm, channels, **affine)
    if operator.text == "Root mean square normalization":
        return made(ChannelRMSNorm, channels, **affine)
    if operator.text == "Instance normalization":
        if place.source.positions == 1:
            raise InputError("Instance normalization of a single pixel, expected a larger map")
        return made(nn.InstanceNorm2d, channels, affine=style.affine)
    if operator.text == "Group normalization":
        # Of 32 groups, or the most of a power of two that divide the channels.
        groups = whole(operator, "groups", math.gcd(channels, 32))
        check_groups(groups, place)
        return made(nn.GroupNorm, groups, channels, **affine)
    raise InputError(
        f"the normalisation {operator.text!r} has no network module, expected batch, layer, group, instance or root mean square normalisation"
    )


def _activation(operator: Operator, place: Place) -> nn.Module:
    check_same_shape(operator, place)
    if operator.text not in _ACTIVATIONS:
        raise InputError(
            f"the activation {operator.text!r} has no network module, expected one of {', '.join(_ACTIVATIONS)}"
        )
    kind = _ACTIVATIONS[operator.text]
    return made(kind, dim=1) if kind is nn.Softmax else made(kind)


def _shuffle(operator: Operator, place: Place) -> nn.Module:
    check_same_shape(operator, place)
    groups = whole(operator, "groups", 2)
    check_groups(groups, place)
    return made(nn.ChannelShuffle, groups)


def _dilation(operator: Operator) -> dict[str, int]:
    dilation = whole(operator, "dilation")
    return {"dilation": dilation} if dilation > 1 else {}


def _elementwise(operator: Operator, place: Place) -> nn.Module:
    """A sum: the others are told by their descriptions."""
    if not is_sum(operator):
        raise InputError(
            f"{operator.text!r} has no network module, expected an element-wise sum, product, difference or quotient"
        )
    return _same_shape(operator, place)


_TEXTS: dict[str, LayerBuilder] = {
    "Channel shuffle": _shuffle,
    "Mean": _same_shape,
    "Element-wise difference": _same_shape,
    "Element-wise quotient": _same_shape,
    "Patch embedding": _patches,
}
_KINDS: dict[str, LayerBuilder] = {
    "input": _identity,
    "output": _identity,
    "none": _zero,
    "identity": _identity,
    "pooling": _pooling,
    "convolution": _convolution,
    "depthwise_convolution": _depthwise,
    "separable_convolution": _separable,
    "dilated_convolution": _separable,
    "inverted_residual": inverted_residual,
    "block": block,
    "attention": attention,
    "sum": _same_shape,
    "concat": _same_shape,
    "product": _same_shape,
    "elementwise": _elementwise,
    "activation": _activation,
    "normalization": _normalization,
    "linear": _linear,
}
_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "ReLU activation": nn.ReLU,
    "ReLU6 activation": nn.ReLU6,
    "Leaky ReLU activation": nn.LeakyReLU,
    "GELU activation": nn.GELU,
    "SiLU activation": nn.SiLU,
    "Hard swish activation": nn.Hardswish,
    "Sigmoid activation": nn.Sigmoid,
    "Hyperbolic tangent activation": nn.Tanh,
    "Softmax activation": nn.Softmax,
    "ELU activation": nn.ELU,
    "Mish activation": nn.Mish,
}
# Words in descriptions of layers of other things than images, or of which the description says too little.
_NOT_OF_IMAGES = ("Lightweight", "embedding", "Reshape")
