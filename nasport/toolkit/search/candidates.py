"""A list of candidates as the domain of a search, such as the architectures of a benchmark table.

Members are indices in the list. Mutation returns the most similar of several random candidates, as in GenNAS for NDS and
NAS-Bench-NLP (section 4). If all candidates are members of one search space with genes that describe structure, similarity
compares genes, and the list has a supernet of the values that candidates have. Genes of free graphs and programs depend on
the spelling; for these, and without a space, similarity compares structure (`similarity.py`) and there is no supernet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.space import GraphChoice, ProgramChoice, Value
from nasport.toolkit.search.candidate_file import TextList
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Allowed, Member
from nasport.toolkit.search.similarity import distances, structural_vectors
from nasport.toolkit.spaces import SearchSpace

# Number of candidates to draw for a mutation (GenNAS, section 4).
DRAWN = 200
NEIGHBORS = 20
# Number of candidates to encode together.
BATCH = 1024


class ListDomain(Domain):
    """A list of candidates. A member is a tuple of one index, from 0."""

    def __init__(
        self, architectures: Sequence[Architecture], name: str, space: SearchSpace | None = None
    ) -> None:
        """Create a domain.

        Args:
            architectures: at least one candidate; a `TextList` is encoded without creating documents.
            name: name of the list.
            space: search space of the candidates, if known.

        Raises:
            InputError: the list is empty.
        """
        if not architectures:
            raise InputError(f"the list {name!r} is empty, expected at least one candidate")
        self.name, self.space, self._architectures = name, space, architectures

    def size(self) -> int:
        return len(self._architectures)

    def enumerate(self) -> Iterator[Member]:
        return ((place,) for place in range(self.size()))

    def sample(self, rng: Generator) -> Member:
        return (int(rng.integers(self.size())),)

    def representatives(self) -> Iterable[Architecture]:
        """Return all documents; for texts, only the first, because all texts of a notation have one network family."""
        return self._architectures[:1] if isinstance(self._architectures, TextList) else self._architectures

    def mutate(self, member: Member, rng: Generator) -> Member:
        """Return the most similar of `DRAWN` random candidates, never the member itself unless it is the only one."""
        if self.size() == 1:
            return member
        drawn = np.unique(rng.integers(self.size() - 1, size=DRAWN))
        drawn += drawn >= member[0]
        return (int(drawn[distances(self._vectors[drawn], self.encode(member)).argmin()]),)

    def neighbors(self, member: Member) -> Iterator[Member]:
        """Yield the `NEIGHBORS` most similar candidates, the most similar first."""
        found = distances(self._vectors, self.encode(member))
        found[member[0]] = np.inf
        nearest = np.argsort(found, kind="stable")[: min(NEIGHBORS, self.size() - 1)]
        return ((place,) for place in nearest.tolist())

    @property
    def dimensions(self) -> int:
        return int(self._vectors.shape[1])

    def encode(self, member: Member) -> NDArray[np.float64]:
        """Return the code of the genes if the list has genes, otherwise the structural vector."""
        return np.array(self._vectors[member[0]])

    def decode(self, code: NDArray[np.float64]) -> Member:
        """Return the nearest candidate; if several are equally near, the first."""
        return (int(distances(self._vectors, code).argmin()),)

    def architecture(self, member: Member) -> Architecture:
        return self._architectures[member[0]]

    def decided(self, member: Member) -> dict[str, Value]:
        """Return the values of a candidate's genes; empty if no space is known or the candidate is not a member of it."""
        genes = self.space.genes_of(self.architecture(member)) if self.space else None
        return self.space.decided(genes) if self.space and genes else {}

    def encoded(self, members: Sequence[Member]) -> EncodedBatch:
        found = self._architectures
        if isinstance(found, TextList):
            return found.notation.encoded([found.texts[place] for (place,) in members])
        return encode([self.architecture(member) for member in members])

    def everything(self) -> Allowed:
        """Return the values that occur in candidates; empty if the list has no genes."""
        genes = self._genes
        return () if genes is None else tuple(tuple(np.unique(column).tolist()) for column in genes.T)

    def possible(self, allowed: Allowed) -> bool:
        """Return whether any candidate has only allowed values."""
        return bool((self._broken(allowed) == 0).any())

    def supernet(self, allowed: Allowed) -> Architecture:
        """Return the supernet of the search space. Raises InputError if the list has no genes."""
        if self.space is None or self._genes is None:
            raise InputError(f"the list {self.name!r} has no supernet, expected members of one space")
        return self.space.supernet(allowed)

    def survivor(self, allowed: Allowed) -> Member:
        """Return the first candidate with the fewest genes outside the allowed values."""
        return (int(self._broken(allowed).argmin()),)

    def _broken(self, allowed: Allowed) -> NDArray[np.int64]:
        """Return (B,) numbers of genes whose value is not allowed, one number for each candidate."""
        if self._genes is None:
            raise InputError(f"the list {self.name!r} has no genes, expected members of one space")
        broken = np.zeros(self.size(), np.int64)
        for column, values in zip(self._genes.T, allowed, strict=True):
            broken += ~np.isin(column, values)
        return broken

    @cached_property
    def _genes(self) -> NDArray[np.int64] | None:
        """(B, G) genes of the candidates; None if the list has no genes."""
        if self.space is None or not self.space.genes:
            return None
        # In these spaces one member has many rows of genes, so similar members can have different genes.
        cells = self.space.document.cells.values()
        if any(isinstance(cell.body, GraphChoice | ProgramChoice) for cell in cells):
            return None
        found = self.space.genes_of_many(self._architectures)
        return None if any(genes is None for genes in found) else np.array(found, np.int64)

    @cached_property
    def _vectors(self) -> NDArray[np.float64]:
        """(B, D) codes of the candidates."""
        if self.space is not None and self._genes is not None:
            options = np.array([gene.options for gene in self.space.genes])
            return np.asarray((self._genes + 0.5) / options, np.float64)
        members = list(self.enumerate())
        starts = range(0, len(members), BATCH)
        batches = (self.encoded(members[start : start + BATCH]) for start in starts)
        return structural_vectors(batches, lambda: self._architectures)
