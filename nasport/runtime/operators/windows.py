"""Windows of convolutions and poolings: their sides, their padding and the number of their positions."""

from __future__ import annotations

from nasport.runtime.operators.quantities import Shape, UnknownCostError, whole
from nasport.runtime.operators.rule import same_padding
from nasport.schemas.operators import Operator

Sides = tuple[int, int]


def kernel_of(operator: Operator) -> int | Sides:
    """Return the kernel of an operator: its side, or height and width if they differ."""
    height = whole(operator, "kernel")
    return compact((height, whole(operator, "kernel_width", height)))


def compact(pair: Sides) -> int | Sides:
    """Return one number for two equal ones, else the pair."""
    return pair[0] if pair[0] == pair[1] else pair


def sides(size: int | Sides) -> Sides:
    """Return height and width of a size that may be given as one number."""
    return size if isinstance(size, tuple) else (size, size)


def padding_of(operator: Operator) -> Sides | None:
    """Return the vertical and horizontal padding; None if the operator states none ("same" padding)."""
    if operator.value("padding") is None:
        return None
    height = operator.attribute("padding")
    return int(height), int(operator.attribute("padding_width", height))


def windowed(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of a convolution or pooling, with the stated padding or with "same" padding."""
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
    """Return the number of positions of a window along one side.

    Args:
        operator: operator, for the error message.
        length: length of the side.
        reach: length of the window.
        padding: padding at each end.
        stride: stride of the window.
        up: whether an incomplete window counts if it begins before the padding at the end (`ceil`).
    """
    room = length + 2 * padding - reach
    if room < 0:
        raise UnknownCostError(
            f"the window of the operator {operator.text!r} has {reach} positions, but its input has {length} with padding "
            f"{padding}, expected a window that fits"
        )
    if not up:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= length + padding else count
