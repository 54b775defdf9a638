"""Graph that is built operation by operation, in which rules merge several operations into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isclose

from nasport.toolkit.importing.graph.tensor_graph import Operation


@dataclass(frozen=True)
class Replacement:
    """Replacement of several operations by others, which a rule proposes.

    Attributes:
        operations: new operations; the last has the output of the last replaced operation.
        inner: replaced operations, without the last.
    """

    operations: tuple[Operation, ...]
    inner: tuple[Operation, ...]


@dataclass
class View:
    """Graph that is built operation by operation.

    Attributes:
        outputs: names of the outputs of the graph.
        rules: rules to try after every added operation; each looks for operations that end with it.
        producers: operations by the name of their output, in order.
        readers: outputs of the operations that read a value, by the name of the value.
        names: names of values that equal another value, with the name of that value.
        waiting: number of operations not yet added that read a value.
    """

    outputs: set[str]
    rules: Sequence[Rule]
    producers: dict[str, Operation] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    waiting: Counter[str] = field(default_factory=Counter)

    def name(self, value: str) -> str:
        """Return the name of a value after aliases are resolved."""
        return self.names.get(value, value)

    def producer(self, value: str, kind: str, **numbers: object) -> Operation | None:
        """Return the operation that computes a value, if it has the given kind and numbers."""
        operation = self.producers.get(value)
        if operation is None or operation.kind != kind:
            return None
        return (
            operation if all(operation.number(name) == number for name, number in numbers.items()) else None
        )

    def is_inner(self, operation: Operation, readers: int = 1) -> bool:
        """Return whether at most `readers` operations read the output, and it is not an output of the graph."""
        name = operation.output
        return (
            name not in self.outputs and not self.waiting[name] and len(self.readers.get(name, ())) <= readers
        )

    def add(self, operation: Operation) -> None:
        """Add one operation, and apply the rules until none matches."""
        operation = operation.with_changes(inputs=tuple(self.name(name) for name in operation.inputs))
        self.waiting.subtract(set(operation.inputs))
        same = equal_value(self, operation)
        if same is not None:
            self._alias(operation.output, same)
            return
        self._insert(operation)
        has_matched = True
        while has_matched:
            has_matched = False
            for rule in self.rules:
                last = self.producers[operation.output]
                replacement = rule(self, last)
                if replacement is not None and self._apply(last, replacement):
                    has_matched = True
                    break
        last = self.producers[operation.output]
        if changes_nothing(self, last):
            self._alias(last.output, last.inputs[0])
            self._drop(last)

    def _alias(self, value: str, other: str) -> None:
        """Make a value an alias of another value."""
        self.names[value] = other
        self.waiting[other] += self.waiting.pop(value, 0)

    def _drop(self, operation: Operation) -> None:
        for name in operation.inputs:
            self.readers.get(name, set()).discard(operation.output)
        self.producers.pop(operation.output, None)

    def _insert(self, operation: Operation) -> None:
        self.producers[operation.output] = operation
        for name in operation.inputs:
            self.readers.setdefault(name, set()).add(operation.output)

    def _apply(self, last: Operation, replacement: Replacement) -> bool:
        """Replace operations, unless another operation or the graph needs one of their values; return whether it did."""
        removed = {operation.output for operation in replacement.inner}
        is_needed = removed & self.outputs or any(self.waiting[name] for name in removed)
        if is_needed or any(self.readers.get(name, set()) - removed - {last.output} for name in removed):
            return False
        for operation in (*replacement.inner, last):
            self._drop(operation)
        for operation in replacement.operations:
            self._insert(operation)
        return True


Rule = Callable[[View, Operation], Replacement | None]


def changes_nothing(view: View, operation: Operation) -> bool:
    """Return whether the output of an operation equals its input."""
    if len(operation.inputs) != 1 or operation.output in view.outputs or operation.weights:
        return False
    kind, source = operation.kind, shape_of(view, operation.inputs[0])
    if kind == "transpose":
        return list(operation.number("order")) == sorted(operation.number("order"))
    if kind == "slice" and operation.number("step") != 1:
        return False
    if kind == "concat" and operation.number("constants"):
        return False
    return kind in ("slice", "reshape", "expand", "concat", "pad") and source == operation.shape


def equal_value(view: View, operation: Operation) -> str | None:
    """Return the name of an existing value that equals the output of a slice or a function."""
    if operation.kind not in ("slice", "function") or operation.output in view.outputs:
        return None
    for name in view.readers.get(operation.inputs[0], ()):
        other = view.producers.get(name)
        if (
            other is not None
            and other.kind == operation.kind
            and (other.shape, other.numbers) == (operation.shape, operation.numbers)
        ):
            return name
    return None


def scalar(operation: Operation | None, *kinds: str) -> float | None:
    """Return the number that an operation combines with its input, for example by addition; None for other operations."""
    if operation is None or operation.kind != "with_constant" or operation.number("operation") not in kinds:
        return None
    return (
        None
        if operation.number("reversed") and operation.number("operation") in ("quotient", "difference")
        else operation.number("scalar")
    )


def is_close(number: float | None, other: float) -> bool:
    return number is not None and isclose(number, other, rel_tol=2e-3)


def factor(operation: Operation) -> float | None:
    """Return the number that an operation multiplies by, if it is a product or quotient with a number."""
    number = scalar(operation, "product", "quotient")
    if number is None or operation.number("operation") == "product":
        return number
    return 1 / number if number else None


def shape_of(view: View, value: str) -> tuple[int, ...] | None:
    return view.producers[value].shape if value in view.producers else None
