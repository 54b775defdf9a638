"""Activations and normalisations."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from nasport.runtime.operators.quantities import whole
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import Place, made


class ChannelLayerNorm(nn.Module):
    """Layer normalisation over the channels of each position, (N, C, H, W)."""

    def __init__(self, channels: int, affine: bool = True) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels, elementwise_affine=affine)

    def forward(self, x: Tensor) -> Tensor:
        normalised: Tensor = self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return normalised


class ChannelRMSNorm(nn.Module):
    """Division by the root mean square over the channels of each position, then a scale and a shift."""

    def __init__(self, channels: int, affine: bool = True, epsilon: float = 1e-6) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(channels, 1, 1)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        x = x * torch.rsqrt(x.square().mean(1, keepdim=True) + self.epsilon)
        return x if self.weight is None or self.bias is None else x * self.weight + self.bias


def _normalization(operator: Operator, place: Place) -> nn.Module:
    channels, norm = place.source.channels, operator.word("norm")
    affine = {} if place.style.affine else {"affine": False}
    if norm == "batch":
        running = {} if place.style.running_statistics else {"track_running_stats": False}
        return made(nn.BatchNorm2d, channels, **affine, **running)
    if norm == "layer":
        return made(ChannelLayerNorm, channels, **affine)
    if norm == "rms":
        return made(ChannelRMSNorm, channels, **affine)
    if norm == "instance":
        if place.source.positions == 1:
            raise InputError(f"{operator.text} of a single pixel, expected a larger map")
        return made(nn.InstanceNorm2d, channels, affine=place.style.affine)
    if norm == "group":
        # Of 32 groups, or the most of a power of two that divide the channels.
        groups = whole(operator, "groups", math.gcd(channels, 32))
        if channels % groups:
            raise InputError(
                f"{groups} groups of {channels} channels, expected groups that divide the channels"
            )
        return made(nn.GroupNorm, groups, channels, **affine)
    raise InputError(
        f'the normalisation {operator.text!r} does not say which it is, expected "norm" beside its kind'
    )


def _activation(operator: Operator, place: Place) -> nn.Module:
    name = operator.word("activation")
    if not name:
        raise InputError(
            f'the activation {operator.text!r} does not say which it is, expected "activation" beside its kind'
        )
    return activation(name)


def activation(name: str) -> nn.Module:
    """The module of an activation, by its name."""
    return _ACTIVATIONS[name]()


def _softmax() -> nn.Module:
    return made(nn.Softmax, dim=1)


def _made(kind: type[nn.Module]) -> Callable[[], nn.Module]:
    return lambda: made(kind)


_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "none": _made(nn.Identity),
    "relu": _made(nn.ReLU),
    "relu6": _made(nn.ReLU6),
    "leaky_relu": _made(nn.LeakyReLU),
    "gelu": _made(nn.GELU),
    "silu": _made(nn.SiLU),
    "hardswish": _made(nn.Hardswish),
    "hardsigmoid": _made(nn.Hardsigmoid),
    "sigmoid": _made(nn.Sigmoid),
    "tanh": _made(nn.Tanh),
    "softmax": _softmax,
    "elu": _made(nn.ELU),
    "mish": _made(nn.Mish),
}

BUILDERS = {"activation": _activation, "normalization": _normalization}
