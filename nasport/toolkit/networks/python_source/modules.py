"""A torch module as the expression that constructs it: its class and its arguments, numbers or the names of numbers."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from torch import nn

from nasport.toolkit.networks.module_arguments import arguments_of
from nasport.toolkit.networks.python_source.line_breaking import Bracket, Expression, call

OUTPUTS = ("outputs", "out_channels")
INPUTS = ("inputs", "in_channels")
CHANNELS = {*INPUTS, *OUTPUTS, "channels", "inner", "squeezed", "num_features", "num_channels"}
# Name of a parameter, its value in each of several modules, and those of all parameters: the argument as text.
Resolve = Callable[[str, Sequence[Any], Mapping[str, Sequence[Any]]], str]


@dataclass(frozen=True)
class Spec:
    """How a module was constructed.

    Attributes:
        kind: its class.
        positional: how many of the arguments were given by position.
        named: which were given by name.
        arguments: all of them, those that were not given as well; of modules among them their specs.
        children: of `nn.Sequential`.
    """

    kind: type[nn.Module]
    positional: int = 0
    named: frozenset[str] = frozenset()
    arguments: tuple[tuple[str, Any], ...] = ()
    children: tuple[Spec, ...] = ()

    @property
    def outline(self) -> tuple[Any, ...]:
        """Equal for modules that differ in nothing but arguments."""
        return (self.kind, self.positional, tuple(child.outline for child in self.parts))

    @property
    def parts(self) -> tuple[Spec, ...]:
        """The specs of the modules that it holds."""
        return self.children or tuple(value for _, value in self.arguments if isinstance(value, Spec))

    def channels_after(self, before: int) -> int:
        """Channels of its output, for an input of so many."""
        for child in self.parts[: None if self.children else 1]:
            before = child.channels_after(before)
        return next((value for name, value in self.arguments if name in OUTPUTS), before)

    def kinds(self) -> set[type[nn.Module]]:
        """The classes of the module and of what it holds."""
        own = set() if self.children else {self.kind}
        return own.union(*(part.kinds() for part in self.parts))


def spec_of(module: nn.Module) -> Spec:
    """How a module that was `made`, or a sequence of such modules, was constructed."""
    if isinstance(module, nn.Sequential):
        return Spec(nn.Sequential, children=tuple(map(spec_of, module)))
    positional, named = arguments_of(module)
    kind: Any = type(module)
    bound = _signature(kind).bind(*positional, **named)
    bound.apply_defaults()
    arguments = {
        name: spec_of(value) if isinstance(value, nn.Module) else value
        for name, value in bound.arguments.items()
    }
    return Spec(kind, len(positional), frozenset(named), tuple(arguments.items()))


_signature = cache(inspect.signature)


def constructed(specs: Sequence[Spec], resolve: Resolve) -> Bracket:
    """The expression that constructs several modules of one outline, each with its own numbers."""
    first = specs[0]
    if first.children:
        columns = zip(*(spec.children for spec in specs), strict=True)
        return call("nn.Sequential", *[constructed(column, resolve) for column in columns])
    values = {name: [dict(spec.arguments)[name] for spec in specs] for name, _ in first.arguments}
    named = frozenset().union(*(spec.named for spec in specs))
    parts: list[Expression] = []
    for place, name in enumerate(values):
        if place < first.positional:
            is_module = isinstance(values[name][0], Spec)
            found = constructed(values[name], resolve) if is_module else resolve(name, values[name], values)
            parts.append(found)
        elif name in named:
            parts.append(f"{name}={resolve(name, values[name], values)}")
    in_torch = first.kind.__module__.startswith("torch.nn.")
    return call(f"nn.{first.kind.__name__}" if in_torch else first.kind.__name__, *parts)


def as_written(name: str, values: Sequence[Any], arguments: Mapping[str, Sequence[Any]]) -> str:
    """A `Resolve` for one module: its numbers."""
    return literal(values[0])


def literal(value: Any) -> str:
    """A number, a truth value, a word or a tuple of numbers as Python text."""
    if isinstance(value, str):
        assert value.isidentifier(), "words are constants of nasport's own code"
        return f'"{value}"'
    if isinstance(value, float) and math.isinf(value):
        return f'float("{value}")'
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))})"
    assert isinstance(value, bool | int | float | None), value
    return repr(value)
