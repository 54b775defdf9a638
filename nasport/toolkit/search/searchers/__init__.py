"""Search algorithms by name. Only the module of the chosen searcher is imported.

Other packages can add searchers (docs/guides/extending.md).
"""

from __future__ import annotations

from nasport.schemas.errors import InputError
from nasport.schemas.plugins import Registry, called, subclass_of
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.searcher import Searcher

# Module and class of each searcher.
_SHIPPED = {
    "hybrid": "hybrid:Hybrid",
    "pruning": "pruning:Pruning",
    "evolution": "evolution:Evolution",
    "regularized": "regularized:RegularizedEvolution",
    "random": "random_search:RandomSearch",
    "exhaustive": "exhaustive:ExhaustiveSearch",
    "pareto": "pareto:ParetoSearch",
}
SEARCHERS: Registry[type[Searcher]] = Registry(
    "nasport.searchers",
    "searcher",
    {name: f"{__name__}.{place}" for name, place in _SHIPPED.items()},
    subclass_of(Searcher),
)


def make_searcher(name: str, domain: Domain, *, seed: int, evaluations: int, objectives: int = 1) -> Searcher:
    """Return a new searcher.

    Args:
        name: name from `SEARCHERS`.
        domain: domain to search.
        seed: seed of all draws. Equal seeds and equal answers give equal queries.
        evaluations: number of distinct queries that will be evaluated; pruning and hybrid plan with it.
        objectives: number of values in every answer. Only `pareto` uses more than the first.

    Raises:
        InputError: unknown name, an extension's searcher that cannot be loaded, or a domain that the searcher does not
            support.
        MissingRuntimeError: the searcher needs pymoo, which is not installed.
    """
    kind = SEARCHERS[name]
    if evaluations < 1:
        raise InputError(f"{evaluations} evaluations, expected at least 1")
    return called(kind, domain, seed=seed, evaluations=evaluations, objectives=objectives)
