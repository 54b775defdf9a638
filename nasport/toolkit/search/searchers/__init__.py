"""Searchers: what to judge next. Made by name, so that a search on one of them loads only that one.

Other packages add searchers of their own (docs/guides/extending.md).
"""

from __future__ import annotations

from nasport.schemas.errors import InputError
from nasport.schemas.plugins import Registry, called, subclass_of
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.searcher import Searcher

# Name of the searcher: file of this package and class.
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
    """A searcher by its name.

    Args:
        name: one of `SEARCHERS`.
        domain: what is searched.
        seed: of all draws; with equal answers an equal seed asks the same.
        evaluations: how many distinct queries will be judged; pruning and hybrid plan with it.
        objectives: how many values every answer has. Only `pareto` reads those after the first.

    Raises:
        InputError: an unknown name, a searcher of an extension that cannot be loaded, or a domain that the searcher
            cannot search.
        MissingRuntimeError: the searcher needs pymoo, which is not installed.
    """
    kind = SEARCHERS[name]
    if evaluations < 1:
        raise InputError(f"{evaluations} evaluations; expected at least 1")
    return called(kind, domain, seed=seed, evaluations=evaluations, objectives=objectives)
