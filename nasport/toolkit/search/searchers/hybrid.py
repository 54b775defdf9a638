"""Hybrid: pruning, evolution from what pruning found, and a memetic search from the best of both.

TG-NAS (Algorithm 1) runs pruning and evolution side by side and returns the better result. Here they follow each other,
so that each helps the next: the member that survives pruning is in evolution's first population, all that was met is
where the memetic search (local.py) begins, and that takes the rest of the evaluations.

The shares were chosen on nasbench101 and darts (scores of bundles that never saw them, 1,000 evaluations, seeds from 100 on):
with less evolution the search on nasbench101 ended lower, with more of it that on darts. docs/search.md has the curves of
all spaces. Pruning is skipped where it does not fit into its quarter.
"""

from __future__ import annotations

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


class Hybrid(StepSearcher):
    """Pruning, then evolution, then memetic search.

    Args:
        domain: what is searched.
        seed: of all draws.
        evaluations: of the whole search.
    """

    asks_supernets = True
    one_objective = True

    def __init__(self, domain: Domain, *, seed: int, evaluations: int) -> None:
        super().__init__()
        pymoo_tools.require_pymoo()
        self.domain, self.seed, self.evaluations = domain, seed, evaluations
        self._met: dict[Member, Answer] = {}

    def steps(self) -> Steps:
        """The three stages, one after the other."""
        self._met = {}
        yield from self._pruning()
        yield from self._evolution()
        rng = default_rng(self.seed)
        if not self._met:
            yield from self._noting(_once(self.domain.sample(rng)))
        yield from MemeticSearch(self.domain, rng, list(self._met.values())).steps()

    def _pruning(self) -> Steps:
        share = int(PRUNING_SHARE * self.evaluations)
        options = [len(values) for values in self.domain.everything()]
        if options and affordable(options, share):
            yield from self._noting(Pruning(self.domain, seed=self.seed, evaluations=share).steps())

    def _evolution(self) -> Steps:
        population = max(4, min(POPULATION, self.evaluations // 6))
        generations = int(EVOLUTION_SHARE * self.evaluations / population)
        if generations:
            evolution = Evolution(
                self.domain,
                seed=self.seed,
                population=population,
                initial=list(self._met),
                generations=generations,
            )
            yield from self._noting(evolution.steps())

    def _noting(self, course: Steps) -> Steps:
        """A stage, of whose answers on members note is taken."""
        queries = next(course, None)
        while queries is not None:
            answers = yield queries
            self._met.update((a.query.member, a) for a in answers if not a.query.is_supernet)
            try:
                queries = course.send(answers)
            except StopIteration:
                return


def _once(member: Member) -> Steps:
    yield members([member])
