"""Random search without repetition."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import default_rng

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Member
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, members

BATCH = 256
# Number of consecutive draws of known members after which the domain counts as exhausted.
MAX_DRAWS = 5_000


@dataclass
class RandomSearch(StepSearcher):
    """Draws batches of members, each member once.

    Args:
        domain: domain to search.
        seed: seed of the draws.
        batch: number of members per batch.
    """

    domain: Domain
    seed: int
    batch: int = BATCH

    def steps(self) -> Steps:
        """Yield batches until no new members are drawn."""
        rng = default_rng(self.seed)
        seen: set[Member] = set()
        while True:
            drawn: list[Member] = []
            failures = 0
            while len(drawn) < self.batch and failures < MAX_DRAWS:
                member = self.domain.sample(rng)
                failures = failures + 1 if member in seen else 0
                if not failures:
                    seen.add(member)
                    drawn.append(member)
            if not drawn:
                return
            yield members(drawn)
