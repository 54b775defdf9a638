"""Mobile blocks: inverted residuals, plain, fused and with squeeze and excitation, which also stands alone."""

from __future__ import annotations

from nasport.runtime.operators.convolution import NOMINAL_WIDTH
from nasport.runtime.operators.quantities import (
    FREE,
    Cost,
    Shape,
    UnknownCostError,
    convolution,
    linear,
    whole,
)
from nasport.runtime.operators.rule import Effect, Place, Rule, free_at_same_shape, kernel_reach
from nasport.schemas.operators import Operator


def expands(operator: Operator) -> bool:
    """Whether the block has its first 1x1 convolution: MobileNetV2 leaves it out where the expansion is 1, FBNet keeps it."""
    return operator.word("expand") == "always" or operator.attribute("expansion") != 1


def hidden_width(operator: Operator, channels: int) -> int:
    """Channels between the 1x1 convolutions of a block that reads so many."""
    hidden = round(channels * operator.attribute("expansion"))
    if hidden < 1:
        raise UnknownCostError(
            f"{operator.text} of {channels} channels with expansion {operator.attribute('expansion')}, expected at "
            "least one channel within"
        )
    return hidden


def squeezed_width(operator: Operator, channels: int, expanded: int) -> int:
    """Channels of squeeze and excitation; 0: the block has none.

    A part of the block's input rounded down (EfficientNet, MnasNet), or of its expanded width and to the nearest multiple,
    which is neither below that multiple nor below nine tenths of the part (MobileNetV3, once-for-all).
    """
    ratio, multiple = operator.attribute("squeeze", 0), whole(operator, "squeeze_multiple")
    if ratio == 0:
        return 0
    part = ratio * (expanded if operator.word("squeeze_of") == "expanded" else channels)
    if multiple == 1:
        return max(int(part), 1)
    rounded = max(multiple, int(part + multiple / 2) // multiple * multiple)
    return rounded if rounded >= 0.9 * part else rounded + multiple


def squeeze_and_excitation(channels: int, squeezed: int) -> Cost:
    """Two 1x1 convolutions with biases on the means of the channels (Hu et al. 2018); nothing where `squeezed` is 0."""
    return linear(channels, squeezed) + linear(squeezed, channels) if squeezed else FREE


def _inverted_residual(operator: Operator, place: Place) -> Cost:
    """1x1 to the expanded width, depthwise, squeeze and excitation, 1x1; the 1x1 in groups (Sandler et al. 2018)."""
    (source, target, _), groups = place, whole(operator, "groups")
    wide = Shape(hidden_width(operator, source.channels), source.height, source.width)
    narrow = Shape(wide.channels, target.height, target.width)
    expand = convolution(source, wide, 1, groups) if expands(operator) else FREE
    depthwise = convolution(wide, narrow, whole(operator, "kernel"), wide.channels)
    squeezed = squeezed_width(operator, source.channels, wide.channels)
    attention = squeeze_and_excitation(wide.channels, squeezed)
    return expand + depthwise + attention + convolution(narrow, target, 1, groups)


def _fused(operator: Operator, place: Place) -> Cost:
    """A convolution to the expanded width, then 1x1; with expansion 1 one convolution alone (Tan and Le 2021)."""
    (source, target, _), kernel = place, whole(operator, "kernel")
    if operator.attribute("expansion") == 1:
        return convolution(source, target, kernel)
    wide = Shape(hidden_width(operator, source.channels), target.height, target.width)
    return convolution(source, wide, kernel) + convolution(wide, target, 1)


def _alone(operator: Operator, place: Place) -> Cost:
    channels = place.source.channels
    squeezed = squeezed_width(operator, channels, channels)
    return free_at_same_shape(operator, place) + squeeze_and_excitation(channels, squeezed)


def _mobile(operator: Operator) -> Effect:
    """It counts 2 layers: its last 1x1 has no activation."""
    kernel, expansion = operator.attribute("kernel"), operator.attribute("expansion")
    weight = expansion * (2 + kernel**2 / NOMINAL_WIDTH)
    return Effect(weight, 2, kernel > 1, kernel_reach(operator), residual=True)


def _dense(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    weight = operator.attribute("expansion") * (kernel**2 + 1)
    return Effect(weight, 2, kernel > 1, kernel_reach(operator), residual=True)


def _squeeze(operator: Operator) -> Effect:
    """With the usual reduction by 16 it weighs an eighth."""
    return Effect(1 / 8, 1, relative=4)


RULES = {
    "inverted_residual": Rule(_inverted_residual, _mobile),
    "fused_inverted_residual": Rule(_fused, _dense),
    "squeeze_excitation": Rule(_alone, _squeeze),
}
