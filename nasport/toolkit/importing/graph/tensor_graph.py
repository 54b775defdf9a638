"""A model as it computes: one primitive operation after another, the same whatever it was read from.

Everything is counted for the model's example input, and divided by its batch afterwards (`TensorGraph.batch`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from nasport.schemas.errors import InputError

Shape = tuple[int, ...]
MAX_OPERATIONS = 20_000
MAX_ELEMENTS = 1 << 40  # of one tensor
MAX_SIDES = 32
EPSILON, SLOPE = 1e-5, 0.01  # of normalizations and of leaky ReLU, as torch has them


@dataclass(frozen=True)
class Weight:
    """A stored tensor that an operation reads.

    Attributes:
        name: as the model has it.
        shape: its sides.
        is_trained: whether it counts as parameters; buffers do not.
        is_shared: whether an operation before has counted it.
    """

    name: str
    shape: Shape
    is_trained: bool = True
    is_shared: bool = False

    @property
    def size(self) -> int:
        """Trainable values."""
        return prod(self.shape) if self.is_trained and not self.is_shared else 0


@dataclass(frozen=True)
class Constant:
    """A value that no input changes: stored, or computed from what is stored.

    Attributes:
        shape: its sides.
        weights: stored tensors that it is computed from.
        values: the numbers themselves, where there are few.
    """

    shape: Shape
    weights: tuple[Weight, ...] = ()
    values: Any = None

    @property
    def scalar(self) -> float | None:
        """The number, where it is a single untrained one."""
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
        kind: what it does, e.g. `convolution`, `linear`, `normalization`, `activation`, `pooling`, `sum`, `reshape`;
            `other` where nothing here knows it.
        inputs: names of the values that it reads.
        output: name of the value that it gives.
        shape: of that value.
        numbers: what is known of it, by name.
        weights: stored tensors that it reads.
        flops: multiply-accumulates.
        module: path of the module that it belongs to, or the name of the node.
        type: what the model calls it, for descriptions.
        assumed: what nothing in the model says for certain, in words.
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
        """Trainable values that it reads; a norm that an exporter folded away counts (`folded_norm`)."""
        return sum(weight.size for weight in self.weights) + int(self.numbers.get("unstored", 0))

    def number(self, name: str, default: Any = None) -> Any:
        """A number by its name."""
        return self.numbers.get(name, default)

    def but(self, **changes: Any) -> Operation:
        """The same operation with some fields changed."""
        return replace(self, **changes)


@dataclass
class TensorGraph:
    """A model.

    Attributes:
        operations: every one after those that it reads.
        input: name of the value that is the input.
        outputs: names of the values that the model gives.
        shapes: of every value.
        unread: trained tensors that nothing on the way from input to output reads.
        notes: what was lost or assumed in reading, a sentence each.
    """

    operations: list[Operation]
    input: str
    outputs: tuple[str, ...]
    shapes: dict[str, Shape]
    unread: tuple[Weight, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def batch(self) -> int:
        """How many images the example holds."""
        return self.shapes[self.input][0]

    @property
    def parameters(self) -> int:
        """Trainable values of all operations, each counted where it is read."""
        return sum(operation.parameters for operation in self.operations)

    @property
    def flops(self) -> int:
        """Multiply-accumulates for one image."""
        return sum(operation.flops for operation in self.operations) // self.batch

    def readers(self) -> dict[str, list[Operation]]:
        """Of every value the operations that read it."""
        found: dict[str, list[Operation]] = {name: [] for name in self.shapes}
        for operation in self.operations:
            for name in dict.fromkeys(operation.inputs):
                found[name].append(operation)
        return found

    def makers(self) -> dict[str, Operation]:
        """Of every value the operation that gives it."""
        return {operation.output: operation for operation in self.operations}

    def pruned(self) -> TensorGraph:
        """Without operations that no output depends on.

        Raises:
            InputError: something is read that nothing gives.
        """
        wanted = set(self.outputs)
        kept = []
        for operation in reversed(self.operations):
            if operation.output in wanted:
                wanted.update(operation.inputs)
                kept.append(operation)
        unknown = next((name for name in sorted(wanted) if name not in self.shapes), None)
        if unknown is not None:
            raise InputError(f"{unknown[:80]!r} is read, which no operation gives")
        return replace(self, operations=kept[::-1])


def checked_shape(shape: Sequence[Any], what: str, least: int = 1) -> Shape:
    """A shape of whole numbers.

    Raises:
        InputError: a side is unknown, below the least or absurd.
    """
    if len(shape) > MAX_SIDES:
        raise InputError(f"{what} has {len(shape):,} sides, expected at most {MAX_SIDES}")
    sides = []
    for side in shape:
        if not isinstance(side, int) or isinstance(side, bool):
            raise InputError(f"{what} has a side {str(side)[:40]!r} that is not known, expected fixed shapes")
        if side < least:
            raise InputError(f"{what} has a side of {side}, expected at least {least}")
        if side > MAX_ELEMENTS:
            raise InputError(f"{what} has a side of more than {MAX_ELEMENTS:,}, expected at most that")
        sides.append(side)
    if prod(sides) > MAX_ELEMENTS:
        raise InputError(f"{what} of {'x'.join(map(str, sides))} values, expected at most {MAX_ELEMENTS:,}")
    return tuple(sides)


def unusual(what: str, value: Any, usual: float) -> dict[str, Any]:
    """A number of an operation that documents do not state, as its number `detail`; nothing where it is the usual one."""
    differs = isinstance(value, int | float) and abs(value - usual) > 1e-6 * abs(usual)
    return {"detail": f"{what} of {value:g}"} if differs else {}


def checked_image(name: str, shape: Shape, holds_pictures: bool) -> None:
    """Raises InputError where an input is no image, and no row of numbers."""
    if not holds_pictures:
        problem = "holds whole numbers (ids of words?), expected a network that reads one image"
    elif len(shape) not in (2, 4):
        problem = (
            f"has {len(shape)} sides, expected one image of 4 (batch, channels, height, width) or rows of 2"
        )
    else:
        return
    raise InputError(f"the input {name[:60]!r} {problem}")


def convolution_flops(weight: Shape, output: Shape, source: Shape, transposed: bool) -> int:
    """Multiply-accumulates of a convolution: its weights at every position of the output, or if transposed of the input."""
    return prod(weight) * prod((source if transposed else output)[2:]) * output[0]


def product_flops(left: Shape, right: Shape, output: Shape) -> int:
    """Multiply-accumulates of a matrix product."""
    return prod(output) * left[-1]


def attention_flops(queries: Shape, keys: Shape, values: Shape) -> int:
    """Multiply-accumulates of both products of attention, (..., L, E) with (..., S, E) and (..., S, V)."""
    positions = prod(queries[:-1]) * keys[-2]
    return positions * queries[-1] + positions * values[-1]
