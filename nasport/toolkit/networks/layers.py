"""What a layer's module is built from: shapes, style and the options, and how a module remembers its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from torch import nn

from nasport.runtime.costs.quantities import Shape
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.options import NetworkOptions

M = TypeVar("M", bound=nn.Module)
ARGUMENTS = "arguments"


def made(kind: Callable[..., M], *positional: int, **named: Any) -> M:
    """A module of this class, with its arguments kept for writing the network as source text (`arguments_of`)."""
    module = kind(*positional, **named)
    module.__dict__[ARGUMENTS] = (positional, named)
    return module


def arguments_of(module: nn.Module) -> tuple[tuple[int, ...], Mapping[str, Any]]:
    """Positional and named arguments that a module was `made` with; those of its class' defaults left out."""
    found: tuple[tuple[int, ...], Mapping[str, Any]] = module.__dict__.get(ARGUMENTS, ((), {}))
    return found


@dataclass(frozen=True)
class Style:
    """How layers of a part of the network are written.

    Attributes:
        activation_first: ReLU, convolution, normalisation (NAS-Bench-201, DARTS); else convolution, normalisation, ReLU.
        bias: of convolutions before a normalisation.
        affine: normalisations have a scale and a shift.
        running: normalisations keep running statistics.
        activation_last: residual blocks end with a ReLU.
    """

    activation_first: bool
    bias: bool = False
    affine: bool = True
    running: bool = True
    activation_last: bool = True

    def normalised(self) -> dict[str, bool]:
        """Named arguments of a block, without those that are its defaults."""
        named = {}
        if self.bias:
            named["bias"] = True
        if not self.affine:
            named["affine"] = False
        if not self.running:
            named["running"] = False
        return named


def style_of(options: NetworkOptions, activation_first: bool, in_cell: bool) -> Style:
    """The style of cells, or of what is beyond them."""
    if not in_cell and not options.beyond_cells:
        return Style(activation_first)
    return Style(activation_first, options.convolution_bias, options.affine, options.running_statistics)


@dataclass(frozen=True)
class Place:
    """Where an operator stands.

    Attributes:
        source: shape of its input.
        target: shape of its output.
        stride: between them.
        style: of this part of the network.
    """

    source: Shape
    target: Shape
    stride: int
    style: Style

    @property
    def keeps_shape(self) -> bool:
        """Whether nothing changes in shape, at any resolution of the input."""
        return self.stride == 1 and self.source.channels == self.target.channels

    @property
    def channels(self) -> tuple[int, int]:
        """Before and after."""
        return self.source.channels, self.target.channels

    def strided(self) -> dict[str, int]:
        """The stride as a block's argument, where it is not 1."""
        return {"stride": self.stride} if self.stride != 1 else {}

    def normalised(self) -> dict[str, bool]:
        """The style's choices as a block's arguments."""
        return self.style.normalised()


LayerBuilder = Callable[[Operator, Place], nn.Module]


def whole(operator: Operator, attribute: str, default: int = 1) -> int:
    """An attribute that counts something.

    Raises:
        InputError: it is below 1, or no whole number.
    """
    number = operator.attribute(attribute, default)
    if number < 1 or number != int(number):
        raise InputError(f"{operator.text} with {attribute} {number}, expected a whole number of at least 1")
    return int(number)


def is_sum(operator: Operator) -> bool:
    """Whether an operator adds its inputs: one of kind `elementwise` may do something else with them."""
    said = operator.text.lower()
    return operator.kind == "sum" or (operator.kind == "elementwise" and ("sum" in said or "add" in said))


def strided(shape: Shape, channels: int, stride: int) -> Shape:
    """What "same" padding makes of a shape.

    Raises:
        InputError: `channels` or `stride` is below 1.
    """
    if channels < 1 or stride < 1:
        raise InputError(f"{channels} channels and stride {stride}, expected at least 1 of both")
    return shape.strided(channels, stride)


def check_groups(groups: int, place: Place) -> None:
    """Raise `InputError` where the groups do not divide the channels."""
    for channels in (place.source.channels, place.target.channels):
        if channels % groups:
            raise InputError(
                f"{groups} groups of {channels} channels, expected groups that divide the channels"
            )


def check_same_shape(operator: Operator, place: Place) -> None:
    """Raise `InputError` where the operator would have to change the shape."""
    if not place.keeps_shape:
        raise InputError(
            f"{operator.text} from {place.source.channels} to {place.target.channels} channels with stride "
            f"{place.stride}, expected a layer that can change the shape"
        )


def check_same_width(operator: Operator, place: Place) -> None:
    """Raise `InputError` where the operator would have to change the channels."""
    before, after = place.channels
    if before != after:
        raise InputError(
            f"{operator.text} from {before} to {after} channels, expected as many before and after"
        )


def check_odd(operator: Operator) -> None:
    """Raise `InputError` where the kernel has no middle."""
    kernel = whole(operator, "kernel", 3)
    if kernel % 2 == 0:
        raise InputError(f"{operator.text} with a kernel of {kernel}, expected an odd size")
