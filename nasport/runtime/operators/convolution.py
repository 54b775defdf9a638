"""Convolutions: plain, depthwise, separable and dilated (DARTS), rectangular, transposed, and for sequences."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Activation, Conv, Layer, activated
from nasport.runtime.operators.quantities import (
    FREE,
    Cost,
    Shape,
    UnknownCostError,
    biases,
    convolution,
    whole,
)
from nasport.runtime.operators.rule import (
    Effect,
    Place,
    Rule,
    changes,
    kernel_reach,
    kernel_sides,
    of_kernel,
    size_of,
)
from nasport.runtime.operators.windows import kernel_of, padding_of, windowed
from nasport.schemas.operators import Operator

NOMINAL_WIDTH = 64


def _convolution(operator: Operator, place: Place) -> Sequence[Layer]:
    groups = whole(operator, "groups")
    if operator.kind == "depthwise_convolution":
        check_width(operator, place)
        groups = place.source.channels
    numbers = (place.stride, groups, whole(operator, "dilation"))
    layer = Conv(*place[:2], kernel_of(operator), *numbers, *norm_and_bias(operator))
    return (layer, *activated(operator.word("activation")))


def norm_and_bias(operator: Operator) -> tuple[bool, bool]:
    """Return whether a convolution has a normalization and whether it has a bias (default: only the normalization)."""
    return operator.word("norm") != "none", operator.attribute("bias", 0) == 1


def check_width(operator: Operator, place: Place) -> None:
    """Raise `UnknownCostError` if the channels change."""
    if place.source.channels != place.target.channels:
        raise UnknownCostError(
            f"the operator {operator.text!r} is used {changes(place)}, expected equal channels before and after; a stem or "
            "a convolution before it changes the channels"
        )


def _rectangular(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return ReLU, a 1xk and a kx1 convolution, each with stride in its direction, and one normalization (DARTS)."""
    (source, target, stride), kernel = place, whole(operator, "kernel")
    between = Shape(target.channels, source.height, target.width)
    across = Conv(source, between, (1, kernel), stride, norm=False)
    return (Activation("relu"), across, Conv(between, target, (kernel, 1), stride))


def _separable(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return ReLU, a depthwise and a 1x1 convolution with one normalization, repeated.

    The first depthwise convolution has the stride, the last 1x1 convolution changes the width.
    """
    source, target, stride = place
    kernel, dilation = whole(operator, "kernel"), whole(operator, "dilation")
    between, repeats = target.strided(source.channels), whole(operator, "repeats")
    layers: list[Layer] = []
    for repeat in range(repeats):
        depthwise = Conv(source, between, kernel, stride, source.channels, dilation, norm=False)
        layers += [Activation("relu"), depthwise, Conv(between, target if repeat == repeats - 1 else between)]
        source, stride = between, 1
    return layers


def _transposed(operator: Operator, place: Place) -> Cost:
    """Return the cost of a transposed convolution, which is that of a convolution with the positions of the input as output."""
    kernel, (norm, bias) = whole(operator, "kernel"), norm_and_bias(operator)
    before = Shape(place.target.channels, *place.source[1:])
    spread = convolution(place.source, before, kernel, norm=norm) + (biases(before) if bias else FREE)
    return Cost(spread.parameters, spread.flops, {place.target.positions: spread.parameters})


def enlarged(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of an operator that multiplies height and width by the stride."""
    channels = width if width is not None else whole(operator, "channels", source.channels)
    if channels < 1 or stride < 1:
        raise UnknownCostError(f"{channels} channels and stride {stride}, expected at least 1 for both")
    return Shape(channels, source.height * stride, source.width * stride)


def resized(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of an operator with a stated resolution, else with height and width times the stride."""
    target, size = enlarged(operator, source, width, stride), size_of(operator)
    return target if size is None else Shape(target.channels, *size)


def _spread(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of a transposed convolution.

    Without stated padding, height and width are those of the input times the stride. With it, they follow from kernel,
    stride and padding.
    """
    target, padding = enlarged(operator, source, width, stride), padding_of(operator)
    if padding is None:
        return target
    kernel = whole(operator, "kernel")
    height, wide = (
        (size - 1) * stride + kernel - 2 * pad for size, pad in zip(source[1:], padding, strict=True)
    )
    if min(height, wide) < 1:
        raise UnknownCostError(f"the operator {operator.text!r} gives {height}x{wide}, expected less padding")
    return Shape(target.channels, height, wide)


def _thin(operator: Operator) -> Effect:
    height, width = kernel_sides(operator)
    return of_kernel(operator, height * width / NOMINAL_WIDTH)


def _dense(operator: Operator) -> Effect:
    (height, width), groups = kernel_sides(operator), max(operator.attribute("groups"), 1)
    return of_kernel(operator, height * width / groups)


def _repeated(operator: Operator) -> Effect:
    kernel, repeats = operator.attribute("kernel"), operator.attribute("repeats")
    weight = repeats * (1 + kernel**2 / NOMINAL_WIDTH)
    return Effect(weight, repeats, kernel > 1, kernel_reach(operator) * repeats)


def _pair(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    return of_kernel(operator, 2 * kernel, relative=kernel**2)


RULES = {
    "convolution": Rule(_convolution, _dense, windowed),
    "depthwise_convolution": Rule(_convolution, _thin, windowed),
    "rectangular_convolution": Rule(_rectangular, _pair),
    "transposed_convolution": Rule(_transposed, _dense, _spread, lambda operator: 2),
    **dict.fromkeys(("separable_convolution", "dilated_convolution"), Rule(_separable, _repeated)),
    "recurrent": Rule("it reads sequences, not images", lambda operator: Effect(8, 1)),
    "one_dimensional_convolution": Rule(
        "it reads sequences, not images", lambda operator: of_kernel(operator, operator.attribute("kernel"))
    ),
    "lightweight_convolution": Rule("it reads sequences and shares its weights", _thin),
}
