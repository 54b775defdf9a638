"""Blocks of several layers, as torch modules that need nothing but torch, each other and `blocks.py`."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasport.toolkit.networks.blocks import ConvBn, ConvBnRelu, ReluConvBn


class NASBench201Reduction(nn.Module):
    """Two ReLU-conv-BN of 3x3; the shortcut is average pooling and a 1x1 convolution without normalisation."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 2,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.first = ReluConvBn(inputs, outputs, 3, stride, **style)
        self.second = ReluConvBn(outputs, outputs, 3, **style)
        self.pool = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.shortcut(self.pool(x)) + self.second(self.first(x))
        return total


class BasicBlock(nn.Module):
    """Two convolutions 3x3 and a shortcut, a projection where the shape changes (He et al. 2016).

    `activated`: whether a ReLU follows the sum.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        activated: bool = True,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.activated = activated
        self.first = ConvBnRelu(inputs, outputs, 3, stride, **style)
        self.second = ConvBn(outputs, outputs, 3, **style)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = ConvBn(inputs, outputs, 1, stride, **style)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.shortcut(x) + self.second(self.first(x))
        return F.relu(total, inplace=True) if self.activated else total


class Bottleneck(nn.Module):
    """Convolutions 1x1, 3x3 in groups, 1x1 and a shortcut as in `BasicBlock` (ResNet, ResNeXt).

    `middle` is the width between the 1x1 convolutions.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        middle: int,
        stride: int = 1,
        groups: int = 1,
        activated: bool = True,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.activated = activated
        self.reduce = ConvBnRelu(inputs, middle, 1, **style)
        self.grouped = ConvBnRelu(middle, middle, 3, stride, groups, **style)
        self.expand = ConvBn(middle, outputs, 1, **style)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = ConvBn(inputs, outputs, 1, stride, **style)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.shortcut(x) + self.expand(self.grouped(self.reduce(x)))
        return F.relu(total, inplace=True) if self.activated else total


class PlainBlock(nn.Module):
    """Two convolutions 3x3 without a shortcut (NDS Vanilla)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stride: int = 1,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.first = ConvBnRelu(inputs, outputs, 3, stride, **style)
        self.second = ConvBnRelu(outputs, outputs, 3, **style)

    def forward(self, x: Tensor) -> Tensor:
        after: Tensor = self.second(self.first(x))
        return after


class SqueezeExcitation(nn.Module):
    """Channels weighted by what two 1x1 convolutions make of their means (Hu et al. 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.excite = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        squeezed = F.relu(self.squeeze(x.mean((2, 3), keepdim=True)), inplace=True)
        return x * torch.sigmoid(self.excite(squeezed))


class InvertedResidual(nn.Module):
    """1x1 to `hidden` channels, depthwise, 1x1 without activation (MobileNetV2).

    A shortcut where the shape is kept. The first convolution is left out where it would change
    nothing. `squeezed` is the width of a squeeze-and-excitation after the depthwise convolution;
    0: none.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int,
        kernel: int,
        stride: int = 1,
        expands: bool = True,
        squeezed: int = 0,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.expand = ConvBn(inputs, hidden, 1, **style) if expands else None
        self.depthwise = ConvBn(hidden, hidden, kernel, stride, hidden, **style)
        self.attention = SqueezeExcitation(hidden, squeezed) if squeezed else nn.Identity()
        self.project = ConvBn(hidden, outputs, 1, **style)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        y = F.relu6(self.depthwise(y), inplace=True)
        y = self.project(self.attention(y))  # no activation: the output is linear
        after: Tensor = x + y if self.residual else y
        return after


class FusedInvertedResidual(nn.Module):
    """kxk to `hidden` channels, 1x1 without activation (Tan and Le 2021).

    A shortcut where the shape is kept. With `hidden` 0 it is one convolution, as where the
    expansion is 1.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int,
        kernel: int,
        stride: int = 1,
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.expand = ConvBn(inputs, hidden or outputs, kernel, stride, **style)
        self.project = ConvBn(hidden, outputs, 1, **style) if hidden else nn.Identity()
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(F.silu(self.expand(x)))
        after: Tensor = x + y if self.residual else y
        return after
