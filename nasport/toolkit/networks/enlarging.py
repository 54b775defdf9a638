"""Operators that make a map larger: up-sampling, pixel shuffle, transposed convolutions."""

from __future__ import annotations

from torch import nn

from nasport.runtime.costs.quantities import Shape
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.layers import Style, made, whole
from nasport.toolkit.networks.other_blocks import TransposedConv

_UPSAMPLING = {"Nearest neighbour upsampling": "nearest", "Bilinear upsampling": "bilinear"}
_PIXEL_SHUFFLE = "Pixel shuffle"


def enlarges(operator: Operator) -> bool:
    """Whether the operator is one of these."""
    transposed = operator.kind == "convolution" and operator.text.startswith("Transposed")
    return transposed or operator.text in _UPSAMPLING or operator.text == _PIXEL_SHUFFLE


def enlarging_layer(
    operator: Operator, source: Shape, width: int | None, stride: int, style: Style
) -> tuple[nn.Module, Shape]:
    """As `operators.operator_layer`; the stride is by what height and width are multiplied, 2 where nothing is said.

    Raises:
        InputError: the shapes do not fit.
    """
    factor = stride if stride != 1 else whole(operator, "stride", 2)
    channels = width if width is not None else whole(operator, "channels", source.channels)
    shape = Shape(channels, source.height * factor, source.width * factor)
    if operator.kind == "convolution":
        return _transposed(operator, source, shape, factor, style), shape
    if operator.text == _PIXEL_SHUFFLE:
        if source.channels != shape.channels * factor**2:
            given = source.channels // factor**2
            if width is not None or source.channels % factor**2:
                raise InputError(
                    f"pixel shuffle by {factor} from {source.channels} to {channels} channels, expected {factor**2} times as "
                    "many before as after"
                )
            shape = Shape(given, shape.height, shape.width)
        return made(nn.PixelShuffle, factor), shape
    if source.channels != shape.channels:
        raise InputError(
            f"{operator.text} from {source.channels} to {channels} channels, expected as many: it changes only the resolution"
        )
    return made(nn.Upsample, scale_factor=factor, mode=_UPSAMPLING[operator.text]), shape


def _transposed(operator: Operator, source: Shape, shape: Shape, factor: int, style: Style) -> nn.Module:
    kernel = whole(operator, "kernel")
    if kernel % 2 == 0 and kernel != factor:
        raise InputError(f"{operator.text} with stride {factor}, expected stride {kernel} or an odd kernel")
    named = {"activation_first": True} if style.activation_first else {}
    channels = (source.channels, shape.channels, kernel, factor)
    return made(TransposedConv, *channels, **named, **style.normalised())
