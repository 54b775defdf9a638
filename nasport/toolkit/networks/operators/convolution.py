"""Convolutions with their normalization and activation: torch modules, and their construction from operators.

All modules pad so that an input of H by W and a stride of s give an output of ceil(H/s) by ceil(W/s), for any H and W. The
argument `bias` gives convolutions before a normalization a bias. `affine` gives normalizations a scale and a shift, `running`
gives them running statistics. A method `after_relu` computes a layer without its initial ReLU, for cells in which several
layers share the ReLU.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasport.runtime.operators.convolution import norm_and_bias
from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Place
from nasport.runtime.operators.windows import compact, kernel_of, padding_of, sides
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style, check_odd, made, optional
from nasport.toolkit.networks.operators.pointwise import activation


class SeparableConv(nn.Module):
    """Repeats of ReLU, depthwise convolution, 1x1 convolution and batch normalization.

    Only the first repeat has the stride. One repeat with a dilation is DARTS' dilated convolution;
    two repeats without a dilation are DARTS' separable convolution.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        dilation: int = 1,
        repeats: int = 1,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        self.depthwise = nn.ModuleList()
        self.pointwise = nn.ModuleList()
        self.norm = nn.ModuleList()
        padding = dilation * (kernel // 2)
        for repeat in range(repeats):
            width = outputs if repeat == repeats - 1 else inputs
            step = stride if repeat == 0 else 1
            self.depthwise.append(
                nn.Conv2d(inputs, inputs, kernel, step, padding, dilation, inputs, bias=bias)
            )
            self.pointwise.append(nn.Conv2d(inputs, width, 1, bias=bias))
            self.norm.append(nn.BatchNorm2d(width, affine=affine, track_running_stats=running))

    def forward(self, x: Tensor) -> Tensor:
        return self.after_relu(F.relu(x))

    def after_relu(self, x: Tensor) -> Tensor:
        for place, depthwise in enumerate(self.depthwise):
            x = depthwise(x if place == 0 else F.relu(x, inplace=True))
            x = self.norm[place](self.pointwise[place](x))
        return x


class ConvBn(nn.Module):
    """Convolution and batch normalization, (N, C, H, W) to (N, O, H/s, W/s), without padding for even kernels."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        dilation: int = 1,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        padding = dilation * (kernel // 2) if kernel % 2 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias)
        self.norm = nn.BatchNorm2d(outputs, affine=affine, track_running_stats=running)

    def forward(self, x: Tensor) -> Tensor:
        normalized: Tensor = self.norm(self.conv(x))
        return normalized


class ReluConvBn(ConvBn):
    """ReLU, convolution, batch normalization (NAS-Bench-201, DARTS)."""

    def forward(self, x: Tensor) -> Tensor:
        return self.after_relu(F.relu(x))

    def after_relu(self, x: Tensor) -> Tensor:
        return super().forward(x)


class ConvBnRelu(ConvBn):
    """Convolution, batch normalization, ReLU (NAS-Bench-101, ResNet)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(super().forward(x), inplace=True)


class FactorizedReduce(nn.Module):
    """ReLU and two 1x1 convolutions of stride 2 that read different positions, each for half of the channels (DARTS)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        self.even = nn.Conv2d(inputs, outputs - outputs // 2, 1, 2, bias=bias)
        self.odd = nn.Conv2d(inputs, outputs // 2, 1, 2, bias=bias) if outputs > 1 else None
        self.norm = nn.BatchNorm2d(outputs, affine=affine, track_running_stats=running)

    def forward(self, x: Tensor) -> Tensor:
        return self.after_relu(F.relu(x))

    def after_relu(self, x: Tensor) -> Tensor:
        parts = [self.even(x)]
        if self.odd is not None:
            # Start at position (1, 1). If the size is odd, add a row and a column of zeros at the end.
            parts.append(self.odd(F.pad(x, (-1, x.shape[3] % 2, -1, x.shape[2] % 2))))
        normalized: Tensor = self.norm(torch.cat(parts, 1))
        return normalized


class RectangularConv(nn.Module):
    """ReLU, 1xk convolution, kx1 convolution and batch normalization (DARTS' conv_7x1_1x7)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        half = kernel // 2
        self.wide = nn.Conv2d(inputs, outputs, (1, kernel), (1, stride), (0, half), bias=bias)
        self.high = nn.Conv2d(outputs, outputs, (kernel, 1), (stride, 1), (half, 0), bias=bias)
        self.norm = nn.BatchNorm2d(outputs, affine=affine, track_running_stats=running)

    def forward(self, x: Tensor) -> Tensor:
        return self.after_relu(F.relu(x))

    def after_relu(self, x: Tensor) -> Tensor:
        normalized: Tensor = self.norm(self.high(self.wide(x)))
        return normalized


class TransposedConv(nn.Module):
    """Transposed convolution and batch normalization, with a ReLU before or after; multiplies height and width by s."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 2,
        activation_first: bool = False,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        self.activation_first = activation_first
        # An odd kernel is centered on its input position; an even kernel must equal the stride.
        padding, more = (kernel // 2, stride - 1) if kernel % 2 else (0, 0)
        self.conv = nn.ConvTranspose2d(inputs, outputs, kernel, stride, padding, more, bias=bias)
        self.norm = nn.BatchNorm2d(outputs, affine=affine, track_running_stats=running)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(F.relu(x) if self.activation_first else x))
        return x if self.activation_first else F.relu(x, inplace=True)


class SamePadding(nn.Module):
    """Padding for a layer with an even kernel; the end has at most one row or column more than the beginning."""

    def __init__(self, kernel: int | tuple[int, int], stride: int = 1, value: float = 0.0) -> None:
        super().__init__()
        self.kernel = kernel
        self.stride = stride
        self.value = value

    def forward(self, x: Tensor) -> Tensor:
        kernel, pads = self.kernel, []
        height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        for size, reach in ((x.shape[3], width), (x.shape[2], height)):
            missing = max((-(-size // self.stride) - 1) * self.stride + reach - size, 0)
            pads += [missing // 2, missing - missing // 2]
        return F.pad(x, pads, value=self.value)


def convolution_bn(
    operator: Operator, channels: tuple[int, int], kernel: int, style: Style, **named: int
) -> nn.Module:
    """Build a convolution with its normalization and activation, in the order of the operator or else the style.

    Args:
        operator: operator that states activation and order.
        channels: channels of input and output.
        kernel: size of the kernel.
        style: style of this part of the network.
        named: further arguments of `ConvBn`, e.g. `stride`.
    """
    first, name = style.activates_first(operator), operator.word("activation") or "relu"
    kind = ConvBn if name != "relu" else ReluConvBn if first else ConvBnRelu
    layer = made(kind, *channels, kernel, **named, **style.normalized())
    if name in ("relu", "none"):
        return layer
    return nn.Sequential(*((activation(name), layer) if first else (layer, activation(name))))


def _convolution(operator: Operator, place: Place, style: Style) -> nn.Module:
    kernel, dilation = kernel_of(operator), whole(operator, "dilation")
    depthwise = operator.kind == "depthwise_convolution"
    groups = place.source.channels if depthwise else whole(operator, "groups")
    numbers = optional(1, stride=place.stride, groups=groups, dilation=dilation)
    if isinstance(kernel, tuple) or not _is_plain(operator):
        return _stated(operator, place, style, numbers)
    layer = convolution_bn(operator, place.channels, kernel, style, **numbers)
    if kernel % 2:
        return layer
    reach = dilation * (kernel - 1) + 1
    return nn.Sequential(made(SamePadding, reach, **optional(1, stride=place.stride)), layer)


def _is_plain(operator: Operator) -> bool:
    """Return whether a convolution has the usual padding, a normalization and no bias, as `ConvBn` has."""
    return padding_of(operator) is None and norm_and_bias(operator) == (True, False)


def _stated(operator: Operator, place: Place, style: Style, numbers: dict[str, int]) -> nn.Module:
    """Build a convolution with stated padding, with a bias, with a rectangular kernel, or without a normalization."""
    kernel, padding = kernel_of(operator), padding_of(operator)
    height, width = (whole(operator, "dilation") * (side - 1) + 1 for side in sides(kernel))
    before: list[nn.Module] = []
    if padding is None and height % 2 and width % 2:
        padding = height // 2, width // 2
    elif padding is None:
        before = [made(SamePadding, compact((height, width)), **optional(1, stride=place.stride))]
    padded = optional(0, padding=compact(padding or (0, 0)))
    convolution = _biased(operator, style, nn.Conv2d, *place.channels, kernel, **numbers, **padded)
    return _in_order(operator, style, [*before, convolution], place)


def _biased(
    operator: Operator, style: Style, kind: type[nn.Module], *positional: Any, **named: Any
) -> nn.Module:
    """Construct a convolution of torch with or without a bias, as operator and style state."""
    norm, bias = norm_and_bias(operator)
    named |= optional(True, bias=bias or (norm and style.convolution_bias))
    return made(kind, *positional, **named)


def _in_order(operator: Operator, style: Style, layers: list[nn.Module], place: Place) -> nn.Module:
    """Add the normalization and the activation that an operator states to its layers."""
    if norm_and_bias(operator)[0]:
        named = optional(True, affine=style.affine, track_running_stats=style.running_statistics)
        layers = [*layers, made(nn.BatchNorm2d, place.target.channels, **named)]
    if (name := operator.word("activation")) != "none":
        first = style.activates_first(operator)
        layers = [activation(name), *layers] if first else [*layers, activation(name)]
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)


def _separable(operator: Operator, place: Place, style: Style) -> nn.Module:
    numbers = {name: whole(operator, name) for name in ("dilation", "repeats")}
    named = optional(1, stride=place.stride, **numbers) | style.normalized()
    return made(SeparableConv, *place.channels, check_odd(operator), **named)


def _rectangular(operator: Operator, place: Place, style: Style) -> nn.Module:
    named = optional(1, stride=place.stride) | style.normalized()
    return made(RectangularConv, *place.channels, check_odd(operator), **named)


def _transposed(operator: Operator, place: Place, style: Style) -> nn.Module:
    kernel, factor, padding = whole(operator, "kernel"), place.stride, padding_of(operator)
    if padding is None and kernel % 2 == 0 and kernel != factor:
        raise InputError(f"{operator.text} with stride {factor}, expected stride {kernel} or an odd kernel")
    if not _is_plain(operator) or operator.word("activation") != "relu":
        more = optional(0, output_padding=factor - 1 if padding is None and kernel % 2 else 0)
        padding = padding or ((kernel // 2,) * 2 if kernel % 2 else (0, 0))
        named = optional(0, padding=compact(padding)) | more
        layer = _biased(operator, style, nn.ConvTranspose2d, *place.channels, kernel, factor, **named)
        return _in_order(operator, style, [layer], place)
    named = optional(activation_first=style.activates_first(operator)) | style.normalized()
    return made(TransposedConv, *place.channels, kernel, factor, **named)


BUILDERS: dict[str, LayerBuilder] = {
    "convolution": _convolution,
    "depthwise_convolution": _convolution,
    **dict.fromkeys(("separable_convolution", "dilated_convolution"), _separable),
    "rectangular_convolution": _rectangular,
    "transposed_convolution": _transposed,
}
