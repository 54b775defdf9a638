"""Searchers: what to judge next. Made by name, so that a search on one of them loads only that one."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.searcher import Searcher

_CLASSES = {
    "hybrid": ("hybrid", "Hybrid"),
    "pruning": ("pruning", "Pruning"),
    "evolution": ("evolution", "Evolution"),
    "regularised": ("regularised", "RegularisedEvolution"),
    "random": ("random_search", "RandomSearch"),
    "exhaustive": ("exhaustive", "ExhaustiveSearch"),
    "pareto": ("pareto", "ParetoSearch"),
}
SEARCHERS = tuple(_CLASSES)
ASK_SUPERNETS = ("pruning", "hybrid")
"""Searchers that ask for supernets."""
ONE_OBJECTIVE = ("pruning", "hybrid", "evolution", "regularised")
"""Searchers that heed the score alone, so that further objectives would be without effect."""


def make_searcher(name: str, domain: Domain, *, seed: int, evaluations: int, objectives: int = 1) -> Searcher:
    """A searcher by its name.

    Args:
        name: one of `SEARCHERS`.
        domain: what is searched.
        seed: of all draws; with equal answers an equal seed asks the same.
        evaluations: how many distinct queries will be judged; pruning and hybrid plan with it.
        objectives: how many values every answer has. Only `pareto` heeds those after the first.

    Raises:
        InputError: an unknown name, or a domain that the searcher cannot search.
        MissingRuntimeError: the searcher needs pymoo, which is not installed.
    """
    if name not in SEARCHERS:
        raise InputError(
            f"unknown searcher {name!r}{did_you_mean(name, SEARCHERS)}expected one of {', '.join(SEARCHERS)}"
        )
    if evaluations < 1:
        raise InputError(f"{evaluations} evaluations; expected at least 1")
    kind = _class(name)
    taken = signature(kind).parameters
    given = {"seed": seed, "evaluations": evaluations, "objectives": objectives}
    made: Searcher = kind(domain, **{key: value for key, value in given.items() if key in taken})
    return made


def _class(name: str) -> type[Any]:
    module, attribute = _CLASSES[name]
    found: type[Any] = getattr(import_module(f"{__name__}.{module}"), attribute)
    return found
