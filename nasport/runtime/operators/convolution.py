"""Convolutions: plain, depthwise, separable and dilated (DARTS), rectangular, transposed, and those of sequences."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Activation, Conv, Layer, activated
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, convolution, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, changes, kernel_reach, of_kernel
from nasport.schemas.operators import Operator

NOMINAL_WIDTH = 64


def _convolution(operator: Operator, place: Place) -> Sequence[Layer]:
    groups = whole(operator, "groups")
    if operator.kind == "depthwise_convolution":
        check_width(operator, place)
        groups = place.source.channels
    numbers = (whole(operator, "kernel"), place.stride, groups, whole(operator, "dilation"))
    return (Conv(*place[:2], *numbers), *activated(operator.word("activation")))


def check_width(operator: Operator, place: Place) -> None:
    """Raise `UnknownCostError` where the channels change."""
    if place.source.channels != place.target.channels:
        raise UnknownCostError(
            f"{operator.text} {changes(place)}, expected as many channels before and after"
        )


def _rectangular(operator: Operator, place: Place) -> Sequence[Layer]:
    """A convolution of 1xk, then one of kx1, each with its part of the stride; one normalisation (DARTS)."""
    (source, target, stride), kernel = place, whole(operator, "kernel")
    between = Shape(target.channels, source.height, target.width)
    across = Conv(source, between, (1, kernel), stride, norm=False)
    return (Activation("relu"), across, Conv(between, target, (kernel, 1), stride))


def _separable(operator: Operator, place: Place) -> Sequence[Layer]:
    """Depthwise, then 1x1, once or several times, with one normalisation each time.

    The first has the stride, the last changes the width.
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
    """Every input position is spread over the kernel, so it costs what a convolution costs at the input's positions."""
    kernel = whole(operator, "kernel")
    spread = convolution(place.source, Shape(place.target.channels, *place.source[1:]), kernel)
    return Cost(spread.parameters, spread.flops, {place.target.positions: spread.parameters})


def enlarged(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Height and width times the stride."""
    channels = width if width is not None else whole(operator, "channels", source.channels)
    if channels < 1 or stride < 1:
        raise UnknownCostError(f"{channels} channels, stride {stride}")
    return Shape(channels, source.height * stride, source.width * stride)


def _thin(operator: Operator) -> Effect:
    return of_kernel(operator, operator.attribute("kernel") ** 2 / NOMINAL_WIDTH)


def _dense(operator: Operator) -> Effect:
    groups = max(operator.attribute("groups"), 1)
    return of_kernel(operator, operator.attribute("kernel") ** 2 / groups)


def _repeated(operator: Operator) -> Effect:
    kernel, repeats = operator.attribute("kernel"), operator.attribute("repeats")
    weight = repeats * (1 + kernel**2 / NOMINAL_WIDTH)
    return Effect(weight, repeats, kernel > 1, kernel_reach(operator) * repeats)


def _pair(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    return of_kernel(operator, 2 * kernel, relative=kernel**2)


RULES = {
    "convolution": Rule(_convolution, _dense),
    "depthwise_convolution": Rule(_convolution, _thin),
    "rectangular_convolution": Rule(_rectangular, _pair),
    "transposed_convolution": Rule(_transposed, _dense, enlarged, lambda operator: 2),
    **dict.fromkeys(("separable_convolution", "dilated_convolution"), Rule(_separable, _repeated)),
    "recurrent": Rule("it works on sequences", lambda operator: Effect(8, 1)),
    "one_dimensional_convolution": Rule(
        "it works on sequences", lambda operator: of_kernel(operator, operator.attribute("kernel"))
    ),
    "lightweight_convolution": Rule("it works on sequences and shares its weights", _thin),
}
