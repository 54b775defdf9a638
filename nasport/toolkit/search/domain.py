"""What is searched: a space document, or a list of candidates. Searchers see nothing else of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture
from nasport.schemas.space import Value
from nasport.toolkit.search.query import Allowed, Member
from nasport.toolkit.spaces import SearchSpace

# Rows of each kind that are tried in search of a member, for every removal that pruning thinks of: milliseconds where none
# is found, and mostly one of the first is a member.
MAX_PAIRS, MAX_RANDOM_ROWS = 300, 300


class Domain(ABC):
    """A set of architectures, each named by a tuple of small integers.

    Attributes:
        name: of the space, or of the file of candidates.
    """

    name: str

    @abstractmethod
    def size(self) -> int:
        """How many members `enumerate` yields; an upper bound where they cannot be counted."""

    @abstractmethod
    def enumerate(self) -> Iterator[Member]:
        """Every member once, lazily."""

    @abstractmethod
    def sample(self, rng: Generator) -> Member:
        """A random member."""

    @abstractmethod
    def mutate(self, member: Member, rng: Generator) -> Member:
        """A random member that differs a little."""

    def representatives(self) -> Iterable[Architecture]:
        """Members among which every family of networks is that the domain has: one, where all are of one space."""
        return [self.architecture(self.sample(default_rng(0)))]

    @property
    def has_recurrent(self) -> bool:
        """Whether any of its members is a recurrent network."""
        return any(architecture.is_recurrent for architecture in self.representatives())

    @abstractmethod
    def neighbors(self, member: Member) -> Iterator[Member]:
        """The members that differ least, without the member itself."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """D, the length of a code."""

    @abstractmethod
    def encode(self, member: Member) -> NDArray[np.float64]:
        """(D,) numbers in [0, 1], for continuous optimisers."""

    @abstractmethod
    def decode(self, code: NDArray[np.float64]) -> Member:
        """The member of a code, the inverse of `encode`; every code has one, the same for the same code."""

    @abstractmethod
    def architecture(self, member: Member) -> Architecture:
        """The document of a member."""

    def decided(self, member: Member) -> dict[str, Value]:
        """What every open place of the space is decided to, by the names of its genes; empty where there is no space."""
        del member
        return {}

    def encoded(self, members: Sequence[Member]) -> EncodedBatch:
        """Many members as arrays, to be scored."""
        return encode([self.architecture(member) for member in members])

    @abstractmethod
    def everything(self) -> Allowed:
        """For every gene all its values: the whole supernet. Empty where there is no supernet."""

    @abstractmethod
    def possible(self, allowed: Allowed) -> bool:
        """Whether a member is left when only these values are allowed."""

    @abstractmethod
    def supernet(self, allowed: Allowed) -> Architecture:
        """One document that holds all members that are left, open operators as mixed nodes."""

    @abstractmethod
    def survivor(self, allowed: Allowed) -> Member:
        """The member that is left, or where several are, one of them; near where none is."""


class SpaceDomain(Domain):
    """All members of a search space."""

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        self.name = space.name

    def size(self) -> int:
        return self.space.size()

    def enumerate(self) -> Iterator[Member]:
        return self.space.enumerate()

    def sample(self, rng: Generator) -> Member:
        return self.space.sample(rng)

    def mutate(self, member: Member, rng: Generator) -> Member:
        """One gene changed; the member itself where nothing can change."""
        active = zip(self.space.active(member), self.space.genes, strict=True)
        can_change = any(flag and gene.options > 1 for flag, gene in active)
        return self.space.mutate(member, rng) if can_change else member

    def neighbors(self, member: Member) -> Iterator[Member]:
        return self.space.neighbors(member)

    @property
    def dimensions(self) -> int:
        return len(self.space.genes)

    def encode(self, member: Member) -> NDArray[np.float64]:
        return self.space.encode(member)

    def decode(self, code: NDArray[np.float64]) -> Member:
        """Every gene's values mapped evenly onto [0, 1] (TG-NAS, Algorithm 1), repaired where a limit is broken."""
        return self.space.decode(code)

    def architecture(self, member: Member) -> Architecture:
        return self.space.architecture(member)

    def decided(self, member: Member) -> dict[str, Value]:
        return self.space.decided(member)

    def everything(self) -> Allowed:
        return tuple(tuple(range(gene.options)) for gene in self.space.genes)

    def possible(self, allowed: Allowed) -> bool:
        """Whether a member is found within what is allowed: surely where no rules bind, after a short search else."""
        return self._row_within(allowed) is not None

    def supernet(self, allowed: Allowed) -> Architecture:
        return self.space.supernet(allowed)

    def survivor(self, allowed: Allowed) -> Member:
        row = self._row_within(allowed)
        return self.space.repair([values[0] for values in allowed] if row is None else row)

    def _row_within(self, allowed: Allowed) -> tuple[int, ...] | None:
        """Genes within what is allowed that make a member; None where none is found."""
        return next((row for row in _rows_within(allowed) if self.space.valid(row)), None)


def _rows_within(allowed: Allowed) -> Iterator[tuple[int, ...]]:
    """Rows to try in search of a member, the same ones for the same `allowed`.

    Rules (limits of graphs and rows of digits) mostly want little of something, so rows of first values, of last values,
    and of these with one or two others are tried, then random ones of every mixture.
    """
    free = [gene for gene, values in enumerate(allowed) if len(values) > 1]
    for base in (tuple(values[0] for values in allowed), tuple(values[-1] for values in allowed)):
        yield base
        for changed in (*((gene,) for gene in free), *islice(combinations(free, 2), MAX_PAIRS)):
            yield tuple(
                (values[-1] if value == values[0] else values[0]) if gene in changed else value
                for gene, (value, values) in enumerate(zip(base, allowed, strict=True))
            )
    rng = default_rng(0)
    for _ in range(MAX_RANDOM_ROWS if free else 0):
        first = rng.random() ** 2
        yield tuple(
            values[0] if rng.random() > first else int(values[rng.integers(len(values))])
            for values in allowed
        )
