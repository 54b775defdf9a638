"""torch's operators (ATen) as primitive operations, however the program was read."""

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
    """Calls on their way to operations.

    Attributes:
        values: what is known of every tensor so far: the name and shape of a value, or a constant.
        operations: those found.
    """

    values: dict[str, tuple[str, Shape] | Constant] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def read(self, call: Call) -> None:
        """Take in one call.

        Raises:
            InputError: it depends on values in a way that no graph can hold.
        """
        tensors = list(tensors_of(call.arguments.values()))
        unknown = next((tensor.name for tensor in tensors if tensor.name not in self.values), None)
        if unknown is not None:
            raise InputError(f"{call.target} reads {unknown!r}, which nothing gives")
        found = [self.values[tensor.name] for tensor in tensors]
        if call.target in CREATED or all(isinstance(value, Constant) for value in found):
            self._constant(call, [value for value in found if isinstance(value, Constant)])
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
            first = next(value for value in found if not isinstance(value, Constant))
            self.values[call.outputs[0]] = first[0], call.shapes[0]
        else:
            for operation in READERS.get(name, other)(self, call):
                self.operations.append(operation)
                self.values[operation.output] = operation.output, operation.shape
        if in_place and isinstance(target := call.get("self", "input"), Tensor):
            self.values[target.name] = self.values[call.outputs[0]]

    def shape(self, tensor: Tensor) -> Shape:
        """Of a tensor."""
        value = self.values[tensor.name]
        return value.shape if isinstance(value, Constant) else value[1]

    def constant(self, tensor: Any) -> Constant | None:
        """A tensor's constant, or a number as one; None where the tensor depends on the input or there is none."""
        if isinstance(tensor, int | float):
            return Constant((), values=tensor)
        value = self.values[tensor.name] if isinstance(tensor, Tensor) else None
        return value if isinstance(value, Constant) else None

    def made(
        self, call: Call, kind: str, *inputs: Any, read: Sequence[Any] = (), flops: int = 0, **numbers: Any
    ) -> Operation:
        """An operation of some inputs; `read` are tensors of weights, None among them left out."""
        names = tuple(self._name(tensor) for tensor in inputs)
        constants = [constant for each in read if (constant := self.constant(each)) is not None]
        weights = tuple(weight for constant in constants for weight in constant.weights)
        return Operation(
            kind, names, call.outputs[0], call.shapes[0], numbers, weights, flops, call.module, call.target
        )

    def _name(self, tensor: Tensor) -> str:
        value = self.values[tensor.name]
        if isinstance(value, Constant):
            raise InputError(f"{tensor.name!r} is a constant where an operation needs a value of the input")
        return value[0]

    def _constant(self, call: Call, sources: Sequence[Constant]) -> None:
        weights = tuple(dict.fromkeys(weight for source in sources for weight in source.weights))
        kept = call.target in PASSED_ON or call.target in (
            "view",
            "reshape",
            "unsqueeze",
            "squeeze",
            "to",
            "_to_copy",
        )
        values = sources[0].values if len(sources) == 1 and kept else call.get("fill_value")
        for name, shape in zip(call.outputs, call.shapes, strict=True):
            self.values[name] = Constant(shape, weights, values)
