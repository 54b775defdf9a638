"""Modules of activations and normalizations."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor, nn

from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Place
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style, made, optional


class ChannelLayerNorm(nn.Module):
    """Layer normalization over the channels of each position, (N, C, H, W)."""

    def __init__(self, channels: int, affine: bool = True) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels, elementwise_affine=affine)

    def forward(self, x: Tensor) -> Tensor:
        normalized: Tensor = self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return normalized


class ChannelRMSNorm(nn.Module):
    """RMS normalization over the channels of each position, (N, C, H, W), with a scale and a shift."""

    def __init__(self, channels: int, affine: bool = True, epsilon: float = 1e-6) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(channels, 1, 1)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        x = x * torch.rsqrt(x.square().mean(1, keepdim=True) + self.epsilon)
        return x if self.weight is None or self.bias is None else x * self.weight + self.bias


class ChannelScale(nn.Module):
    """Multiplies each channel by a trained factor, initially 1."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


def _normalization(operator: Operator, place: Place, style: Style) -> nn.Module:
    """Build a normalization with a scale and a shift, with only a scale, or with neither."""
    if operator.attribute("bias") == 1 or not style.affine:
        return _normalized(operator, place, style)
    scale = made(ChannelScale, place.source.channels)
    return nn.Sequential(_normalized(operator, place, replace(style, affine=False)), scale)


def _normalized(operator: Operator, place: Place, style: Style) -> nn.Module:
    channels, norm = place.source.channels, operator.word("norm")
    affine = optional(True, affine=style.affine)
    if norm == "batch":
        running = optional(True, track_running_stats=style.running_statistics)
        return made(nn.BatchNorm2d, channels, **affine, **running)
    if norm == "layer":
        return made(ChannelLayerNorm, channels, **affine)
    if norm == "rms":
        return made(ChannelRMSNorm, channels, **affine)
    if norm == "instance":
        if place.source.positions == 1:
            raise InputError(f"{operator.text} of a single pixel, expected a larger map")
        return made(nn.InstanceNorm2d, channels, affine=style.affine)
    if norm == "group":
        # Default: 32 groups, or the largest smaller power of two that divides the channels.
        groups = whole(operator, "groups", math.gcd(channels, 32))
        if channels % groups:
            raise InputError(
                f"{groups} groups of {channels} channels, expected groups that divide the channels"
            )
        return made(nn.GroupNorm, groups, channels, **affine)
    raise InputError(f'the normalization {operator.text!r} lacks the attribute "norm", expected e.g. "batch"')


def _activation(operator: Operator, place: Place, style: Style) -> nn.Module:
    name = operator.word("activation")
    if not name:
        raise InputError(
            f'the activation {operator.text!r} lacks the attribute "activation", expected e.g. "relu"'
        )
    return activation(name)


def activation(name: str) -> nn.Module:
    """Build the module of an activation by name."""
    return made(_ACTIVATIONS[name], **({"dim": 1} if name == "softmax" else {}))


_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "none": nn.Identity,
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "hardswish": nn.Hardswish,
    "hardsigmoid": nn.Hardsigmoid,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softmax": nn.Softmax,
    "elu": nn.ELU,
    "mish": nn.Mish,
}

BUILDERS: dict[str, LayerBuilder] = {"activation": _activation, "normalization": _normalization}
