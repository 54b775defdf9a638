"""Modules of simple operators: identities, zeros, flattening, resampling."""

from __future__ import annotations

from torch import Tensor, nn

from nasport.runtime.operators.rule import Place, size_of
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style, made, optional
from nasport.toolkit.networks.operators.convolution import ConvBn, FactorizedReduce, ReluConvBn


class Zero(nn.Module):
    """Zeros in the shape of the output of a layer with this width and stride."""

    def __init__(self, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.outputs = outputs
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        return x.new_zeros(batch, self.outputs, -(-height // self.stride), -(-width // self.stride))


class ZeroMap(nn.Module):
    """Zeros of a fixed shape, independent of the shape of the input."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.channels = channels
        self.height = height
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        return x.new_zeros(len(x), self.channels, self.height, self.width)


class Flattened(nn.Module):
    """Flattens a map: (N, C, H, W) to (N, C H W, 1, 1)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :, None, None]


def _identity(operator: Operator, place: Place, style: Style) -> nn.Module:
    """Build an identity, or a projection if the shape changes.

    If activations come first, a projection with stride 2 is a factorized reduction (NAS-Bench-201). Other projections start
    with a ReLU only if the operator states this order.
    """
    if place.keeps_shape:
        return made(nn.Identity)
    if style.activates_first(operator) and place.stride == 2:
        return made(FactorizedReduce, *place.channels, **style.normalized())
    kind = ReluConvBn if operator.word("order") == "relu-conv-bn" else ConvBn
    return made(kind, *place.channels, 1, **optional(1, stride=place.stride), **style.normalized())


def _upsampling(operator: Operator, place: Place, style: Style) -> nn.Module:
    if size_of(operator) is None:
        return made(nn.Upsample, scale_factor=place.stride, mode=operator.word("mode"))
    return made(nn.Upsample, size=place.target[1:], mode=operator.word("mode"))


BUILDERS: dict[str, LayerBuilder] = {
    **dict.fromkeys(("input", "output", "identity"), _identity),
    "none": lambda operator, place, style: made(
        Zero, place.target.channels, **optional(1, stride=place.stride)
    ),
    "flatten": lambda operator, place, style: made(Flattened),
    "upsampling": _upsampling,
    "pixel_shuffle": lambda operator, place, style: made(nn.PixelShuffle, place.stride),
}
