"""What a layer's module is built from: shapes, style and the options, and how a module remembers its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from torch import nn

from nasport.runtime.operators.quantities import whole
from nasport.runtime.operators.rule import Place
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator

M = TypeVar("M", bound=nn.Module)
ARGUMENTS = "arguments"
Argument = int | tuple[int, int] | nn.Module


def made(kind: Callable[..., M], *positional: Argument, **named: Any) -> M:
    """A module of this class, with its arguments kept for writing the network as source text (`arguments_of`)."""
    module = kind(*positional, **named)
    module.__dict__[ARGUMENTS] = (positional, named)
    return module


def arguments_of(module: nn.Module) -> tuple[tuple[Argument, ...], Mapping[str, Any]]:
    """Positional and named arguments that a module was `made` with; those of its class' defaults left out."""
    found: tuple[tuple[Argument, ...], Mapping[str, Any]] = module.__dict__.get(ARGUMENTS, ((), {}))
    return found


@dataclass(frozen=True)
class NetworkOptions:
    """Choices that are not the architecture's.

    The defaults give the networks that the benchmarks trained and counted.

    Attributes:
        affine: whether batch normalizations have a scale and a shift.
        running_statistics: whether batch normalizations keep statistics for evaluation; without them they use the
            batch's own in evaluation too.
        convolution_bias: whether convolutions before a batch normalization have a bias.
        dead_nodes: whether nodes on no path from a cell's input to its output are built and computed. Without them the
            output is the same at the start; what a normalization learns to add to zeros is lost.
        classifier: whether there is a last linear layer.
        beyond_cells: whether the first three hold for the stem, the layers between cells and the head too. Without it
            they hold in cells alone, as in NAS-Bench-201's networks for searching.
        last_activation: whether a residual block that ends the body ends with its ReLU.
    """

    affine: bool = True
    running_statistics: bool = True
    convolution_bias: bool = False
    dead_nodes: bool = True
    classifier: bool = True
    beyond_cells: bool = True
    last_activation: bool = True


@dataclass(frozen=True)
class Style(NetworkOptions):
    """How layers of a part of the network are written.

    Attributes:
        activation_first: ReLU, convolution, normalization (NAS-Bench-201, DARTS); else convolution, normalization, ReLU.
    """

    activation_first: bool = False

    def activates_first(self, operator: Operator) -> bool:
        """Whether activations come before convolutions: as the operator says, else as this part of the network does."""
        order = operator.word("order")
        return order == "relu-conv-bn" if order else self.activation_first

    def normalized(self) -> dict[str, bool]:
        """Named arguments of a block, without those that are its defaults."""
        bias, keeps = self.convolution_bias, self.running_statistics
        return optional(bias=bias) | optional(True, affine=self.affine, running=keeps)


def style_of(options: NetworkOptions, activation_first: bool, in_cell: bool) -> Style:
    """The style of cells, or of what is beyond them."""
    if not in_cell and not options.beyond_cells:
        options = NetworkOptions(last_activation=options.last_activation)
    return Style(**vars(options), activation_first=activation_first)


LayerBuilder = Callable[[Operator, Place, Style], nn.Module]


def optional(default: object = False, **named: Any) -> dict[str, Any]:
    """Those of a block's arguments that are not its default."""
    return {name: value for name, value in named.items() if value != default}


def check_odd(operator: Operator) -> int:
    """The kernel of an operator; `InputError` where it has no middle."""
    kernel = whole(operator, "kernel")
    if kernel % 2 == 0:
        raise InputError(f"{operator.text} with a kernel of {kernel}, expected an odd size")
    return kernel
