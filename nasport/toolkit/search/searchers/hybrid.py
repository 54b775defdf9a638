"""Hybrid search: pruning, then evolution, then memetic search.

TG-NAS (Algorithm 1) runs pruning and evolution separately and returns the better result. Here each stage starts from the
results of the previous one: evolution's first population contains the member that survives pruning, and the memetic
search (local.py) begins with all evaluated members and uses the remaining evaluations.

The shares were chosen on nasbench101 and darts (scores of bundles trained without these spaces, 1,000 evaluations, seeds
from 100). With less evolution the final score on nasbench101 was lower, with more evolution the one on darts.
docs/reports/search.md shows the curves of all spaces. Pruning is skipped if it needs more than its share.
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
        domain: domain to search.
        seed: seed of all draws.
        evaluations: number of evaluations of the whole search.
    """

    asks_supernets = True
    one_objective = True

    domain: Domain
    seed: int
    evaluations: int

    def __post_init__(self) -> None:
        pymoo_tools.require_pymoo()

    def steps(self) -> Steps:
        """Run the three stages in order."""
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
    """Run a stage and record its answers for members in `met`."""
    queries = next(course, None)
    while queries is not None:
        answers = yield queries
        met.update((a.query.member, a) for a in answers if not a.query.is_supernet)
        try:
            queries = course.send(answers)
        except StopIteration:
            return
