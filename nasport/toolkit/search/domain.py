"""Domains: the interface through which searchers use a search space or a list of candidates."""

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

# Number of rows of each kind to try when looking for a member, once for every removal that pruning considers. Usually one
# of the first rows is a member; if there is none, trying all takes milliseconds.
MAX_PAIRS, MAX_RANDOM_ROWS = 300, 300


class Domain(ABC):
    """A set of architectures, each identified by a tuple of small integers.

    Attributes:
        name: name of the search space or of the list of candidates.
    """

    name: str

    @abstractmethod
    def size(self) -> int:
        """Return the number of members that `enumerate` yields, or an upper bound if they cannot be counted."""

    @abstractmethod
    def enumerate(self) -> Iterator[Member]:
        """Yield every member once."""

    @abstractmethod
    def sample(self, rng: Generator) -> Member:
        """Return a random member."""

    @abstractmethod
    def mutate(self, member: Member, rng: Generator) -> Member:
        """Return a random member similar to the given one."""

    def representatives(self) -> Iterable[Architecture]:
        """Return architectures that include every network family of the domain: one member if all share a search space."""
        return [self.architecture(self.sample(default_rng(0)))]

    @property
    def has_recurrent(self) -> bool:
        """Whether any member is a recurrent network."""
        return any(architecture.is_recurrent for architecture in self.representatives())

    @abstractmethod
    def neighbors(self, member: Member) -> Iterator[Member]:
        """Yield the members that are most similar to the given one, without that member."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """Length D of a code."""

    @abstractmethod
    def encode(self, member: Member) -> NDArray[np.float64]:
        """Return the code of a member for continuous optimizers: (D,) numbers in [0, 1]."""

    @abstractmethod
    def decode(self, code: NDArray[np.float64]) -> Member:
        """Return the member to which a code belongs, the inverse of `encode`. Every code belongs to exactly one member."""

    @abstractmethod
    def architecture(self, member: Member) -> Architecture:
        """Return the architecture of a member."""

    def decided(self, member: Member) -> dict[str, Value]:
        """Return the values of a member's genes by their names; empty if no search space is known."""
        del member
        return {}

    def encoded(self, members: Sequence[Member]) -> EncodedBatch:
        """Encode members as arrays for scoring."""
        return encode([self.architecture(member) for member in members])

    @abstractmethod
    def everything(self) -> Allowed:
        """Return all values of every gene: the whole supernet. Empty if the domain has no supernet."""

    @abstractmethod
    def possible(self, allowed: Allowed) -> bool:
        """Return whether any member has only allowed values."""

    @abstractmethod
    def supernet(self, allowed: Allowed) -> Architecture:
        """Return a document that contains all members with allowed values; undecided operators are mixed nodes."""

    @abstractmethod
    def survivor(self, allowed: Allowed) -> Member:
        """Return one member with allowed values, or a similar member if there is none."""


class SpaceDomain(Domain):
    """The members of a search space."""

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
        """Return the member with one gene changed, or the member itself if no gene can change."""
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
        """Return the member to which a code belongs.

        The values of each gene divide [0, 1] evenly (TG-NAS, Algorithm 1). Genes that break a rule of the space are repaired.
        """
        return self.space.decode(code)

    def architecture(self, member: Member) -> Architecture:
        return self.space.architecture(member)

    def decided(self, member: Member) -> dict[str, Value]:
        return self.space.decided(member)

    def everything(self) -> Allowed:
        return tuple(tuple(range(gene.options)) for gene in self.space.genes)

    def possible(self, allowed: Allowed) -> bool:
        """Return whether a member with allowed values is found.

        The answer is exact if the space has no rules. Otherwise a short search may miss a member.
        """
        return self._row_within(allowed) is not None

    def supernet(self, allowed: Allowed) -> Architecture:
        return self.space.supernet(allowed)

    def survivor(self, allowed: Allowed) -> Member:
        row = self._row_within(allowed)
        return self.space.repair([values[0] for values in allowed] if row is None else row)

    def _row_within(self, allowed: Allowed) -> tuple[int, ...] | None:
        """Return the genes of a member with allowed values; None if none is found."""
        return next((row for row in _rows_within(allowed) if self.space.valid(row)), None)


def _rows_within(allowed: Allowed) -> Iterator[tuple[int, ...]]:
    """Yield rows of allowed values that may be members, always the same rows for the same `allowed`.

    Most rules (limits of graphs and of sequences of digits) are bounds on a count. So the first rows consist of only the
    first values or only the last values. The next rows differ from these in one or two genes, and random rows follow.
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
