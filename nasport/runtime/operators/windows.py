"""Windows that convolutions and poolings move over a map: their sides, what is padded, how many positions they have."""

from __future__ import annotations

from nasport.runtime.operators.quantities import Shape, UnknownCostError, whole
from nasport.runtime.operators.rule import same_padding
from nasport.schemas.operators import Operator

Sides = tuple[int, int]


def kernel_of(operator: Operator) -> int | Sides:
    """The kernel of an operator: its side, or height and width where these differ."""
    height = whole(operator, "kernel")
    return compact((height, whole(operator, "kernel_width", height)))


def compact(pair: Sides) -> int | Sides:
    """One number for two that are alike."""
    return pair[0] if pair[0] == pair[1] else pair


def sides(size: int | Sides) -> Sides:
    """Height and width of what may be a square."""
    return size if isinstance(size, tuple) else (size, size)


def padding_of(operator: Operator) -> Sides | None:
    """Positions of padding above and below, left and right; None where nothing is stated ("same" padding)."""
    if operator.value("padding") is None:
        return None
    height = operator.attribute("padding")
    return int(height), int(operator.attribute("padding_width", height))


def windowed(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """The shape that a convolution or pooling gives: by "same" padding, or by the padding that it states."""
    target, padding = same_padding(operator, source, width, stride), padding_of(operator)
    if padding is None:
        return target
    dilation, up = whole(operator, "dilation"), operator.attribute("ceil", 0) == 1
    height, wide = (
        _positions(operator, length, dilation * (side - 1) + 1, pad, stride, up)
        for length, side, pad in zip(source[1:], sides(kernel_of(operator)), padding, strict=True)
    )
    return Shape(target.channels, height, wide)


def _positions(operator: Operator, length: int, reach: int, padding: int, stride: int, up: bool) -> int:
    """Positions of a window of so many along a side; `up`: one that is not whole counts if it begins before the end."""
    room = length + 2 * padding - reach
    if room < 0:
        raise UnknownCostError(
            f"{operator.text} of {reach} over {length} positions with padding {padding}, expected a window that fits"
        )
    if not up:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= length + padding else count
