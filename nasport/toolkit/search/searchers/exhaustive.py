"""Exhaustive search: every member once, in the order of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, members

BATCH = 256


@dataclass
class ExhaustiveSearch(StepSearcher):
    """Asks for every member, in batches.

    Args:
        domain: what is searched.
        batch: members a round.
    """

    domain: Domain
    batch: int = BATCH

    def steps(self) -> Steps:
        """Batches, lazily: a run that stops early never makes the rest."""
        source = self.domain.enumerate()
        while batch := list(islice(source, self.batch)):
            yield members(batch)
