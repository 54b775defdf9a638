"""Regularized evolution: the winner of a random tournament is mutated, and the child replaces the oldest member.

Real, Aggarwal, Huang and Le, "Regularized Evolution for Image Classifier Architecture Search" (2019), Algorithm 1, with
the population of 50 and the tournaments of 10 of GenNAS (Li et al. 2021, section 4.3). Members are removed by age and not
by score, so a member with a score that is high by chance does not dominate. Children are made in batches from the same
population, so that an evaluator can process several at once; a batch size of 1 gives the algorithm of the paper.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from numpy.random import Generator, default_rng

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, best, members

POPULATION, TOURNAMENT, BATCH = 50, 10, 8
# A known child is drawn again. Every PATIENCE-th try mutates the child once more instead of the parent, so that the search
# also leaves a region where all children are known. After MAX_TRIES the known child is accepted.
PATIENCE, MAX_TRIES = 5, 25


@dataclass
class RegularizedEvolution(StepSearcher):
    """Regularized evolution with the mutation of the domain.

    Args:
        domain: domain to search.
        seed: seed of all draws.
        population: number of members in the population.
        tournament: number of members in a tournament, drawn without replacement.
        batch: number of children per batch.
    """

    one_objective = True

    domain: Domain
    seed: int
    population: int = POPULATION
    tournament: int = TOURNAMENT
    batch: int = BATCH

    def steps(self) -> Steps:
        """Yield a random population, then batches of children without end."""
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
