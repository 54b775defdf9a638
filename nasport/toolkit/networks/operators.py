"""The module of one operator at given shapes, by its kind and attributes, so that operators of one's own work too.

The counterpart of `nasport.runtime.costs.operators`, which counts the same layers: an operator of several layers is told
by its canonical description, all others by kind. An operator that has no module here says so, with what would help.
"""

from __future__ import annotations

from torch import nn

from nasport.runtime.costs.quantities import Shape
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.blocks import (
    ConvBn,
    ConvBnRelu,
    FactorizedReduce,
    GlobalAveragePool,
    GlobalMaxPool,
    RectangularConv,
    ReluConvBn,
    SamePadding,
    SeparableConv,
    Zero,
)
from nasport.toolkit.networks.layers import LayerBuilder, Place, Style, check_groups, made, strided, whole
from nasport.toolkit.networks.residual_blocks import (
    BasicBlock,
    Bottleneck,
    FusedInvertedResidual,
    InvertedResidual,
    NASBench201Reduction,
    PlainBlock,
)

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
    if operator.text in GLOBAL_POOLING:
        return made(GLOBAL_POOLING[operator.text]), Shape(source.channels, 1, 1)
    channels = width if width is not None else whole(operator, "channels", source.channels)
    stride = stride if stride != 1 else whole(operator, "stride")
    place = Place(source, strided(source, channels, stride), stride, style)
    return _builder(operator)(operator, place), place.target


def _builder(operator: Operator) -> LayerBuilder:
    if operator.text in _BLOCKS:
        return _BLOCKS[operator.text]
    if operator.kind not in _KINDS or any(word in operator.text for word in _NOT_OF_IMAGES):
        raise InputError(
            f"{operator.text!r} ({operator.kind}) has no network module for images, expected a convolution, pooling, "
            "activation, normalisation or block of the vocabulary, or an operator of one's own of such a kind"
        )
    return _KINDS[operator.kind]


def _identity(operator: Operator, place: Place) -> nn.Module:
    """Nothing, or a projection where the shape changes."""
    if place.keeps_shape:
        return made(nn.Identity)
    inputs, outputs = place.source.channels, place.target.channels
    if place.style.activation_first and place.stride == 2:
        return made(FactorizedReduce, inputs, outputs, **place.style.normalised())
    kind = ReluConvBn if place.style.activation_first else ConvBn
    return made(kind, inputs, outputs, 1, **_stride(place), **place.style.normalised())


def _zero(operator: Operator, place: Place) -> nn.Module:
    return made(Zero, place.target.channels, **_stride(place))


def _same_shape(operator: Operator, place: Place) -> nn.Module:
    """Of operators that only join their inputs."""
    check_same_shape(operator, place)
    return made(nn.Identity)


def check_same_shape(operator: Operator, place: Place) -> None:
    """Raise `InputError` where the operator would have to change the shape."""
    if not place.keeps_shape:
        raise InputError(
            f"{operator.text} from {place.source.channels} to {place.target.channels} channels with stride "
            f"{place.stride}, expected a layer that can change the shape"
        )


def _pooling(operator: Operator, place: Place) -> nn.Module:
    """Max or average pooling, which leaves the border out of the average; a projection first where channels change."""
    kernel, stride = whole(operator, "kernel"), place.stride
    maximum = "max" in operator.text.lower()
    if not maximum and "average" not in operator.text.lower():
        raise InputError(f"pooling {operator.text!r}, expected 'max' or 'average' in its description")
    layers = []
    if place.source.channels != place.target.channels:
        kind = ReluConvBn if place.style.activation_first else ConvBnRelu
        layers.append(made(kind, place.source.channels, place.target.channels, 1, **place.style.normalised()))
    if kernel % 2:
        padding, more = kernel // 2, {}
    elif kernel == stride:
        padding, more = 0, {"ceil_mode": True}
    else:
        raise InputError(
            f"{operator.text} with stride {stride}, expected stride {kernel} or a kernel of odd size"
        )
    if maximum:
        layers.append(made(nn.MaxPool2d, kernel, stride, padding, **more))
    else:
        layers.append(made(nn.AvgPool2d, kernel, stride, padding, **more, count_include_pad=False))
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)


def _convolution(operator: Operator, place: Place, groups: int | None = None) -> nn.Module:
    kernel = whole(operator, "kernel")
    groups = whole(operator, "groups") if groups is None else groups
    check_groups(groups, place)
    kind = ReluConvBn if place.style.activation_first else ConvBnRelu
    named = _stride(place) | ({"groups": groups} if groups > 1 else {}) | _dilation(operator)
    layer = made(
        kind, place.source.channels, place.target.channels, kernel, **named, **place.style.normalised()
    )
    return _evenly_padded(layer, operator, place)


def _depthwise(operator: Operator, place: Place) -> nn.Module:
    if place.source.channels != place.target.channels:
        raise InputError(
            f"{operator.text} from {place.source.channels} to {place.target.channels} channels, expected as many"
        )
    return _convolution(operator, place, place.source.channels)


def _separable(operator: Operator, place: Place) -> nn.Module:
    named = _stride(place) | _dilation(operator)
    repeats = whole(operator, "repeats")
    if repeats > 1:
        named["repeats"] = repeats
    kernel = whole(operator, "kernel")
    _check_odd(operator)
    return made(
        SeparableConv,
        place.source.channels,
        place.target.channels,
        kernel,
        **named,
        **place.style.normalised(),
    )


def _rectangular(operator: Operator, place: Place) -> nn.Module:
    kernel = whole(operator, "kernel", 7)
    _check_odd(operator)
    return made(
        RectangularConv,
        place.source.channels,
        place.target.channels,
        kernel,
        **_stride(place),
        **place.style.normalised(),
    )


def _stem(operator: Operator, place: Place) -> nn.Module:
    kernel = whole(operator, "kernel", 3)
    _check_odd(operator)
    return made(
        ConvBn,
        place.source.channels,
        place.target.channels,
        kernel,
        **_stride(place),
        **place.style.normalised(),
    )


def _nasbench201_reduction(operator: Operator, place: Place) -> nn.Module:
    named = {"stride": place.stride} if place.stride != 2 else {}
    return made(
        NASBench201Reduction,
        place.source.channels,
        place.target.channels,
        **named,
        **place.style.normalised(),
    )


def _basic(operator: Operator, place: Place) -> nn.Module:
    channels = (place.source.channels, place.target.channels)
    return made(BasicBlock, *channels, **_stride(place), **place.style.normalised())


def _plain(operator: Operator, place: Place) -> nn.Module:
    channels = (place.source.channels, place.target.channels)
    return made(PlainBlock, *channels, **_stride(place), **place.style.normalised())


def _bottleneck(operator: Operator, place: Place) -> nn.Module:
    """`expansion` is of the output's width; a quarter where nothing is said."""
    middle = round(place.target.channels * operator.attribute("expansion", 0.25))
    groups = whole(operator, "groups")
    if middle < 1 or middle % groups:
        raise InputError(
            f"{groups} groups of {middle} channels in the bottleneck, expected groups that divide them"
        )
    named = _stride(place) | ({"groups": groups} if groups > 1 else {})
    channels = (place.source.channels, place.target.channels, middle)
    return made(Bottleneck, *channels, **named, **place.style.normalised())


def _inverted_residual(operator: Operator, place: Place) -> nn.Module:
    expansion = operator.attribute("expansion", 1)
    hidden = round(place.source.channels * expansion)
    _check_odd(operator)
    if hidden < 1:
        raise InputError(f"{operator.text} with expansion {expansion}, expected at least one channel")
    named: dict[str, int | bool] = {**_stride(place)}
    if expansion == 1:
        named["expands"] = False
    if "squeeze and excitation" in operator.text:
        named["squeezed"] = max(place.source.channels // 4, 1)
    channels = (place.source.channels, place.target.channels, hidden, whole(operator, "kernel"))
    return made(InvertedResidual, *channels, **named, **place.style.normalised())


def _block(operator: Operator, place: Place) -> nn.Module:
    """Blocks that only a part of their description tells."""
    if operator.text.startswith("Fused inverted residual"):
        _check_odd(operator)
        expansion = operator.attribute("expansion", 1)
        hidden = 0 if expansion == 1 else round(place.source.channels * expansion)
        channels = (place.source.channels, place.target.channels, hidden, whole(operator, "kernel"))
        return made(FusedInvertedResidual, *channels, **_stride(place), **place.style.normalised())
    raise InputError(
        f"the block {operator.text!r} has no network module, expected one of {', '.join(_BLOCKS)}"
    )


def _linear(operator: Operator, place: Place) -> nn.Module:
    """A linear layer at every position."""
    return made(nn.Conv2d, place.source.channels, place.target.channels, 1, **_stride(place))


def _normalization(operator: Operator, place: Place) -> nn.Module:
    check_same_shape(operator, place)
    style, channels = place.style, place.source.channels
    if operator.text == "Batch normalization":
        named = {} if style.affine else {"affine": False}
        if not style.running:
            named["track_running_stats"] = False
        return made(nn.BatchNorm2d, channels, **named)
    raise InputError(f"the normalisation {operator.text!r} has no network module")


def _activation(operator: Operator, place: Place) -> nn.Module:
    check_same_shape(operator, place)
    if operator.text not in _ACTIVATIONS:
        raise InputError(
            f"the activation {operator.text!r} has no network module, expected one of {', '.join(_ACTIVATIONS)}"
        )
    kind = _ACTIVATIONS[operator.text]
    return made(kind, 1) if kind is nn.Softmax else made(kind)


def _stride(place: Place) -> dict[str, int]:
    return {"stride": place.stride} if place.stride != 1 else {}


def _dilation(operator: Operator) -> dict[str, int]:
    dilation = whole(operator, "dilation")
    return {"dilation": dilation} if dilation > 1 else {}


def _check_odd(operator: Operator) -> None:
    kernel = whole(operator, "kernel", 3)
    if kernel % 2 == 0:
        raise InputError(f"{operator.text} with a kernel of {kernel}, expected an odd size")


def _evenly_padded(layer: nn.Module, operator: Operator, place: Place) -> nn.Module:
    kernel = whole(operator, "kernel")
    if kernel % 2:
        return layer
    for module in layer.modules():
        if isinstance(module, nn.Conv2d):
            module.padding = (0, 0)
    return nn.Sequential(made(SamePadding, kernel, **_stride(place)), layer)


_BLOCKS: dict[str, LayerBuilder] = {
    "Convolution 3 by 3, batch normalization": _stem,
    "Residual block of two convolutions 3 by 3 with stride 2": _nasbench201_reduction,
    "Residual block of two convolutions 3 by 3": _basic,
    "Residual bottleneck block of convolutions 1 by 1, 3 by 3, 1 by 1": _bottleneck,
    "Two convolutions 3 by 3": _plain,
    "Convolution 7 by 1 followed by convolution 1 by 7": _rectangular,
    "Convolution 3 by 1 followed by convolution 1 by 3": _rectangular,
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
    "inverted_residual": _inverted_residual,
    "block": _block,
    "sum": _same_shape,
    "concat": _same_shape,
    "product": _same_shape,
    "elementwise": _same_shape,
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
# Words in descriptions of layers of other things than images.
_NOT_OF_IMAGES = ("Transposed", "One-dimensional", "Lightweight", "Patch", "embedding")
