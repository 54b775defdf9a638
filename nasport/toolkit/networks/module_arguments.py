"""What a layer's module is built from: shapes, style and the options, and how a module remembers its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from torch import nn

from nasport.runtime.operators.quantities import Shape, whole
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.options import NetworkOptions

M = TypeVar("M", bound=nn.Module)
ARGUMENTS = "arguments"


def made(kind: Callable[..., M], *positional: int | nn.Module, **named: Any) -> M:
    """A module of this class, with its arguments kept for writing the network as source text (`arguments_of`)."""
    module = kind(*positional, **named)
    module.__dict__[ARGUMENTS] = (positional, named)
    return module


def arguments_of(module: nn.Module) -> tuple[tuple[int | nn.Module, ...], Mapping[str, Any]]:
    """Positional and named arguments that a module was `made` with; those of its class' defaults left out."""
    found: tuple[tuple[int | nn.Module, ...], Mapping[str, Any]] = module.__dict__.get(ARGUMENTS, ((), {}))
    return found


@dataclass(frozen=True)
class Style(NetworkOptions):
    """How layers of a part of the network are written.

    Attributes:
        activation_first: ReLU, convolution, normalisation (NAS-Bench-201, DARTS); else convolution, normalisation, ReLU.
    """

    activation_first: bool = False

    def normalised(self) -> dict[str, bool]:
        """Named arguments of a block, without those that are its defaults."""
        bias, keeps = self.convolution_bias, self.running_statistics
        return optional(bias=bias) | optional(True, affine=self.affine, running=keeps)


def style_of(options: NetworkOptions, activation_first: bool, in_cell: bool) -> Style:
    """The style of cells, or of what is beyond them."""
    if not in_cell and not options.beyond_cells:
        options = NetworkOptions(last_activation=options.last_activation)
    return Style(**vars(options), activation_first=activation_first)


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

    def activates_first(self, operator: Operator) -> bool:
        """Whether activations come before convolutions: as the operator says, else as this part of the network does."""
        order = operator.word("order")
        return order == "relu-conv-bn" if order else self.style.activation_first

    def strided(self) -> dict[str, int]:
        """The stride as a block's argument, where it is not 1."""
        return {"stride": self.stride} if self.stride != 1 else {}

    def normalised(self) -> dict[str, bool]:
        """The style's choices as a block's arguments."""
        return self.style.normalised()


LayerBuilder = Callable[[Operator, Place], nn.Module]


def optional(default: object = False, **named: Any) -> dict[str, Any]:
    """Those of a block's arguments that are not its default."""
    return {name: value for name, value in named.items() if value != default}


def check_odd(operator: Operator) -> int:
    """The kernel of an operator; `InputError` where it has no middle."""
    kernel = whole(operator, "kernel")
    if kernel % 2 == 0:
        raise InputError(f"{operator.text} with a kernel of {kernel}, expected an odd size")
    return kernel
