"""A graph of operations as it grows, in which several become one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isclose

from nasport.toolkit.importing.graph.tensor_graph import Operation


@dataclass(frozen=True)
class Found:
    """What stands for some operations.

    Attributes:
        made: the operations in their place; the last gives what the last of them gave.
        inner: the operations that vanish, besides the last.
    """

    made: tuple[Operation, ...]
    inner: tuple[Operation, ...]


@dataclass
class View:
    """A graph as it grows.

    Attributes:
        kept: values that the graph gives.
        rules: what is looked for, ending with an operation.
        makers: operations by what they give, in order.
        readers: of every value what is made of it.
        names: of values that are others.
        waiting: how many operations that are still to come read a value.
    """

    kept: set[str]
    rules: Sequence[Rule]
    makers: dict[str, Operation] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    waiting: Counter[str] = field(default_factory=Counter)

    def name(self, value: str) -> str:
        """Of the value behind a name."""
        return self.names.get(value, value)

    def maker(self, value: str, kind: str, **numbers: object) -> Operation | None:
        """The operation that gives a value, if it is of a kind with some numbers."""
        found = self.makers.get(value)
        if found is None or found.kind != kind:
            return None
        return found if all(found.number(name) == number for name, number in numbers.items()) else None

    def is_inner(self, operation: Operation, readers: int = 1) -> bool:
        """Whether only so many operations, and not the graph, read what it gives."""
        name = operation.output
        return name not in self.kept and not self.waiting[name] and len(self.readers.get(name, ())) <= readers

    def add(self, operation: Operation) -> None:
        """Take in one operation, and whatever it completes."""
        operation = operation.but(inputs=tuple(self.name(name) for name in operation.inputs))
        self.waiting.subtract(set(operation.inputs))
        same = twin(self, operation)
        if same is not None:
            self._is(operation.output, same)
            return
        self._put(operation)
        completed = True
        while completed:
            completed = False
            for rule in self.rules:
                last = self.makers[operation.output]
                found = rule(self, last)
                if found is not None and self._replaced(last, found):
                    completed = True
                    break
        last = self.makers[operation.output]
        if changes_nothing(self, last):
            self._is(last.output, last.inputs[0])
            self._drop(last)

    def _is(self, value: str, other: str) -> None:
        """A value is another one."""
        self.names[value] = other
        self.waiting[other] += self.waiting.pop(value, 0)

    def _drop(self, operation: Operation) -> None:
        for name in operation.inputs:
            self.readers.get(name, set()).discard(operation.output)
        self.makers.pop(operation.output, None)

    def _put(self, operation: Operation) -> None:
        self.makers[operation.output] = operation
        for name in operation.inputs:
            self.readers.setdefault(name, set()).add(operation.output)

    def _replaced(self, last: Operation, found: Found) -> bool:
        gone = {each.output for each in found.inner}
        kept = gone & self.kept or any(self.waiting[name] for name in gone)
        if kept or any(self.readers.get(name, set()) - gone - {last.output} for name in gone):
            return False
        for each in (*found.inner, last):
            self._drop(each)
        for each in found.made:
            self._put(each)
        return True


Rule = Callable[[View, Operation], Found | None]


def changes_nothing(view: View, operation: Operation) -> bool:
    """Whether it gives just what it reads."""
    if len(operation.inputs) != 1 or operation.output in view.kept or operation.weights:
        return False
    kind, source = operation.kind, shape_of(view, operation.inputs[0])
    if kind == "transpose":
        return list(operation.number("order")) == sorted(operation.number("order"))
    if kind == "slice" and operation.number("step") != 1:
        return False
    if kind == "concat" and operation.number("constants"):
        return False
    return kind in ("slice", "reshape", "expand", "concat", "pad") and source == operation.shape


def twin(view: View, operation: Operation) -> str | None:
    """The value of a slice or function that is there already."""
    if operation.kind not in ("slice", "function") or operation.output in view.kept:
        return None
    for name in view.readers.get(operation.inputs[0], ()):
        other = view.makers.get(name)
        if (
            other is not None
            and other.kind == operation.kind
            and (other.shape, other.numbers) == (operation.shape, operation.numbers)
        ):
            return name
    return None


def scalar(operation: Operation | None, *kinds: str) -> float | None:
    """The number that an operation with a constant applies, if it is one of these kinds."""
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
    """What an operation multiplies by."""
    number = scalar(operation, "product", "quotient")
    if number is None or operation.number("operation") == "product":
        return number
    return 1 / number if number else None


def shape_of(view: View, value: str) -> tuple[int, ...] | None:
    return view.makers[value].shape if value in view.makers else None
