"""Calls of torch's operators, the same for `.pt2` files and for torch modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from nasport.toolkit.importing.graph.tensor_graph import Shape


class Tensor(NamedTuple):
    """A tensor among the arguments of a call.

    Attributes:
        name: name of the tensor in the program.
    """

    name: str


@dataclass(frozen=True)
class Call:
    """One call of an ATen operator.

    Attributes:
        target: name of the operator without its overload, e.g. `conv2d`.
        arguments: arguments by their names in torch's schema.
        outputs: names of the output tensors.
        shapes: shapes of the output tensors.
        module: path of the module that makes the call.
    """

    target: str
    arguments: Mapping[str, Any]
    outputs: tuple[str, ...]
    shapes: tuple[Shape, ...]
    module: str = ""

    def get(self, *names: str, default: Any = None) -> Any:
        """Return the first existing argument of these names."""
        return next((self.arguments[name] for name in names if name in self.arguments), default)


# Calls of a subgraph that change how it is computed, and leave its result the same.
INLINED = frozenset(["wrap_with_autocast", "wrap_with_set_grad_enabled"])


def inlined(
    calls: Iterable[Call], inputs: Mapping[str, str], inner: Sequence[str], outer: Sequence[str], scope: str
) -> Iterator[Call]:
    """Yield the calls of a subgraph, renamed so that they belong to the graph around it.

    Args:
        calls: calls of the subgraph.
        inputs: outer name of each tensor that the subgraph reads, by its inner name.
        inner: names of the outputs in the subgraph.
        outer: names of the same outputs in the graph around it.
        scope: prefix for the names of all other tensors.
    """

    def name(tensor: str) -> str:
        return inputs.get(tensor) or f"{scope}.{tensor}"

    def renamed(value: Any) -> Any:
        if isinstance(value, Tensor):
            return Tensor(name(value.name))
        return [renamed(entry) for entry in value] if isinstance(value, list | tuple) else value

    shapes: dict[str, Shape] = {}
    for call in calls:
        outputs = tuple(map(name, call.outputs))
        shapes.update(zip(outputs, call.shapes, strict=True))
        yield replace(
            call, arguments={key: renamed(value) for key, value in call.arguments.items()}, outputs=outputs
        )
    for inner_name, outer_name in zip(inner, outer, strict=False):
        renamed_output = name(inner_name)
        if renamed_output in shapes:
            yield Call("alias", {"self": Tensor(renamed_output)}, (outer_name,), (shapes[renamed_output],))


def tensors_of(arguments: Any) -> Iterator[Tensor]:
    """Yield all tensors among arguments, including those in nested lists."""
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument
        elif isinstance(argument, list | tuple):
            yield from tensors_of(argument)
