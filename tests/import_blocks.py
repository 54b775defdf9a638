"""Blocks of networks in the usual torch style: residual blocks, mobile blocks, squeeze and excitation."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

Activation = Callable[[], nn.Module]


def conv(
    inputs: int,
    outputs: int,
    kernel: int | tuple[int, int] = 3,
    stride: int = 1,
    groups: int = 1,
    activation: Activation | None = nn.ReLU,
) -> nn.Sequential:
    """Return a convolution with its normalization and activation."""
    sides = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (sides[0] // 2, sides[1] // 2)
    layer = nn.Conv2d(inputs, outputs, sides, stride, padding, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), *([activation()] if activation else []))


def classifier(inputs: int) -> list[nn.Module]:
    """Return global pooling and a linear layer."""
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10)]


class Residual(nn.Module):
    """Sum of a body and a shortcut."""

    def __init__(
        self, body: nn.Module, shortcut: nn.Module | None = None, behind: Activation = nn.Identity
    ) -> None:
        super().__init__()
        self.body, self.shortcut, self.behind = body, shortcut or nn.Identity(), behind()

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.shortcut(x)
        result: Tensor = self.behind(self.body(x) + shortcut)
        return result


class Squeeze(nn.Module):
    """Squeeze and excitation."""

    def __init__(
        self, channels: int, hidden: int, activation: Activation = nn.ReLU, gate: Activation = nn.Sigmoid
    ) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(channels, hidden, 1), nn.Conv2d(hidden, channels, 1)
        self.activation, self.gate = activation(), gate()

    def forward(self, x: Tensor) -> Tensor:
        gate: Tensor = self.gate(self.second(self.activation(self.first(x.mean((2, 3), keepdim=True)))))
        return x * gate


class Permuted(nn.Module):
    """A layer that works on the last axis, applied to the channels."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layer(x.permute(0, 2, 3, 1))
        return result.permute(0, 3, 1, 2)


class Scale(nn.Module):
    """Trainable factors of this shape."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full(shape, 0.5))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


def _projected(inputs: int, outputs: int, stride: int) -> nn.Module | None:
    same = inputs == outputs and stride == 1
    return None if same else conv(inputs, outputs, 1, stride, activation=None)


def basic(inputs: int, outputs: int, stride: int = 1) -> Residual:
    body = nn.Sequential(conv(inputs, outputs, 3, stride), conv(outputs, outputs, activation=None))
    return Residual(body, _projected(inputs, outputs, stride), nn.ReLU)


def bottleneck(inputs: int, outputs: int, stride: int = 1, groups: int = 1, squeeze: int = 0) -> Residual:
    """Return a block with half the channels in the middle, and squeeze and excitation with this hidden width."""
    middle = outputs // 2
    layers = [conv(inputs, middle, 1), conv(middle, middle, 3, stride, groups)]
    layers += [Squeeze(middle, squeeze)] if squeeze else []  # type: ignore[list-item]
    body = nn.Sequential(*layers, conv(middle, outputs, 1, activation=None))
    return Residual(body, _projected(inputs, outputs, stride), nn.ReLU)


def inverted(
    inputs: int,
    outputs: int,
    expansion: float,
    stride: int = 1,
    kernel: int = 3,
    squeeze: nn.Module | None = None,
    activation: Activation = nn.ReLU6,
) -> nn.Module:
    wide = round(inputs * expansion)
    layers: list[nn.Module] = [conv(inputs, wide, 1, activation=activation)] if expansion != 1 else []
    layers.append(conv(wide, wide, kernel, stride, wide, activation))
    layers += [squeeze] if squeeze else []
    body = nn.Sequential(*layers, conv(wide, outputs, 1, activation=None))
    return Residual(body) if stride == 1 and inputs == outputs else body


def fused(inputs: int, outputs: int, expansion: int, stride: int = 1) -> nn.Module:
    wide = inputs * expansion
    body = conv(inputs, outputs, 3, stride, activation=nn.SiLU)
    if expansion != 1:
        body = nn.Sequential(
            conv(inputs, wide, 3, stride, activation=nn.SiLU), conv(wide, outputs, 1, activation=None)
        )
    return Residual(body) if stride == 1 and inputs == outputs else body
