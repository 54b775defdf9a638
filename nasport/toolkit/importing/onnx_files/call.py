"""Nodes of ONNX on their way to primitive operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import Constant, Operation, Shape
from nasport.toolkit.importing.onnx_files.constants import Array


@dataclass(frozen=True)
class OnnxCall:
    """One node whose result depends on the input.

    Attributes:
        target: its operator.
        inputs: names of what it reads, empty where left out.
        outputs: names of what it gives.
        attributes: its attributes.
        opset: the version of ONNX's operators.
        module: path of the module that it comes from.
        metadata: what the exporter noted of it.
    """

    target: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    opset: int
    module: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute."""
        return self.attributes.get(name, default)

    def input(self, place: int) -> str:
        """An input's name, or nothing where it is left out."""
        return self.inputs[place] if place < len(self.inputs) else ""


@dataclass
class OnnxReader:
    """Nodes on their way to operations.

    Attributes:
        shapes: of every value that depends on the input.
        constants: the others.
        known: numbers of small constants.
        names: of values that are others under a new name.
        operations: those found.
        notes: what was assumed.
    """

    shapes: Mapping[str, Shape]
    constants: Mapping[str, Constant]
    known: Mapping[str, Array]
    names: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def shape(self, name: str) -> Shape:
        """Of a value or a constant."""
        return self.constants[name].shape if name in self.constants else self.shapes[name]

    def name(self, name: str) -> str:
        """Of the value behind a name."""
        return self.names.get(name, name)

    def numbers(self, call: OnnxCall, place: int, attribute: str) -> list[Any] | None:
        """A list of numbers that is an input, or in older files an attribute.

        Raises:
            InputError: it depends on the data.
        """
        name = call.input(place)
        if not name:
            found = call.get(attribute)
            return found if isinstance(found, list) or found is None else [found]
        if name not in self.known:
            raise InputError(
                f"{attribute} of the node of {call.outputs[0][:80]!r} ({call.target}) depend on the data"
            )
        listed: list[Any] = self.known[name].reshape(-1).tolist()
        return listed

    def made(
        self,
        call: OnnxCall,
        kind: str,
        *inputs: str,
        read: Sequence[str] = (),
        flops: int = 0,
        **numbers: Any,
    ) -> Operation:
        """An operation of some inputs; `read` are names of constants, others among them left out."""
        weights = tuple(
            weight for name in read if name in self.constants for weight in self.constants[name].weights
        )
        names = tuple(self.name(name) for name in inputs if name not in self.constants)
        output = call.outputs[0]
        return Operation(
            kind, names, output, self.shapes[output], numbers, weights, flops, call.module, call.target
        )


Reading = Iterator[Operation]


def values_of(reader: OnnxReader, call: OnnxCall) -> tuple[list[str], list[str]]:
    """Inputs that depend on the network's, and constants."""
    given = [name for name in call.inputs if name]
    return [name for name in given if name not in reader.constants], [
        n for n in given if n in reader.constants
    ]


def other(reader: OnnxReader, call: OnnxCall) -> Reading:
    """A node that nothing here knows: what it reads and gives is kept."""
    values, read = values_of(reader, call)
    for place, name in enumerate(call.outputs):
        if name:
            one = OnnxCall(call.target, call.inputs, (name,), call.attributes, call.opset, call.module)
            yield reader.made(one, "other", *values, read=read if place == 0 else ())
