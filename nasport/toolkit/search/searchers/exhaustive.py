"""Exhaustive search: every member once, in the order of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, members

BATCH = 256


@dataclass
class ExhaustiveSearch(StepSearcher):
    """Queries every member, in batches.

    Args:
        domain: domain to search.
        batch: number of members per batch.
    """

    domain: Domain
    batch: int = BATCH

    def steps(self) -> Steps:
        """Yield batches. Members are enumerated only as far as batches are requested."""
        source = self.domain.enumerate()
        while batch := list(islice(source, self.batch)):
            yield members(batch)
