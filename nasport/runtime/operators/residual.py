"""Residual blocks of ResNet, ResNeXt, RegNet, NDS and NAS-Bench-201, and two convolutions without a shortcut.

He et al. 2016; Radosavovic et al. 2019, "On Network Design Spaces for Visual Recognition", appendix: every convolution is
followed by batch normalisation, the first one of kxk carries the stride, and the shortcut is a strided 1x1 convolution
where the shape changes.
"""

from __future__ import annotations

from nasport.runtime.operators.inverted_residual import squeeze_and_excitation, squeezed_width
from nasport.runtime.operators.quantities import FREE, Cost, Shape, UnknownCostError, convolution, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, kernel_reach
from nasport.schemas.operators import Operator


def middle_width(operator: Operator, channels: int) -> int:
    """Channels between the 1x1 convolutions of a bottleneck that gives so many."""
    middle = round(channels * operator.attribute("expansion"))
    if middle < 1:
        raise UnknownCostError(
            f"{operator.text} of {channels} channels with expansion {operator.attribute('expansion')}, expected at "
            "least one channel within"
        )
    return middle


def _plain(operator: Operator, place: Place) -> Cost:
    (source, target, _), kernel = place, whole(operator, "kernel")
    return convolution(source, target, kernel) + convolution(target, target, kernel)


def _basic(operator: Operator, place: Place) -> Cost:
    return _plain(operator, place) + _shortcut(place)


def _pooled_shortcut(operator: Operator, place: Place) -> Cost:
    """The shortcut is average pooling and a 1x1 convolution without normalisation (NAS-Bench-201's reduction)."""
    return _plain(operator, place) + convolution(place.source, place.target, 1, norm=False)


def _bottleneck(operator: Operator, place: Place) -> Cost:
    """1x1 to `expansion` times the output's width, kxk in groups, squeeze and excitation (RegNetY), 1x1."""
    source, target, _ = place
    middle = middle_width(operator, target.channels)
    wide = Shape(middle, source.height, source.width)
    narrow = Shape(middle, target.height, target.width)
    grouped = convolution(wide, narrow, whole(operator, "kernel"), whole(operator, "groups"))
    attention = squeeze_and_excitation(middle, squeezed_width(operator, source.channels, middle))
    around = convolution(source, wide, 1) + convolution(narrow, target, 1)
    return around + grouped + attention + _shortcut(place)


def _shortcut(place: Place) -> Cost:
    return FREE if place.keeps_shape else convolution(place.source, place.target, 1)


def _two(operator: Operator, residual: bool = True) -> Effect:
    kernel = operator.attribute("kernel")
    return Effect(2 * kernel**2, 2, kernel > 1, kernel_reach(operator), residual=residual)


def _three(operator: Operator) -> Effect:
    kernel, expansion = operator.attribute("kernel"), operator.attribute("expansion")
    weight = 2 * expansion + (kernel * expansion) ** 2 / max(operator.attribute("groups"), 1)
    reach = kernel_reach(operator)
    return Effect(weight, 3, kernel > 1, reach, residual=True, relative=2 * kernel**2)


def _unknown(operator: Operator) -> Effect:
    """Of a block of one's own, two layers: convolutions where it states a kernel, else linear ones."""
    kernel, expansion = operator.attribute("kernel"), operator.attribute("expansion")
    weight = 2 * kernel**2 if operator.value("kernel") is not None else 2 * expansion
    return Effect(weight, 2, kernel > 1, kernel_reach(operator))


RULES = {
    "basic_block": Rule(_basic, _two),
    "bottleneck": Rule(_bottleneck, _three),
    "plain_block": Rule(_plain, lambda operator: _two(operator, residual=False)),
    "pooled_shortcut_block": Rule(_pooled_shortcut, _two),
    "block": Rule("a block of one's own has no layout that is known", _unknown),
}
