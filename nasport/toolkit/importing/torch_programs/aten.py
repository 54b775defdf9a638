"""Reader of calls of torch's operators (ATen), which returns primitive operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import Constant, Operation, Shape
from nasport.toolkit.importing.torch_programs import aten_layers, aten_moves
from nasport.toolkit.importing.torch_programs.aten_moves import other
from nasport.toolkit.importing.torch_programs.calls import Call, Tensor, tensors_of

READERS = {**aten_layers.READERS, **aten_moves.READERS}
PASSED_ON = frozenset(
    ["dropout", "feature_dropout", "alpha_dropout", "clone", "contiguous", "detach", "alias", "lift_fresh_copy", "to",
     "_to_copy", "type_as", "view_as_real", "identity", "native_dropout", "lift_fresh", "detach_", "type"]
)  # fmt: skip


RECURRENT = frozenset(["lstm", "gru", "rnn_tanh", "rnn_relu", "quantized_lstm", "lstm_cell", "gru_cell"])
CREATED = frozenset(
    ["zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty"]
)


@dataclass
class AtenReader:
    """Converts calls of ATen operators to operations, one call at a time.

    Attributes:
        values: name and shape of a value that depends on the input, or a constant, by the name of the tensor.
        operations: operations so far.
    """

    values: dict[str, tuple[str, Shape] | Constant] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def read(self, call: Call) -> None:
        """Convert one call.

        Raises:
            InputError: the call reads an unknown tensor, or no operation can express it.
        """
        tensors = list(tensors_of(call.arguments.values()))
        unknown = next((tensor.name for tensor in tensors if tensor.name not in self.values), None)
        if unknown is not None:
            raise InputError(f"{call.target} reads {unknown!r}, expected the output of an earlier call")
        sources = [self.values[tensor.name] for tensor in tensors]
        if call.target in CREATED or all(isinstance(value, Constant) for value in sources):
            self._constant(call, [value for value in sources if isinstance(value, Constant)])
            return
        if call.target in RECURRENT:
            raise InputError(
                f"{call.target}: recurrent networks are not imported, expected a network of images"
            )
        if any(0 in shape for shape in call.shapes):
            for name, shape in zip(call.outputs, call.shapes, strict=True):
                self.values[name] = Constant(shape)
            return
        in_place = call.target.endswith("_") and not call.target.endswith("__")
        name = call.target[:-1] if in_place else call.target
        if name in PASSED_ON:
            first = next(value for value in sources if not isinstance(value, Constant))
            self.values[call.outputs[0]] = first[0], call.shapes[0]
        else:
            for operation in READERS.get(name, other)(self, call):
                self.operations.append(operation)
                self.values[operation.output] = operation.output, operation.shape
        if in_place and isinstance(target := call.get("self", "input"), Tensor):
            self.values[target.name] = self.values[call.outputs[0]]

    def shape(self, tensor: Tensor) -> Shape:
        """Return the shape of a tensor."""
        value = self.values[tensor.name]
        return value.shape if isinstance(value, Constant) else value[1]

    def constant(self, tensor: Any) -> Constant | None:
        """Return an argument as a constant; None if it depends on the input or is missing."""
        if isinstance(tensor, int | float):
            return Constant((), values=tensor)
        value = self.values[tensor.name] if isinstance(tensor, Tensor) else None
        return value if isinstance(value, Constant) else None

    def operation(
        self, call: Call, kind: str, *inputs: Any, read: Sequence[Any] = (), flops: int = 0, **numbers: Any
    ) -> Operation:
        """Return the operation of a call.

        Args:
            call: call with a single output.
            kind: kind of the operation.
            inputs: tensors that depend on the input.
            read: arguments that may be constants with weights; others are ignored.
            flops: multiply-accumulates.
            numbers: properties of the operation.
        """
        names = tuple(self._name(tensor) for tensor in inputs)
        constants = [constant for argument in read if (constant := self.constant(argument)) is not None]
        weights = tuple(weight for constant in constants for weight in constant.weights)
        return Operation(
            kind, names, call.outputs[0], call.shapes[0], numbers, weights, flops, call.module, call.target
        )

    def _name(self, tensor: Tensor) -> str:
        value = self.values[tensor.name]
        if isinstance(value, Constant):
            raise InputError(f"{tensor.name!r} is a constant, expected a tensor that depends on the input")
        return value[0]

    def _constant(self, call: Call, sources: Sequence[Constant]) -> None:
        weights = tuple(dict.fromkeys(weight for source in sources for weight in source.weights))
        has_same_values = call.target in PASSED_ON or call.target in (
            "view",
            "reshape",
            "unsqueeze",
            "squeeze",
            "to",
            "_to_copy",
        )
        values = sources[0].values if len(sources) == 1 and has_same_values else call.get("fill_value")
        for name, shape in zip(call.outputs, call.shapes, strict=True):
            self.values[name] = Constant(shape, weights, values)
