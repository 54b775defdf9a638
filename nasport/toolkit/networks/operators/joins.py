"""Operators that pass on, join or move what they read: identities, zeros, shuffles, resampling."""

from __future__ import annotations

from torch import Tensor, nn

from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import Place, made
from nasport.toolkit.networks.operators.convolution import ConvBn, FactorizedReduce, ReluConvBn


class Zero(nn.Module):
    """Zeros of the shape that a layer of this width and stride would give."""

    def __init__(self, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.outputs = outputs
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        return x.new_zeros(batch, self.outputs, -(-height // self.stride), -(-width // self.stride))


class Flattened(nn.Module):
    """(N, C, H, W) to (N, C H W, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :, None, None]


def _identity(operator: Operator, place: Place) -> nn.Module:
    """Nothing, or a projection where the shape changes: of NAS-Bench-201's two the strided one begins with a ReLU."""
    if place.keeps_shape:
        return made(nn.Identity)
    first = place.activates_first(operator)
    if first and place.stride == 2:
        return made(FactorizedReduce, *place.channels, **place.normalised())
    kind = ReluConvBn if operator.word("order") == "relu-conv-bn" else ConvBn
    return made(kind, *place.channels, 1, **place.strided(), **place.normalised())


def _zero(operator: Operator, place: Place) -> nn.Module:
    return made(Zero, place.target.channels, **place.strided())


def _flatten(operator: Operator, place: Place) -> nn.Module:
    return made(Flattened)


def _upsampling(operator: Operator, place: Place) -> nn.Module:
    return made(nn.Upsample, scale_factor=place.stride, mode=operator.word("mode"))


def _pixel_shuffle(operator: Operator, place: Place) -> nn.Module:
    return made(nn.PixelShuffle, place.stride)


BUILDERS = {
    "input": _identity,
    "output": _identity,
    "none": _zero,
    "identity": _identity,
    "flatten": _flatten,
    "upsampling": _upsampling,
    "pixel_shuffle": _pixel_shuffle,
}
