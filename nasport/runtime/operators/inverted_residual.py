"""Mobile blocks: inverted residuals, fused inverted residuals, and squeeze and excitation, inside a block or alone."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.convolution import NOMINAL_WIDTH
from nasport.runtime.operators.layers import Conv, Layer, Residual, Shuffle, SqueezeExcitation, activated
from nasport.runtime.operators.quantities import UnknownCostError, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, keeps_shape, of_kernel
from nasport.schemas.operators import Operator


def hidden_width(operator: Operator, channels: int) -> int:
    """Return the channels between the 1x1 convolutions of a block with `channels` input channels."""
    hidden = round(channels * operator.attribute("expansion"))
    if hidden < 1:
        raise UnknownCostError(
            f"the operator {operator.text!r} has {channels} channels and expansion {operator.attribute('expansion')}, "
            "expected at least one hidden channel"
        )
    return hidden


def squeezed(operator: Operator, channels: int, expanded: int) -> tuple[Layer, ...]:
    """Return the squeeze and excitation of a block, or no layers if it has none.

    The squeezed channels are `squeeze` times the input channels (EfficientNet, MnasNet) or the expanded channels
    (MobileNetV3, once-for-all), see `squeeze_of`. The product is rounded down. With `squeeze_multiple`, it is instead
    rounded to the nearest positive multiple, or up if rounding down would lose more than a tenth.

    Args:
        operator: operator of the block.
        channels: input channels of the block.
        expanded: channels that the squeeze and excitation reads.
    """
    ratio, multiple = operator.attribute("squeeze", 0), whole(operator, "squeeze_multiple")
    if ratio == 0:
        return ()
    part = ratio * (expanded if operator.word("squeeze_of") == "expanded" else channels)
    if multiple == 1:
        width = max(int(part), 1)
    else:
        width = max(multiple, int(part + multiple / 2) // multiple * multiple)
        width += 0 if width >= 0.9 * part else multiple
    words = operator.word("gate"), operator.word("squeeze_activation")
    return (SqueezeExcitation(expanded, width, *words),)


def _residual_where_kept(body: Sequence[Layer], keeps_shape: bool) -> tuple[Layer, ...]:
    """Return layers with a shortcut if the shape is kept, else without one (MobileNetV2)."""
    return (Residual(tuple(body)),) if keeps_shape else tuple(body)


def _inverted_residual(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return the layers of an inverted residual (Sandler et al. 2018).

    They are a 1x1 convolution to the expanded width, a depthwise convolution, squeeze and excitation, and a 1x1
    convolution without an activation.

    The 1x1 convolutions may have groups, with a shuffle after the first one (FBNet).
    """
    (source, target, stride), groups = place, whole(operator, "groups")
    wide = source.strided(hidden_width(operator, source.channels))
    narrow = target.strided(wide.channels)
    activation = activated(operator.word("activation"))
    shuffle = (Shuffle(groups),) if groups > 1 else ()
    # With expansion 1, MobileNetV2 omits the first 1x1 convolution, and FBNet keeps it.
    expands = operator.word("expand") == "always" or operator.attribute("expansion") != 1
    body = (
        *((Conv(source, wide, groups=groups), *activation, *shuffle) if expands else ()),
        Conv(wide, narrow, whole(operator, "kernel"), stride, wide.channels),
        *activation,
        *squeezed(operator, source.channels, wide.channels),
        Conv(narrow, target, groups=groups),
    )
    return _residual_where_kept(body, place.keeps_shape)


def _fused(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return the layers of a fused inverted residual (Tan and Le 2021).

    They are a kxk convolution to the expanded width and a 1x1 convolution. With expansion 1, a single kxk convolution
    replaces both.
    """
    (source, target, stride), kernel = place, whole(operator, "kernel")
    activation = activated(operator.word("activation"))
    if operator.attribute("expansion") == 1:
        body: tuple[Layer, ...] = (Conv(source, target, kernel, stride), *activation)
    else:
        wide = target.strided(hidden_width(operator, source.channels))
        body = (Conv(source, wide, kernel, stride), *activation, Conv(wide, target))
    return _residual_where_kept(body, place.keeps_shape)


def _alone(operator: Operator, place: Place) -> Sequence[Layer]:
    keeps_shape(operator, place)
    return squeezed(operator, place.source.channels, place.source.channels)


def _mobile(operator: Operator) -> Effect:
    """Return the effect of an inverted residual; its depth is 2, because the last 1x1 convolution has no activation."""
    weight = operator.attribute("expansion") * (2 + operator.attribute("kernel") ** 2 / NOMINAL_WIDTH)
    return of_kernel(operator, weight, 2, residual=True)


def _dense(operator: Operator) -> Effect:
    weight = operator.attribute("expansion") * (operator.attribute("kernel") ** 2 + 1)
    return of_kernel(operator, weight, 2, residual=True)


RULES = {
    "inverted_residual": Rule(_inverted_residual, _mobile),
    "fused_inverted_residual": Rule(_fused, _dense),
    # With the usual reduction by 16, its parameters are 1/8 of those of a 1x1 convolution.
    "squeeze_excitation": Rule(_alone, lambda operator: Effect(1 / 8, 1, relative=4)),
}
