"""Residual blocks of ResNet, ResNeXt, RegNet, NDS and NAS-Bench-201, and two convolutions without a shortcut."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from nasport.runtime.operators.inverted_residual import squeezed_width
from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.residual import middle_width
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.layers import Place, check_odd, made, optional
from nasport.toolkit.networks.operators.convolution import ConvBn, ConvBnRelu, ReluConvBn
from nasport.toolkit.networks.operators.inverted_residual import SqueezeExcitation


class PooledShortcutBlock(nn.Module):
    """Two ReLU-conv-BN; the shortcut is average pooling and a 1x1 convolution without normalisation (NAS-Bench-201)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 2,
        kernel: int = 3,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.first = ReluConvBn(inputs, outputs, kernel, stride, **style)
        self.second = ReluConvBn(outputs, outputs, kernel, **style)
        self.pool = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.shortcut(self.pool(x)) + self.second(self.first(x))
        return total


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut, a projection where the shape changes (He et al. 2016).

    `activated`: whether a ReLU follows the sum.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        kernel: int = 3,
        activated: bool = True,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.activated = activated
        self.first = ConvBnRelu(inputs, outputs, kernel, stride, **style)
        self.second = ConvBn(outputs, outputs, kernel, **style)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = ConvBn(inputs, outputs, 1, stride, **style)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.shortcut(x) + self.second(self.first(x))
        return F.relu(total, inplace=True) if self.activated else total


class ReluFirstBlock(nn.Module):
    """As `BasicBlock`, but each ReLU comes before its convolution and none follows the sum (TransNAS-Bench-101)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        kernel: int = 3,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.first = ReluConvBn(inputs, outputs, kernel, stride, **style)
        self.second = ReluConvBn(outputs, outputs, kernel, **style)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = ConvBn(inputs, outputs, 1, stride, **style)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.shortcut(x) + self.second(self.first(x))
        return total


class Bottleneck(nn.Module):
    """Convolutions 1x1, kxk in groups, 1x1 and a shortcut as in `BasicBlock` (ResNeXt, RegNet).

    `middle` is the width between the 1x1 convolutions, `squeezed` that of a squeeze and excitation
    before the last of them; 0: none.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        middle: int,
        stride: int = 1,
        groups: int = 1,
        kernel: int = 3,
        squeezed: int = 0,
        gate: str = "sigmoid",
        activated: bool = True,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.activated = activated
        self.reduce = ConvBnRelu(inputs, middle, 1, **style)
        self.grouped = ConvBnRelu(middle, middle, kernel, stride, groups, **style)
        self.attention = SqueezeExcitation(middle, squeezed, gate) if squeezed else nn.Identity()
        self.expand = ConvBn(middle, outputs, 1, **style)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = ConvBn(inputs, outputs, 1, stride, **style)

    def forward(self, x: Tensor) -> Tensor:
        y = self.attention(self.grouped(self.reduce(x)))
        total: Tensor = self.shortcut(x) + self.expand(y)
        return F.relu(total, inplace=True) if self.activated else total


class PlainBlock(nn.Module):
    """Two convolutions without a shortcut (NDS Vanilla)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        kernel: int = 3,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.first = ConvBnRelu(inputs, outputs, kernel, stride, **style)
        self.second = ConvBnRelu(outputs, outputs, kernel, **style)

    def forward(self, x: Tensor) -> Tensor:
        after: Tensor = self.second(self.first(x))
        return after


def _basic(operator: Operator, place: Place) -> nn.Module:
    if operator.word("order") == "relu-conv-bn":
        return _made(ReluFirstBlock, operator, place)
    return _made(BasicBlock, operator, place, **_activated(place))


def _pooled_shortcut(operator: Operator, place: Place) -> nn.Module:
    named = optional(2, stride=place.stride) | optional(3, kernel=check_odd(operator))
    return made(PooledShortcutBlock, *place.channels, **named, **place.normalised())


def _bottleneck(operator: Operator, place: Place) -> nn.Module:
    before, after = place.channels
    middle = middle_width(operator, after)
    squeezed = squeezed_width(operator, before, middle)
    gate = operator.word("gate") if squeezed else "sigmoid"
    named = optional(1, groups=whole(operator, "groups")) | optional(0, squeezed=squeezed)
    named |= optional("sigmoid", gate=gate) | _activated(place)
    return _made(Bottleneck, operator, place, middle, **named)


def _plain(operator: Operator, place: Place) -> nn.Module:
    return _made(PlainBlock, operator, place)


def _made(
    kind: type[nn.Module], operator: Operator, place: Place, *widths: int, **named: bool | int | str
) -> nn.Module:
    numbers = place.strided() | optional(3, kernel=check_odd(operator))
    return made(kind, *place.channels, *widths, **numbers, **named, **place.normalised())


def _activated(place: Place) -> dict[str, bool]:
    return {} if place.style.activation_last else {"activated": False}


BUILDERS = {
    "basic_block": _basic,
    "bottleneck": _bottleneck,
    "plain_block": _plain,
    "pooled_shortcut_block": _pooled_shortcut,
}
