"""Genes: a search space as a fixed row of small integers.

A space is cut into parts (a cell, a row of digits, the named choices), each of which owns a stretch of the row. Parts
are independent of each other, so sizes multiply and everything else is done part by part. Within a part a row may be
invalid (a graph without a path, too many digits of one sort) and a gene may be idle (a digit beyond the row's length).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from numpy.random import Generator

from nasport.schemas.space import Pick, Value

Genes = tuple[int, ...]
MAX_TRIES = 100_000


@dataclass(frozen=True)
class Gene:
    """One choice.

    Attributes:
        name: where it stands, as `cells.normal.2.op`.
        kind: `operator`, `inputs`, `edge`, `number`, `digit`, `length` or `choice`.
        meanings: what its values 0, 1, ... stand for, as the document says it.
    """

    name: str
    kind: str
    meanings: tuple[Value, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The meanings in words."""
        return tuple(map(str, self.meanings))

    @property
    def options(self) -> int:
        """How many values it has."""
        return len(self.meanings)


@dataclass(frozen=True)
class Open:
    """An open place: what stands there, by the value of a gene.

    Attributes:
        key: index of the gene within its part, or name of a named choice.
        values: one for each value of the gene.
    """

    key: int | str
    values: tuple[Any, ...]


Known = Mapping[int | str, int]
"""The values of genes by their index within the part, and of named choices by name."""
Allowed = Mapping[int | str, Collection[int]]
"""The values that are still allowed, likewise."""


def at(place: Any, known: Known) -> Any:
    """What stands at a place, open or not."""
    return place.values[known[place.key]] if isinstance(place, Open) else place


def allowed_at(place: Any, allowed: Allowed) -> tuple[Any, ...]:
    """All that may stand at a place, without repetition, when every gene is still allowed some values."""
    if not isinstance(place, Open):
        return (place,)
    return tuple(dict.fromkeys(place.values[value] for value in sorted(allowed[place.key])))


def settled(ways: Sequence[Known], place: Any, fits: Callable[[Any], bool]) -> list[Known]:
    """Every way to extend each of several assignments so that what stands at a place fits."""
    if not isinstance(place, Open):
        return list(ways) if fits(place) else []
    key, values = place.key, place.values
    return [
        {**way, key: value}
        for way in ways
        for value in ([way[key]] if key in way else range(len(values)))
        if fits(values[value])
    ]


class Part:
    """A stretch of genes, by itself without rules. All values are tuples of ints, as many as `genes`."""

    exact = True
    """Whether `size` counts what `enumerate` yields, or is only an upper bound."""

    def __init__(self, genes: Iterable[Gene] = ()) -> None:
        self.genes = list(genes)

    def add(self, name: str, kind: str, meanings: Sequence[Value]) -> int:
        """A new gene; returns its index."""
        self.genes.append(Gene(name, kind, tuple(meanings)))
        return len(self.genes) - 1

    def open(self, place: Any, name: str, kind: str = "number") -> Any:
        """The place with a gene behind it where it is a choice of its own; as it is where it is fixed."""
        if not isinstance(place, Pick):
            return place
        key: int | str = place.name or self.add(name, kind, place.values)
        return Open(key, place.values)

    def valid(self, values: Genes) -> bool:
        """Whether these values (within each gene's range) keep the part's rules."""
        del values
        return True

    def active(self, values: Genes) -> tuple[bool, ...]:
        """For each gene whether changing it can change the architecture."""
        return (True,) * len(values)

    def canonical(self, values: Genes) -> Genes:
        """The values with idle genes set to 0, where a part has such."""
        return values

    def size(self) -> int:
        """How many members `enumerate` yields."""
        return prod(gene.options for gene in self.genes)

    def enumerate(self) -> Iterator[Genes]:
        """Every member once, the last gene changing fastest."""
        return product(*(range(gene.options) for gene in self.genes))

    def sample(self, rng: Generator) -> Genes:
        """Uniform over the valid rows of genes."""
        for _ in range(MAX_TRIES):
            values = self.canonical(tuple(int(rng.integers(gene.options)) for gene in self.genes))
            if self.valid(values):
                return values
        raise RuntimeError(f"no valid values found in {MAX_TRIES:,} tries")  # pragma: no cover
