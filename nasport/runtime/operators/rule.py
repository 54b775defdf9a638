"""The rule of a kind of operators: its output shape, its layers or cost, and its effect on paths through a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nasport.runtime.operators.layers import Layer
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, whole
from nasport.schemas.operators import Operator


class Place(NamedTuple):
    """The input and output shapes of an operator at its position in a network.

    Attributes:
        source: shape of the input.
        target: shape of the output.
        stride: stride between them.
    """

    source: Shape
    target: Shape
    stride: int = 1

    @property
    def channels(self) -> tuple[int, int]:
        """Channels of input and output."""
        return self.source.channels, self.target.channels

    @property
    def keeps_shape(self) -> bool:
        """Whether the output has the shape of the input, at any resolution."""
        return self.stride == 1 and self.source == self.target


@dataclass(frozen=True)
class Effect:
    """The effect of an operator on a path through a network.

    Attributes:
        weight: parameters relative to a 1x1 convolution of the same width.
        depth: number of successive trained layers that mix channels; a depthwise and a 1x1 convolution count as one.
        spatial: whether trained layers mix positions.
        reach: number of positions to each side that an output depends on; 0 for unlimited reach.
        identity: whether the input passes unchanged.
        residual: whether the operator has a shortcut in parallel to its layers.
        pool: whether the operator is a pooling; its attribute `mode` distinguishes maximum and average.
        relative: weight for counting relative parameters, if it differs from `weight`.
    """

    weight: float = 0.0
    depth: float = 0.0
    spatial: bool = False
    reach: float = 0.0
    identity: bool = False
    residual: bool = False
    pool: bool = False
    relative: float | None = None


def same_padding(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
    """Return the output shape of most operators; its channels are `width`, else the attribute `channels`, else the input's."""
    channels = width if width is not None else whole(operator, "channels", source.channels)
    return source.strided(channels, stride)


def size_of(operator: Operator) -> tuple[int, int] | None:
    """Return the height and width that an operator states for its output; None if it states none."""
    if operator.value("resolution") is None:
        return None
    height = whole(operator, "resolution")
    return height, whole(operator, "resolution_width", height)


def only(target_of: Callable[[Shape], Shape]) -> Callable[[Operator, Shape, int | None, int], Shape]:
    """Return a `Rule.shape` for operators whose output shape depends only on the shape of the input."""

    def shape(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
        target = target_of(source)
        channels = width if width is not None else whole(operator, "channels", target.channels)
        if stride != 1 or channels != target.channels:
            raise UnknownCostError(
                f"the operator {operator.text!r} has {channels} output channels and stride {stride}, expected "
                f"{target.channels} channels and stride 1"
            )
        return target

    return shape


@dataclass(frozen=True)
class Rule:
    """The rule of one kind of operators.

    Attributes:
        layers: function that returns the layers of an operator at a place, or its cost if layers do not describe it fully;
            or the reason why neither is known.
        effect: function that returns the effect of an operator on a path.
        shape: function that returns the output shape. Its arguments are the operator, its input shape, the channels of
            the stage (None if the stage has no width) and the stride.
        stride: function that returns the stride of an operator if neither the document nor the operator states it.
    """

    layers: Callable[[Operator, Place], Sequence[Layer] | Cost] | str
    effect: Callable[[Operator], Effect] = lambda operator: Effect()
    shape: Callable[[Operator, Shape, int | None, int], Shape] = same_padding
    stride: Callable[[Operator], int] = lambda operator: 1


def keeps_shape(operator: Operator, place: Place) -> Sequence[Layer]:
    """Return no layers, for operators that cannot change the shape; raise `UnknownCostError` if the shape changes."""
    if not place.keeps_shape:
        raise UnknownCostError(
            f"the operator {operator.text!r} is used {changes(place)}, expected one that can change the shape"
        )
    return ()


def changes(place: Place) -> str:
    """Describe the shapes of input and output for an error message."""
    before, after = (f"{shape.channels}x{shape.height}x{shape.width}" for shape in place[:2])
    return f"from {before} to {after} with stride {place.stride}"


def kernel_reach(operator: Operator, repeats: int = 1) -> float:
    """Return how many positions to each side a dilated kernel reaches, applied `repeats` times; mean of height and width."""
    return (sum(kernel_sides(operator)) / 2 - 1) / 2 * operator.attribute("dilation") * repeats


def kernel_sides(operator: Operator) -> tuple[float, float]:
    """Return the height and width of a kernel, 1 if they are not stated."""
    height = operator.attribute("kernel")
    return height, operator.attribute("kernel_width", height)


def of_kernel(operator: Operator, weight: float, depth: float = 1, **more: Any) -> Effect:
    """Return the effect of layers with a kernel, which mix positions if it is larger than 1."""
    return Effect(weight, depth, max(kernel_sides(operator)) > 1, kernel_reach(operator), **more)
