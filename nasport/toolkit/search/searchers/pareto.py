"""Search with several objectives: NSGA-II (Deb et al. 2002) of pymoo over the genes of a domain.

Crossover is uniform over the genes, mutation is that of the domain, and a population contains no duplicates. Limits are a
constraint: members within the limits precede members outside. The searcher only proposes members; the Pareto front is
taken from all evaluated members (`finalists.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import default_rng

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.searchers import pymoo_tools
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher, members

POPULATION = 64


@dataclass
class ParetoSearch(StepSearcher):
    """NSGA-II.

    Args:
        domain: domain to search.
        seed: seed of all draws.
        objectives: number of values in every answer.
        population: number of members per generation.
    """

    domain: Domain
    seed: int
    objectives: int
    population: int = POPULATION

    def __post_init__(self) -> None:
        pymoo_tools.require_pymoo()

    def steps(self) -> Steps:
        """Yield one generation per batch, until crossover and mutation find no new members.

        If codes do not distinguish members (a space of one member, a list of equal candidates), all are queried in one batch.
        """
        if not self.domain.dimensions:
            yield members(list(self.domain.enumerate()))
            return
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.operators.crossover.ux import UX

        rng = default_rng(self.seed)
        first = [self.domain.sample(rng) for _ in range(self.population)]
        algorithm = NSGA2(
            pop_size=self.population,
            sampling=np.stack([self.domain.encode(member) for member in first]),
            crossover=UX(),
            mutation=_mutation(self.domain),
            repair=_repair(self.domain),
            eliminate_duplicates=pymoo_tools.equal_codes(),
        )
        pymoo_tools.start(algorithm, self.domain, self.objectives, self.seed)
        while True:
            population = algorithm.ask()
            if population is None or len(population) == 0:
                return
            answers = yield members(pymoo_tools.decoded(population, self.domain))
            pymoo_tools.tell(algorithm, population, answers, self.objectives)


def _mutation(domain: Domain) -> Any:
    """Return the domain's mutation as an operator of pymoo."""
    from pymoo.core.mutation import Mutation

    class DomainMutation(Mutation):  # type: ignore[misc]
        def _do(self, problem: Any, X: Any, *args: Any, random_state: Any = None, **kwargs: Any) -> Any:  # noqa: N803
            del problem, args, kwargs
            return np.stack([domain.encode(domain.mutate(domain.decode(x), random_state)) for x in X])

    return DomainMutation(prob=0.9)


def _repair(domain: Domain) -> Any:
    """Return an operator that replaces each code by the code of its member, so that equal members have equal codes."""
    from pymoo.core.repair import Repair

    class Snap(Repair):  # type: ignore[misc]
        def _do(self, problem: Any, X: Any, **kwargs: Any) -> Any:  # noqa: N803
            del problem, kwargs
            return np.stack([domain.encode(domain.decode(x)) for x in X]) if len(X) else X

    return Snap()
