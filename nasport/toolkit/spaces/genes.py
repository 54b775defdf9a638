"""Genes: an architecture of a search space as a tuple of small integers of fixed length.

A search space consists of parts (a cell, a sequence of digits, the named choices), each with its own genes. The parts are
independent: the size of the space is the product of their sizes, and every other operation works part by part. Within a part,
genes can be invalid (a graph without a path, too many digits of one kind), and a gene can be idle, which means that it has no
effect (a digit beyond the length of the sequence).
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
    """One choice of a search space.

    Attributes:
        name: path in the document, such as `cells.normal.2.op`.
        kind: `operator`, `inputs`, `edge`, `number`, `digit`, `length` or `choice`.
        meanings: meanings of the values 0, 1, ..., as written in the document.
    """

    name: str
    kind: str
    meanings: tuple[Value, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The meanings as texts."""
        return tuple(map(str, self.meanings))

    @property
    def options(self) -> int:
        """Number of values."""
        return len(self.meanings)


@dataclass(frozen=True)
class Open:
    """An open field of a cell or stage, whose value depends on a gene.

    Attributes:
        key: index of the gene within its part, or name of a named choice.
        values: value of the field for each value of the gene.
    """

    key: int | str
    values: tuple[Any, ...]


Known = Mapping[int | str, int]
"""Values of genes by their index within the part, and of named choices by name."""
Allowed = Mapping[int | str, Collection[int]]
"""Allowed values of genes and named choices, with the same keys."""


def value_at(place: Any, known: Known) -> Any:
    """Return the value of a field, fixed or `Open`, for known genes."""
    return place.values[known[place.key]] if isinstance(place, Open) else place


def allowed_at(place: Any, allowed: Allowed) -> tuple[Any, ...]:
    """Return the possible values of a field, fixed or `Open`, without duplicates."""
    if not isinstance(place, Open):
        return (place,)
    return tuple(dict.fromkeys(place.values[value] for value in sorted(allowed[place.key])))


def settled(ways: Sequence[Known], place: Any, fits: Callable[[Any], bool]) -> list[Known]:
    """Extend assignments of genes so that the value of a field fits.

    Args:
        ways: partial assignments of genes and named choices.
        place: field, fixed or `Open`.
        fits: test of a value of the field.

    Returns:
        All extensions of the assignments by the gene of the field for which the value fits.
    """
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
    """Genes of one part of a search space. This base class allows all values.

    Attributes:
        genes: the genes of the part; all methods use tuples with one int per gene.
        exact: True if `size` is the number of members that `enumerate` yields, False if it is an upper bound.
    """

    exact = True

    def __init__(self, genes: Iterable[Gene] = ()) -> None:
        self.genes = list(genes)

    def add(self, name: str, kind: str, meanings: Sequence[Value]) -> int:
        """Add a gene and return its index."""
        self.genes.append(Gene(name, kind, tuple(meanings)))
        return len(self.genes) - 1

    def open(self, place: Any, name: str, kind: str = "number") -> Any:
        """Return a field of a document as a fixed value or as `Open`.

        Args:
            place: fixed value, or `Pick`. A `Pick` without the name of a choice gets a new gene.
            name: name of the new gene.
            kind: kind of the new gene.
        """
        if not isinstance(place, Pick):
            return place
        key: int | str = place.name or self.add(name, kind, place.values)
        return Open(key, place.values)

    def valid(self, values: Genes) -> bool:
        """Return whether values, each within the range of its gene, follow the rules of the part."""
        del values
        return True

    def active(self, values: Genes) -> tuple[bool, ...]:
        """Return whether each gene can change the architecture."""
        return (True,) * len(values)

    def canonical(self, values: Genes) -> Genes:
        """Return the values with idle genes set to 0."""
        return values

    def size(self) -> int:
        """Return the number of members that `enumerate` yields, or an upper bound if `exact` is False."""
        return prod(gene.options for gene in self.genes)

    def enumerate(self) -> Iterator[Genes]:
        """Yield the genes of every member once, with the last gene changing fastest."""
        return product(*(range(gene.options) for gene in self.genes))

    def sample(self, rng: Generator) -> Genes:
        """Draw valid genes from a uniform distribution."""
        for _ in range(MAX_TRIES):
            values = self.canonical(tuple(int(rng.integers(gene.options)) for gene in self.genes))
            if self.valid(values):
                return values
        raise RuntimeError(f"no valid genes in {MAX_TRIES:,} draws")  # pragma: no cover
