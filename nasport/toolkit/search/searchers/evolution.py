"""Evolution of TG-NAS: differential evolution over codes in [0, 1].

In TG-NAS, Algorithm 1 (second half), every gene is a number in [0, 1] whose values divide the interval evenly. Mutation
and crossover make one child per parent, and the better of the two survives. This is differential evolution (Storn and Price
1997) as in pymoo. The paper states neither variant nor rates. On small spaces the population soon converges and produces
only known members; it then restarts with the best member and random members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member
from nasport.toolkit.search.searchers import pymoo_tools
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, best, members

POPULATION, VARIANT, WEIGHT, CROSSOVER = 50, "DE/best/1/bin", 0.5, 0.3
# A generation is stale if at most this share of it is new. After PATIENCE stale generations in a row the population has
# converged.
STALE, PATIENCE = 0.1, 3


@dataclass
class Evolution(StepSearcher):
    """Differential evolution by pymoo.

    Args:
        domain: domain to search.
        seed: seed of all draws.
        population: number of members per generation, at least 4.
        initial: members of the first population; random members fill the rest.
        generations: number of generations; 0 for no limit.
    """

    one_objective = True

    domain: Domain
    seed: int
    population: int = POPULATION
    initial: Sequence[Member] = ()
    generations: int = 0

    def __post_init__(self) -> None:
        pymoo_tools.require_pymoo()

    def steps(self) -> Steps:
        """Yield one generation per batch; restart with the best member when hardly any new members appear.

        If codes do not distinguish members (a space of one member, a list of equal candidates), all are queried in one batch.
        """
        if not self.domain.dimensions:
            yield members(list(self.domain.enumerate()))
            return
        rng = default_rng(self.seed)
        first, seen = list(self.initial), set[Member]()
        champion: Answer | None = None
        generation = 0
        while True:
            algorithm = self._start(first, rng)
            stale = 0
            while stale < PATIENCE:
                population = algorithm.ask()
                found = pymoo_tools.decoded(population, self.domain)
                answers = yield members(found)
                pymoo_tools.tell(algorithm, population, answers, 1)
                champion = best(answers if champion is None else [champion, *answers])
                stale = 0 if len(set(found) - seen) > STALE * self.population else stale + 1
                seen.update(found)
                generation += 1
                if generation == self.generations:
                    return
            first = [champion.query.member] if champion else []

    def _start(self, first: Sequence[Member], rng: Generator) -> Any:
        chosen = list(first[: self.population])
        chosen += [self.domain.sample(rng) for _ in range(self.population - len(chosen))]
        sampling = np.stack([self.domain.encode(member) for member in chosen])
        algorithm = _differential_evolution(
            pop_size=self.population, sampling=sampling, variant=VARIANT, CR=CROSSOVER, F=WEIGHT
        )
        return pymoo_tools.start(algorithm, self.domain, 1, int(rng.integers(2**31)))


def _differential_evolution(**settings: Any) -> Any:
    """Return pymoo's differential evolution with a faster check for duplicates.

    pymoo compares distances between codes, for which it imports SciPy (0.25 s); here equal codes are duplicates.
    """
    from pymoo.algorithms.soo.nonconvex.de import DE, FitnessSurvival

    class OneToOne(DE):  # type: ignore[misc]
        def _advance(self, infills: Any = None, **kwargs: Any) -> None:
            del kwargs
            values, violations, kept = self.pop.get("F", "CV", "FEAS")
            new_values, new_violations, new_kept = infills.get("F", "CV", "FEAS")
            better = np.where(kept & new_kept, new_values < values, new_violations < violations)[:, 0]
            better[pymoo_tools.equal_codes().do(infills, self.pop, return_indices=True)[2]] = False
            self.pop[better] = infills[better]
            FitnessSurvival().do(self.problem, self.pop, return_indices=True)

    return OneToOne(**settings)
