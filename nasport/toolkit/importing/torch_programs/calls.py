"""Calls of torch's operators, however a program was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from nasport.toolkit.importing.graph.tensor_graph import Shape


class Tensor(NamedTuple):
    """A tensor among the arguments of a call, by its name in the program."""

    name: str


@dataclass(frozen=True)
class Call:
    """One call of an ATen operator.

    Attributes:
        target: the operator's name without overload, e.g. `conv2d`.
        arguments: by the names of torch's schema.
        outputs: names of the tensors that it gives.
        shapes: of these.
        module: path of the module that makes the call.
    """

    target: str
    arguments: Mapping[str, Any]
    outputs: tuple[str, ...]
    shapes: tuple[Shape, ...]
    module: str = ""

    def get(self, *names: str, default: Any = None) -> Any:
        """The first of these arguments that is there."""
        return next((self.arguments[name] for name in names if name in self.arguments), default)


# Calls of a part of the graph that change how it is computed, not what.
INLINED = frozenset(["wrap_with_autocast", "wrap_with_set_grad_enabled"])


def inlined(
    calls: Iterable[Call], inputs: Mapping[str, str], inner: Sequence[str], outer: Sequence[str], scope: str
) -> Iterator[Call]:
    """The calls of a part of the graph, as if they stood outside of it.

    Args:
        calls: of the part.
        inputs: names of tensors outside by what the part calls them.
        inner, outer: names of what the part gives, within and outside.
        scope: begins the names of all other tensors.
    """

    def name(tensor: str) -> str:
        return inputs.get(tensor) or f"{scope}.{tensor}"

    def renamed(value: Any) -> Any:
        if isinstance(value, Tensor):
            return Tensor(name(value.name))
        return [renamed(each) for each in value] if isinstance(value, list | tuple) else value

    shapes: dict[str, Shape] = {}
    for call in calls:
        outputs = tuple(map(name, call.outputs))
        shapes.update(zip(outputs, call.shapes, strict=True))
        yield replace(
            call, arguments={key: renamed(value) for key, value in call.arguments.items()}, outputs=outputs
        )
    for given, wanted in zip(inner, outer, strict=False):
        if name(given) in shapes:
            yield Call("alias", {"self": Tensor(name(given))}, (wanted,), (shapes[name(given)],))


def tensors_of(arguments: Any) -> Iterator[Tensor]:
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument
        elif isinstance(argument, list | tuple):
            yield from tensors_of(argument)
