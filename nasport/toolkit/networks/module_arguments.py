"""Options and styles of networks, and modules that remember the arguments of their construction."""

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
    """Construct a module and store its arguments in it, so that the network can be written as source text.

    Args:
        kind: class of the module.
        positional: positional arguments.
        named: keyword arguments.
    """
    module = kind(*positional, **named)
    module.__dict__[ARGUMENTS] = (positional, named)
    return module


def arguments_of(module: nn.Module) -> tuple[tuple[Argument, ...], Mapping[str, Any]]:
    """Return the positional and keyword arguments that were passed to `made` for a module."""
    arguments: tuple[tuple[Argument, ...], Mapping[str, Any]] = module.__dict__.get(ARGUMENTS, ((), {}))
    return arguments


@dataclass(frozen=True)
class NetworkOptions:
    """Choices that an architecture document does not state.

    The defaults give the networks that the benchmarks trained and counted.

    Attributes:
        affine: whether batch normalizations have a scale and a shift.
        running_statistics: whether batch normalizations keep running statistics for evaluation. Without them, they use the
            statistics of the batch in evaluation too.
        convolution_bias: whether convolutions before a batch normalization have a bias.
        dead_nodes: whether nodes on no path from a cell's input to its output are computed. Without them, the initial
            output is the same, but the shifts that normalizations would learn for zero inputs are missing.
        classifier: whether the network has a linear classifier.
        beyond_cells: whether `affine`, `running_statistics` and `convolution_bias` apply to stem, head and layers between
            cells too. Without it, they apply only in cells, as in NAS-Bench-201's networks for searching.
        last_activation: whether a residual block at the end of the body ends with its ReLU.
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
    """Options for the layers of one part of a network.

    Attributes:
        activation_first: whether layers have the order ReLU, convolution, normalization (NAS-Bench-201, DARTS) instead of
            convolution, normalization, ReLU.
    """

    activation_first: bool = False

    def activates_first(self, operator: Operator) -> bool:
        """Return whether the activation comes before the convolution, as the operator or else the style states."""
        order = operator.word("order")
        return order == "relu-conv-bn" if order else self.activation_first

    def normalized(self) -> dict[str, bool]:
        """Return keyword arguments for a block with normalizations, without those that equal its defaults."""
        bias, keeps = self.convolution_bias, self.running_statistics
        return optional(bias=bias) | optional(True, affine=self.affine, running=keeps)


def style_of(options: NetworkOptions, activation_first: bool, in_cell: bool) -> Style:
    """Return the style of layers in cells, or of layers outside of cells."""
    if not in_cell and not options.beyond_cells:
        options = NetworkOptions(last_activation=options.last_activation)
    return Style(**vars(options), activation_first=activation_first)


LayerBuilder = Callable[[Operator, Place, Style], nn.Module]


def optional(default: object = False, **named: Any) -> dict[str, Any]:
    """Return the keyword arguments that differ from a default."""
    return {name: value for name, value in named.items() if value != default}


def check_odd(operator: Operator) -> int:
    """Return the kernel size of an operator.

    Raises:
        InputError: the size is even.
    """
    kernel = whole(operator, "kernel")
    if kernel % 2 == 0:
        raise InputError(f"{operator.text} with a kernel of size {kernel}, expected an odd size")
    return kernel
