"""Separable and dilated convolutions."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from nasport.runtime.operators.quantities import whole
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import Place, check_odd, made, optional


class SeparableConv(nn.Module):
    """ReLU, depthwise convolution, 1x1 convolution, batch normalisation; once or more.

    The first time with the stride. With a dilation and once it is DARTS' dilated convolution,
    without one and twice its separable convolution.
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


def _separable(operator: Operator, place: Place) -> nn.Module:
    numbers = optional(1, dilation=whole(operator, "dilation"), repeats=whole(operator, "repeats"))
    named = place.strided() | numbers | place.normalised()
    return made(SeparableConv, *place.channels, check_odd(operator), **named)


BUILDERS = {"separable_convolution": _separable, "dilated_convolution": _separable}
