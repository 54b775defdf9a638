"""Several objectives: NSGA-II (Deb et al. 2002) by pymoo, over the genes of a domain.

Members cross gene by gene (uniform crossover of their codes), mutate as the domain mutates, and no two of a population are
equal. Limits are a constraint: what keeps them comes before what breaks them. The searcher only proposes; which of all
evaluated members are on the Pareto front is told elsewhere.
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
        domain: what is searched.
        seed: of all draws.
        objectives: how many values every answer has.
        population: members a generation.
    """

    domain: Domain
    seed: int
    objectives: int
    population: int = POPULATION

    def __post_init__(self) -> None:
        pymoo_tools.require_pymoo()

    def steps(self) -> Steps:
        """One generation a round; ends where no new member can be bred.

        Where nothing tells members apart (a space of one member, a list of equals) there is nothing to breed: all are asked.
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
    """The domain's mutation as pymoo's."""
    from pymoo.core.mutation import Mutation

    class DomainMutation(Mutation):  # type: ignore[misc]
        def _do(self, problem: Any, X: Any, *args: Any, random_state: Any = None, **kwargs: Any) -> Any:  # noqa: N803
            del problem, args, kwargs
            return np.stack([domain.encode(domain.mutate(domain.decode(x), random_state)) for x in X])

    return DomainMutation(prob=0.9)


def _repair(domain: Domain) -> Any:
    """Every code becomes the code of its member, so that equal members have equal codes."""
    from pymoo.core.repair import Repair

    class Snap(Repair):  # type: ignore[misc]
        def _do(self, problem: Any, X: Any, **kwargs: Any) -> Any:  # noqa: N803
            del problem, kwargs
            return np.stack([domain.encode(domain.decode(x)) for x in X]) if len(X) else X

    return Snap()
