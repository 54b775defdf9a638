"""Expressions that construct torch modules: a class with arguments, which are numbers or expressions for numbers."""

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
# Function that writes an argument. It receives the name of a parameter, its value in each of several modules, and the values
# of all parameters.
Resolve = Callable[[str, Sequence[Any], Mapping[str, Sequence[Any]]], str]


@dataclass(frozen=True)
class Spec:
    """Construction of a module.

    Attributes:
        kind: class of the module.
        positional: number of positional arguments.
        named: names of the keyword arguments.
        arguments: all arguments by name, including defaults; modules among them are specs.
        children: specs of the modules in an `nn.Sequential`.
    """

    kind: type[nn.Module]
    positional: int = 0
    named: frozenset[str] = frozenset()
    arguments: tuple[tuple[str, Any], ...] = ()
    children: tuple[Spec, ...] = ()

    @property
    def outline(self) -> tuple[Any, ...]:
        """Value that is equal for modules that differ only in numbers."""
        return (self.kind, self.positional, tuple(child.outline for child in self.parts))

    @property
    def parts(self) -> tuple[Spec, ...]:
        """Specs of the modules that this module contains."""
        return self.children or tuple(value for _, value in self.arguments if isinstance(value, Spec))

    def channels_after(self, before: int) -> int:
        """Return the output channels for a number of input channels."""
        for child in self.parts[: None if self.children else 1]:
            before = child.channels_after(before)
        return next((value for name, value in self.arguments if name in OUTPUTS), before)

    def kinds(self) -> set[type[nn.Module]]:
        """Return the classes of the module and of all modules inside of it, except `nn.Sequential`."""
        own = set() if self.children else {self.kind}
        return own.union(*(part.kinds() for part in self.parts))


def spec_of(module: nn.Module) -> Spec:
    """Return the construction of a module that was built by `made`, or of an `nn.Sequential` of such modules."""
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
    """Return one expression that constructs each of several modules with the same outline.

    Args:
        specs: constructions of the modules.
        resolve: writes an argument from its values in the modules.
    """
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
            part = constructed(values[name], resolve) if is_module else resolve(name, values[name], values)
            parts.append(part)
        elif name in named:
            parts.append(f"{name}={resolve(name, values[name], values)}")
    in_torch = first.kind.__module__.startswith("torch.nn.")
    return call(f"nn.{first.kind.__name__}" if in_torch else first.kind.__name__, *parts)


def as_written(name: str, values: Sequence[Any], arguments: Mapping[str, Sequence[Any]]) -> str:
    """Write an argument of a single module as a literal; a `Resolve`."""
    return literal(values[0])


def literal(value: Any) -> str:
    """Return the Python literal of a number, a boolean, None, an identifier in quotes, or a tuple of these."""
    if isinstance(value, str):
        assert value.isidentifier(), "texts are constants of nasport's code"
        return f'"{value}"'
    if isinstance(value, float) and math.isinf(value):
        return f'float("{value}")'
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))})"
    assert isinstance(value, bool | int | float | None), value
    return repr(value)
