"""A list as a domain without similarity: stands in until `candidates.ListDomain` is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture
from nasport.toolkit.search.candidate_file import Candidates
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Allowed, Member


class PlainList(Domain):
    """Members are places in the list."""

    def __init__(self, candidates: Candidates) -> None:
        self.name = candidates.name
        self._candidates = candidates

    def size(self) -> int:
        return len(self._candidates.texts) + len(self._candidates.documents)

    def enumerate(self) -> Iterator[Member]:
        return ((place,) for place in range(self.size()))

    def sample(self, rng: Generator) -> Member:
        return (int(rng.integers(self.size())),)

    def mutate(self, member: Member, rng: Generator) -> Member:
        return self.sample(rng)

    def neighbours(self, member: Member) -> Iterator[Member]:
        return iter(())

    @property
    def dimensions(self) -> int:
        return 1

    def encode(self, member: Member) -> NDArray[np.float64]:
        return np.array([(member[0] + 0.5) / self.size()])

    def decode(self, code: NDArray[np.float64]) -> Member:
        return (min(int(code[0] * self.size()), self.size() - 1),)

    def architecture(self, member: Member) -> Architecture:
        if self._candidates.notation is not None:
            return self._candidates.notation.parse(self._candidates.texts[member[0]])
        return self._candidates.documents[member[0]]

    def encoded(self, members: Sequence[Member]) -> EncodedBatch:
        if self._candidates.notation is not None:
            return self._candidates.notation.encoded([self._candidates.texts[place] for (place,) in members])
        return encode([self.architecture(member) for member in members])

    def everything(self) -> Allowed:
        return ()

    def possible(self, allowed: Allowed) -> bool:
        return False

    def supernet(self, allowed: Allowed) -> Architecture:
        raise ValueError("a list has no supernet")

    def survivor(self, allowed: Allowed) -> Member:
        return (0,)
