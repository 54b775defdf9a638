"""Model as a graph of primitive operations, the same for every file format.

Costs of operations are counted for the whole example input; costs for one image are divided by `TensorGraph.batch`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from nasport.schemas.errors import InputError

Shape = tuple[int, ...]
MAX_OPERATIONS = 20_000
MAX_ELEMENTS = 1 << 40  # elements of one tensor
MAX_SIDES = 32
EPSILON, SLOPE = 1e-5, 0.01  # torch's defaults for normalizations and for leaky ReLU


@dataclass(frozen=True)
class Weight:
    """A stored tensor that an operation reads.

    Attributes:
        name: name in the model.
        shape: sizes of its axes.
        is_trained: whether its values are trainable parameters; False for buffers.
        is_shared: whether an earlier operation reads the same tensor, so that it is already counted.
    """

    name: str
    shape: Shape
    is_trained: bool = True
    is_shared: bool = False

    @property
    def size(self) -> int:
        """Number of trainable parameters, 0 if they are already counted."""
        return prod(self.shape) if self.is_trained and not self.is_shared else 0


@dataclass(frozen=True)
class Constant:
    """A value that does not depend on the input: a stored tensor, or one computed from stored tensors.

    Attributes:
        shape: sizes of its axes.
        weights: stored tensors that it is computed from.
        values: the numbers as nested lists, or None if there are many.
    """

    shape: Shape
    weights: tuple[Weight, ...] = ()
    values: Any = None

    @property
    def scalar(self) -> float | None:
        """The number, if the constant is a single number that is not trained; otherwise None."""
        is_one = prod(self.shape) == 1 and self.values is not None and not any(w.size for w in self.weights)
        if not is_one:
            return None
        value = self.values
        while isinstance(value, list | tuple):
            value = value[0]
        return float(value)


@dataclass(frozen=True)
class Operation:
    """One operation on values that depend on the input.

    Attributes:
        kind: kind of operation, e.g. `convolution`, `linear`, `normalization`, `activation`, `pooling`, `sum`, `reshape`;
            `other` for operations that the importer does not know.
        inputs: names of the values that it reads.
        output: name of its output value.
        shape: shape of the output.
        numbers: properties by name, e.g. `kernel` and `stride` of a convolution.
        weights: stored tensors that it reads.
        flops: multiply-accumulates for the whole example input.
        module: path of its module, or name of its node in the file.
        type: type of operation as the model names it, used in descriptions.
        assumed: assumptions that were made about it, in words.
    """

    kind: str
    inputs: tuple[str, ...]
    output: str
    shape: Shape
    numbers: Mapping[str, Any] = field(default_factory=dict)
    weights: tuple[Weight, ...] = ()
    flops: int = 0
    module: str = ""
    type: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        """Trainable parameters that it reads, including those of a norm that an exporter folded into it."""
        return sum(weight.size for weight in self.weights) + int(self.numbers.get("unstored", 0))

    def number(self, name: str, default: Any = None) -> Any:
        """Return a property by name."""
        return self.numbers.get(name, default)

    def with_changes(self, **changes: Any) -> Operation:
        """Return a copy with changed fields."""
        return replace(self, **changes)


@dataclass
class TensorGraph:
    """Graph of a model.

    Attributes:
        operations: operations in topological order.
        input: name of the input value.
        outputs: names of the output values.
        shapes: shape of every value.
        unread: trained tensors that no operation between input and output reads.
        notes: assumptions about the whole model, in words.
    """

    operations: list[Operation]
    input: str
    outputs: tuple[str, ...]
    shapes: dict[str, Shape]
    unread: tuple[Weight, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def batch(self) -> int:
        """Number of images in the example input."""
        return self.shapes[self.input][0]

    @property
    def parameters(self) -> int:
        """Trainable parameters of all operations."""
        return sum(operation.parameters for operation in self.operations)

    @property
    def flops(self) -> int:
        """Multiply-accumulates for one image."""
        return sum(operation.flops for operation in self.operations) // self.batch

    def readers(self) -> dict[str, list[Operation]]:
        """Return the operations that read a value, by the name of the value."""
        readers: dict[str, list[Operation]] = {name: [] for name in self.shapes}
        for operation in self.operations:
            for name in dict.fromkeys(operation.inputs):
                readers[name].append(operation)
        return readers

    def producers(self) -> dict[str, Operation]:
        """Return the operation that computes a value, by the name of the value."""
        return {operation.output: operation for operation in self.operations}

    def pruned(self) -> TensorGraph:
        """Return the graph without operations on which no output depends.

        Raises:
            InputError: an operation reads a value that does not exist.
        """
        wanted = set(self.outputs)
        kept = []
        for operation in reversed(self.operations):
            if operation.output in wanted:
                wanted.update(operation.inputs)
                kept.append(operation)
        unknown = next((name for name in sorted(wanted) if name not in self.shapes), None)
        if unknown is not None:
            raise InputError(
                f"an operation reads {unknown[:80]!r}, expected the input or the output of an operation"
            )
        return replace(self, operations=kept[::-1])


def checked_shape(shape: Sequence[Any], what: str, least: int = 1) -> Shape:
    """Check a shape and return it as a tuple.

    Args:
        shape: sizes of the axes.
        what: name of the tensor, for errors.
        least: smallest allowed size.

    Raises:
        InputError: a size is unknown, smaller than `least` or too large, or there are too many axes.
    """
    if len(shape) > MAX_SIDES:
        raise InputError(f"{what} has {len(shape):,} axes, expected at most {MAX_SIDES}")
    sides = []
    for side in shape:
        if not isinstance(side, int) or isinstance(side, bool):
            raise InputError(f"{what} has an axis of unknown size {str(side)[:40]!r}, expected fixed shapes")
        if side < least:
            raise InputError(f"{what} has an axis of size {side}, expected at least {least}")
        if side > MAX_ELEMENTS:
            raise InputError(f"{what} has an axis that is too large, expected at most {MAX_ELEMENTS:,}")
        sides.append(side)
    if prod(sides) > MAX_ELEMENTS:
        raise InputError(f"{what} has {'x'.join(map(str, sides))} values, expected at most {MAX_ELEMENTS:,}")
    return tuple(sides)


def unusual(what: str, value: Any, usual: float) -> dict[str, Any]:
    """Return a property `detail` for a number that documents cannot state; empty if the number has its usual value."""
    differs = isinstance(value, int | float) and abs(value - usual) > 1e-6 * abs(usual)
    return {"detail": f"{what} of {value:g}"} if differs else {}


def checked_image(name: str, shape: Shape, holds_pictures: bool) -> None:
    """Check that the input of a model is an image or a row of features.

    Args:
        name: name of the input, for errors.
        shape: shape of the input with its batch.
        holds_pictures: whether the element type of the input can hold pixels.

    Raises:
        InputError: the input is something else.
    """
    if not holds_pictures:
        problem = "holds integers, such as token ids, expected a network that reads one image"
    elif len(shape) not in (2, 4):
        problem = f"has {len(shape)} axes, expected 4 (batch, channels, height, width) or 2 (batch, features)"
    else:
        return
    raise InputError(f"the input {name[:60]!r} {problem}")


def convolution_flops(weight: Shape, output: Shape, source: Shape, transposed: bool) -> int:
    """Return the multiply-accumulates of a convolution.

    Every weight counts once for each position of the output, or of the input if the convolution is transposed.

    Args:
        weight: shape of the kernel.
        output: shape of the output, (N, C, ...).
        source: shape of the input, (N, C, ...).
        transposed: whether the convolution is transposed.
    """
    return prod(weight) * prod((source if transposed else output)[2:]) * output[0]


def product_flops(left: Shape, right: Shape, output: Shape) -> int:
    """Return the multiply-accumulates of a matrix product, (..., M, K) by (..., K, N)."""
    return prod(output) * left[-1]


def attention_flops(queries: Shape, keys: Shape, values: Shape) -> int:
    """Return the multiply-accumulates of both products of attention.

    Args:
        queries: shape (..., L, E).
        keys: shape (..., S, E).
        values: shape (..., S, V).
    """
    positions = prod(queries[:-1]) * keys[-2]
    return positions * queries[-1] + positions * values[-1]
