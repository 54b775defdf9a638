"""Mobile blocks: inverted residuals, plain, fused and with squeeze and excitation, which also stands alone."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from nasport.runtime.operators.inverted_residual import expands, hidden_width, squeezed_width
from nasport.runtime.operators.quantities import whole
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.layers import Place, check_odd, made, optional
from nasport.toolkit.networks.operators.convolution import ConvBn, activate


class SqueezeExcitation(nn.Module):
    """Channels weighted by what two 1x1 convolutions make of their means (Hu et al. 2018)."""

    def __init__(self, channels: int, squeezed: int, gate: str = "sigmoid") -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.excite = nn.Conv2d(squeezed, channels, 1)
        self.gate = gate

    def forward(self, x: Tensor) -> Tensor:
        squeezed = F.relu(self.squeeze(x.mean((2, 3), keepdim=True)), inplace=True)
        return x * activate(self.excite(squeezed), self.gate)


class InvertedResidual(nn.Module):
    """1x1 to `hidden` channels, depthwise, 1x1 without activation (MobileNetV2).

    A shortcut where the shape is kept. `expands`: whether there is the first convolution. `groups`
    are those of the 1x1 convolutions, with a shuffle after the first (FBNet). `squeezed` is the
    width of a squeeze-and-excitation after the depthwise convolution; 0: none.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int,
        kernel: int,
        stride: int = 1,
        expands: bool = True,
        groups: int = 1,
        squeezed: int = 0,
        gate: str = "sigmoid",
        activation: str = "relu6",
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.activation = activation
        self.expand = ConvBn(inputs, hidden, 1, groups=groups, **style) if expands else None
        self.shuffle = nn.ChannelShuffle(groups) if groups > 1 else nn.Identity()
        self.depthwise = ConvBn(hidden, hidden, kernel, stride, hidden, **style)
        self.attention = SqueezeExcitation(hidden, squeezed, gate) if squeezed else nn.Identity()
        self.project = ConvBn(hidden, outputs, 1, groups=groups, **style)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x
        if self.expand is not None:
            y = self.shuffle(activate(self.expand(x), self.activation))
        y = activate(self.depthwise(y), self.activation)
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
        activation: str = "silu",
        bias: bool = False,
        affine: bool = True,
        running: bool = True,
    ) -> None:
        super().__init__()
        style = {"bias": bias, "affine": affine, "running": running}
        self.activation = activation
        self.expand = ConvBn(inputs, hidden or outputs, kernel, stride, **style)
        self.project = ConvBn(hidden, outputs, 1, **style) if hidden else nn.Identity()
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(activate(self.expand(x), self.activation))
        after: Tensor = x + y if self.residual else y
        return after


def _inverted_residual(operator: Operator, place: Place) -> nn.Module:
    kernel, hidden = check_odd(operator), hidden_width(operator, place.source.channels)
    squeezed = squeezed_width(operator, place.source.channels, hidden)
    named = place.strided() | optional(True, expands=expands(operator)) | optional(0, squeezed=squeezed)
    named |= optional(1, groups=whole(operator, "groups"))
    named |= optional("sigmoid", gate=operator.word("gate") if squeezed else "sigmoid")
    named |= optional("relu6", activation=operator.word("activation"))
    return made(InvertedResidual, *place.channels, hidden, kernel, **named, **place.normalised())


def _fused(operator: Operator, place: Place) -> nn.Module:
    hidden = 0 if operator.attribute("expansion") == 1 else hidden_width(operator, place.source.channels)
    named = place.strided() | optional("silu", activation=operator.word("activation"))
    widths = (*place.channels, hidden, check_odd(operator))
    return made(FusedInvertedResidual, *widths, **named, **place.normalised())


def _alone(operator: Operator, place: Place) -> nn.Module:
    channels = place.source.channels
    gate = optional("sigmoid", gate=operator.word("gate"))
    return made(SqueezeExcitation, channels, squeezed_width(operator, channels, channels), **gate)


BUILDERS = {
    "inverted_residual": _inverted_residual,
    "fused_inverted_residual": _fused,
    "squeeze_excitation": _alone,
}
