"""What there is to know of a kind of operator: its shapes, what it costs, what it does to a path through the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nasport.runtime.operators.layers import Layer
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, whole
from nasport.schemas.operators import Operator


class Place(NamedTuple):
    """Where an operator stands.

    Attributes:
        source: shape of its input.
        target: shape of its output.
        stride: between them.
    """

    source: Shape
    target: Shape
    stride: int = 1

    @property
    def channels(self) -> tuple[int, int]:
        """Before and after."""
        return self.source.channels, self.target.channels

    @property
    def keeps_shape(self) -> bool:
        """Whether nothing changes in shape, at any resolution of the input."""
        return self.stride == 1 and self.source == self.target


@dataclass(frozen=True)
class Effect:
    """What an operator does to a path.

    Attributes:
        weight: parameters relative to a 1x1 convolution of the same width.
        depth: trained layers that mix channels, one after another (a depthwise convolution counts with its 1x1).
        spatial: whether trained layers mix positions.
        reach: positions to each side that an output depends on; unlimited reach stands as 0.
        identity: whether the input passes unchanged.
        residual: whether a shortcut runs beside its own layers.
        pool: whether it pools; by its `mode`.
        relative: where counting reachable parameters takes another weight than `weight`.
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
    """The shape that most operators give: the stage's width, else their own `channels`, else as before."""
    channels = width if width is not None else whole(operator, "channels", source.channels)
    return source.strided(channels, stride)


def size_of(operator: Operator) -> tuple[int, int] | None:
    """Height and width that an operator states of its output; None where it states none."""
    if operator.value("resolution") is None:
        return None
    height = whole(operator, "resolution")
    return height, whole(operator, "resolution_width", height)


def only(target_of: Callable[[Shape], Shape]) -> Callable[[Operator, Shape, int | None, int], Shape]:
    """The shape that an operator gives whose output's follows from its input's alone."""

    def shape(operator: Operator, source: Shape, width: int | None, stride: int) -> Shape:
        target = target_of(source)
        channels = width if width is not None else whole(operator, "channels", target.channels)
        if stride != 1 or channels != target.channels:
            raise UnknownCostError(
                f"{operator.text} to {channels} channels with stride {stride}, expected {target.channels} channels and "
                "no stride"
            )
        return target

    return shape


@dataclass(frozen=True)
class Rule:
    """One kind of operator.

    Attributes:
        layers: of an operator at a place, or its cost where it is more than its layers; or the reason why neither is known.
        effect: of an operator on a path.
        shape: what it makes of a shape: operator, input, wanted channels (None: the operator's own, else as before), stride.
        stride: where neither the document nor the operator states one.
    """

    layers: Callable[[Operator, Place], Sequence[Layer] | Cost] | str
    effect: Callable[[Operator], Effect] = lambda operator: Effect()
    shape: Callable[[Operator, Shape, int | None, int], Shape] = same_padding
    stride: Callable[[Operator], int] = lambda operator: 1


def keeps_shape(operator: Operator, place: Place) -> Sequence[Layer]:
    """No layers, of an operator that cannot change the shape."""
    if not place.keeps_shape:
        raise UnknownCostError(
            f"{operator.text} {changes(place)}, expected a layer that can change the shape"
        )
    return ()


def changes(place: Place) -> str:
    """What changes between an operator's input and output, in words."""
    before, after = (f"{shape.channels}x{shape.height}x{shape.width}" for shape in place[:2])
    return f"from {before} to {after} with stride {place.stride}"


def kernel_reach(operator: Operator, repeats: int = 1) -> float:
    """Positions to each side that a kernel sees, with its dilation, `repeats` times; the mean of height and width."""
    return (sum(kernel_sides(operator)) / 2 - 1) / 2 * operator.attribute("dilation") * repeats


def kernel_sides(operator: Operator) -> tuple[float, float]:
    """Height and width of a kernel, 1 where nothing is said."""
    height = operator.attribute("kernel")
    return height, operator.attribute("kernel_width", height)


def of_kernel(operator: Operator, weight: float, depth: float = 1, **more: Any) -> Effect:
    """The effect of layers with a kernel, which mix positions where it is larger than 1."""
    return Effect(weight, depth, max(kernel_sides(operator)) > 1, kernel_reach(operator), **more)
