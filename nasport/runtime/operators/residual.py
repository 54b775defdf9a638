"""Residual blocks of ResNet, ResNeXt, RegNet, NDS and NAS-Bench-201, and two convolutions without a shortcut.

He et al. 2016; Radosavovic et al. 2019, "On Network Design Spaces for Visual Recognition", appendix: batch normalization
follows every convolution, the first kxk convolution has the stride, and the shortcut is a strided 1x1 convolution if the
shape changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.inverted_residual import hidden_width, squeezed
from nasport.runtime.operators.joins import projected
from nasport.runtime.operators.layers import Activation, AveragePool, Conv, Layer, Residual
from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Effect, Place, Rule, of_kernel
from nasport.schemas.operators import Operator


def _plain(operator: Operator, place: Place) -> Sequence[Layer]:
    (source, target, stride), kernel = place, whole(operator, "kernel")
    relu = Activation("relu")
    return (Conv(source, target, kernel, stride), relu, Conv(target, target, kernel), relu)


def _basic(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return the basic block; with the order relu-conv-bn (TransNAS-Bench-101), no activation follows the sum."""
    first, relu, second, _ = _plain(operator, place)
    if operator.word("order") == "relu-conv-bn":
        return (Residual((relu, first, relu, second), projected(operator, place)),)
    return (Residual((first, relu, second), projected(operator, place), "relu"),)


def _pooled_shortcut(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return the reduction block of NAS-Bench-201, with average pooling and an unnormalized 1x1 convolution as shortcut."""
    first, relu, second, _ = _plain(operator, place)
    pooled = place.target.strided(place.source.channels)
    shortcut = (AveragePool(place.stride), Conv(pooled, place.target, norm=False))
    return (Residual((relu, first, relu, second), shortcut),)


def _bottleneck(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return a bottleneck: 1x1 to `expansion` times the output width, grouped kxk, squeeze and excitation (RegNetY), 1x1."""
    source, target, stride = place
    wide = source.strided(hidden_width(operator, target.channels))
    narrow, relu = target.strided(wide.channels), Activation("relu")
    grouped = Conv(wide, narrow, whole(operator, "kernel"), stride, whole(operator, "groups"))
    attention = squeezed(operator, source.channels, wide.channels)
    body = (Conv(source, wide), relu, grouped, relu, *attention, Conv(narrow, target))
    return (Residual(body, projected(operator, place), "relu"),)


def _two(operator: Operator, residual: bool = True) -> Effect:
    return of_kernel(operator, 2 * operator.attribute("kernel") ** 2, 2, residual=residual)


def _three(operator: Operator) -> Effect:
    kernel, expansion = operator.attribute("kernel"), operator.attribute("expansion")
    weight = 2 * expansion + (kernel * expansion) ** 2 / max(operator.attribute("groups"), 1)
    return of_kernel(operator, weight, 3, residual=True, relative=2 * kernel**2)


def _unknown(operator: Operator) -> Effect:
    """Return the assumed effect of a custom block: two convolutions if it states a kernel, else two linear layers."""
    convolves = operator.value("kernel") is not None
    square = operator.attribute("kernel") ** 2
    return of_kernel(operator, 2 * (square if convolves else operator.attribute("expansion")), 2)


RULES = {
    "basic_block": Rule(_basic, _two),
    "bottleneck": Rule(_bottleneck, _three),
    "plain_block": Rule(_plain, lambda operator: _two(operator, residual=False)),
    "pooled_shortcut_block": Rule(_pooled_shortcut, _two),
    "block": Rule("the layout of a custom block is unknown", _unknown),
}
