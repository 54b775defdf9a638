"""Regularized evolution: of a few drawn at random the best has a child, and the oldest dies.

Real, Aggarwal, Huang and Le, "Regularized Evolution for Image Classifier Architecture Search" (2019), Algorithm 1, with
the population of 50 and the tournaments of 10 of GenNAS (Li et al. 2021, section 4.3). Nobody lives on for being good,
so one lucky score cannot rule. Children are born in batches, all of one batch from the same population, so that an evaluator
may work on several at once; a batch of 1 is the algorithm of the paper.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from numpy.random import Generator, default_rng

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, best, members

POPULATION, TOURNAMENT, BATCH = 50, 10, 8
# A child that was met before is drawn again; after each so many tries it is mutated once more instead, so that the search
# moves on where all children are known; after so many it is taken as it is.
PATIENCE, MAX_TRIES = 5, 25


@dataclass
class RegularizedEvolution(StepSearcher):
    """Regularized evolution by `Domain.mutate`.

    Args:
        domain: what is searched.
        seed: of all draws.
        population: how many are alive.
        tournament: how many compete to be a parent, drawn without replacement.
        batch: children a round.
    """

    one_objective = True

    domain: Domain
    seed: int
    population: int = POPULATION
    tournament: int = TOURNAMENT
    batch: int = BATCH

    def steps(self) -> Steps:
        """A random population, then children for ever."""
        rng = default_rng(self.seed)
        seen: set[Member] = set()
        answers = yield members([self._sample(seen, rng) for _ in range(self.population)])
        alive = deque(answers, maxlen=self.population)  # a full deque drops its oldest
        while True:
            answers = yield members([self._child(alive, seen, rng) for _ in range(self.batch)])
            alive.extend(answers)

    def _sample(self, seen: set[Member], rng: Generator) -> Member:
        for _ in range(1 + MAX_TRIES):
            member = self.domain.sample(rng)
            if member not in seen:
                break
        seen.add(member)
        return member

    def _child(self, alive: deque[Answer], seen: set[Member], rng: Generator) -> Member:
        count = min(self.tournament, len(alive))
        parent = best(alive[k] for k in sorted(rng.choice(len(alive), count, replace=False)))
        child = self.domain.mutate(parent.query.member, rng)
        for tries in range(1, MAX_TRIES):
            if child not in seen:
                break
            child = self.domain.mutate(parent.query.member if tries % PATIENCE else child, rng)
        seen.add(child)
        return child
