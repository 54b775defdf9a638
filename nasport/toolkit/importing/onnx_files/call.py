"""ONNX nodes as calls of operators, and the reader that converts calls to primitive operations."""

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
        target: name of its operator.
        inputs: names of the values that it reads; empty for an omitted optional input.
        outputs: names of its output values; empty for an omitted output.
        attributes: attributes by name.
        opset: version of ONNX's operators.
        module: path of the module that it was exported from.
        metadata: entries that the exporter stored with the node.
    """

    target: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    opset: int
    module: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def input(self, index: int) -> str:
        """Return the name of an input, or an empty text if it is omitted."""
        return self.inputs[index] if index < len(self.inputs) else ""


@dataclass
class OnnxReader:
    """Converts calls of ONNX operators to operations.

    Attributes:
        shapes: shapes of the values that depend on the input, by name.
        constants: values that do not depend on the input, by name.
        known: numbers of small constants, by name.
        names: names of values that equal another value, with the name of that value.
        operations: operations so far.
        notes: assumptions about the whole model, as keys.
    """

    shapes: Mapping[str, Shape]
    constants: Mapping[str, Constant]
    known: Mapping[str, Array]
    names: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def shape(self, name: str) -> Shape:
        """Return the shape of a value or a constant."""
        return self.constants[name].shape if name in self.constants else self.shapes[name]

    def name(self, name: str) -> str:
        """Return the name of a value after aliases are resolved."""
        return self.names.get(name, name)

    def numbers(self, call: OnnxCall, index: int, attribute: str) -> list[Any] | None:
        """Return numbers that a node reads from an input, or from an attribute in files of older opsets.

        Args:
            call: node.
            index: index of the input.
            attribute: name of the attribute.

        Returns:
            numbers; None if both input and attribute are omitted.

        Raises:
            InputError: the numbers depend on the data.
        """
        name = call.input(index)
        if not name:
            value = call.get(attribute)
            return value if isinstance(value, list) or value is None else [value]
        if name not in self.known:
            raise InputError(
                f"{attribute} of the node of {call.outputs[0][:80]!r} ({call.target}) depend on the data, "
                "expected fixed numbers"
            )
        numbers: list[Any] = self.known[name].reshape(-1).tolist()
        return numbers

    def operation(
        self,
        call: OnnxCall,
        kind: str,
        *inputs: str,
        read: Sequence[str] = (),
        flops: int = 0,
        **numbers: Any,
    ) -> Operation:
        """Return the operation of a call.

        Args:
            call: call with a single output.
            kind: kind of the operation.
            inputs: names of its inputs; constants among them are ignored.
            read: names of values that may be constants with weights; others are ignored.
            flops: multiply-accumulates.
            numbers: properties of the operation.
        """
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
    """Return the names of the inputs that depend on the network's input, and of those that are constants."""
    names = [name for name in call.inputs if name]
    values = [name for name in names if name not in reader.constants]
    constants = [name for name in names if name in reader.constants]
    return values, constants


def other(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a node of an unknown operator to operations of kind `other`, one for each output."""
    values, read = values_of(reader, call)
    for position, name in enumerate(call.outputs):
        if name:
            part = OnnxCall(call.target, call.inputs, (name,), call.attributes, call.opset, call.module)
            yield reader.operation(part, "other", *values, read=read if position == 0 else ())
