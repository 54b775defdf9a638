"""Hybrid: pruning, evolution from what pruning found, and a memetic search from the best of both.

TG-NAS (Algorithm 1) runs pruning and evolution side by side and returns the better result. Here they follow each other,
so that each helps the next: the member that survives pruning is in evolution's first population, all that was met is
where the memetic search (local.py) begins, and that takes the rest of the evaluations.

The shares were chosen on nasbench101 and darts (scores of bundles that never saw them, 1,000 evaluations, seeds from 100 on):
with less evolution the search on nasbench101 ended lower, with more of it that on darts. docs/guides/search.md has the curves of
all spaces. Pruning is skipped where it does not fit into its quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import default_rng

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member
from nasport.toolkit.search.searchers import pymoo_tools
from nasport.toolkit.search.searchers.evolution import Evolution
from nasport.toolkit.search.searchers.local import MemeticSearch
from nasport.toolkit.search.searchers.pruning import Pruning, affordable
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, members

PRUNING_SHARE, EVOLUTION_SHARE = 0.25, 0.35
POPULATION = 48


@dataclass
class Hybrid(StepSearcher):
    """Pruning, then evolution, then memetic search.

    Args:
        domain: what is searched.
        seed: of all draws.
        evaluations: of the whole search.
    """

    asks_supernets = True
    one_objective = True

    domain: Domain
    seed: int
    evaluations: int

    def __post_init__(self) -> None:
        pymoo_tools.require_pymoo()

    def steps(self) -> Steps:
        """The three stages, one after the other."""
        met: dict[Member, Answer] = {}
        share = int(PRUNING_SHARE * self.evaluations)
        options = [len(values) for values in self.domain.everything()]
        if options and affordable(options, share):
            yield from _noting(Pruning(self.domain, self.seed, share).steps(), met)
        population = max(4, min(POPULATION, self.evaluations // 6))
        generations = int(EVOLUTION_SHARE * self.evaluations / population)
        if generations:
            evolution = Evolution(self.domain, self.seed, population, tuple(met), generations)
            yield from _noting(evolution.steps(), met)
        rng = default_rng(self.seed)
        if not met:
            answers = yield members([self.domain.sample(rng)])
            met = {answer.query.member: answer for answer in answers}
        yield from MemeticSearch(self.domain, rng, list(met.values())).steps()


def _noting(course: Steps, met: dict[Member, Answer]) -> Steps:
    """A stage, of whose answers on members note is taken."""
    queries = next(course, None)
    while queries is not None:
        answers = yield queries
        met.update((a.query.member, a) for a in answers if not a.query.is_supernet)
        try:
            queries = course.send(answers)
        except StopIteration:
            return
