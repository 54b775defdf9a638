"""Convolutions of a single kernel: plain, depthwise, rectangular, transposed, and those of sequences."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators.layers import Activation, Conv, Layer, activated
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, convolution, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, changes, kernel_reach
from nasport.schemas.operators import Operator

NOMINAL_WIDTH = 64


def _convolution(operator: Operator, place: Place, groups: int | None = None) -> Sequence[Layer]:
    groups = whole(operator, "groups") if groups is None else groups
    numbers = (whole(operator, "kernel"), place.stride, groups, whole(operator, "dilation"))
    return (Conv(*place[:2], *numbers), *activated(operator.word("activation")))


def _depthwise(operator: Operator, place: Place) -> Sequence[Layer]:
    if place.source.channels != place.target.channels:
        raise UnknownCostError(
            f"{operator.text} {changes(place)}, expected as many channels before and after"
        )
    return _convolution(operator, place, place.source.channels)


def _rectangular(operator: Operator, place: Place) -> Sequence[Layer]:
    """A convolution of 1xk, then one of kx1, each with its part of the stride; one normalisation (DARTS)."""
    (source, target, stride), kernel = place, whole(operator, "kernel")
    between = Shape(target.channels, source.height, target.width)
    across = Conv(source, between, (1, kernel), stride, norm=False)
    return (Activation("relu"), across, Conv(between, target, (kernel, 1), stride))


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


def doubled(operator: Operator) -> int:
    """The stride of operators that enlarge, where nothing is said."""
    return 2


def _dense(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    groups = max(operator.attribute("groups"), 1)
    return Effect(kernel**2 / groups, 1, kernel > 1, kernel_reach(operator))


def _thin(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    return Effect(kernel**2 / NOMINAL_WIDTH, 1, kernel > 1, kernel_reach(operator))


def _pair(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    return Effect(2 * kernel, 1, kernel > 1, kernel_reach(operator), relative=kernel**2)


def _of_sequence(operator: Operator) -> Effect:
    kernel = operator.attribute("kernel")
    return Effect(kernel, 1, kernel > 1, kernel_reach(operator))


RULES = {
    "convolution": Rule(_convolution, _dense),
    "depthwise_convolution": Rule(_depthwise, _thin),
    "rectangular_convolution": Rule(_rectangular, _pair),
    "transposed_convolution": Rule(_transposed, _dense, enlarged, doubled),
    "one_dimensional_convolution": Rule("it works on sequences", _of_sequence),
    "lightweight_convolution": Rule("it works on sequences and shares its weights", _thin),
}
