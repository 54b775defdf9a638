"""What the searchers on pymoo share: its presence, a problem over codes, and how answers reach it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import MissingRuntimeError
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member

# Added to the violation of what has no finite objectives, so that it loses against all that has.
NO_SCORE = 1e9


def require_pymoo() -> None:
    """Nothing, where pymoo is installed.

    Raises:
        MissingRuntimeError: it is not.
    """
    try:
        import pymoo  # noqa: F401
    except ImportError as error:
        raise MissingRuntimeError(
            f"this searcher needs pymoo, which is not installed: {pip_install('search')}; random and exhaustive do "
            "without, and for one objective regularized and pruning"
        ) from error


def start(algorithm: Any, domain: Domain, objectives: int, seed: int) -> Any:
    """A pymoo algorithm set up for codes of the domain in [0, 1]^D, to be asked and told."""
    from pymoo.core.problem import Problem
    from pymoo.core.termination import NoTermination

    problem = Problem(n_var=domain.dimensions, n_obj=objectives, n_ieq_constr=1, xl=0.0, xu=1.0)
    algorithm.setup(problem, termination=NoTermination(), seed=seed)
    return algorithm


def tell(algorithm: Any, population: Any, answers: Sequence[Answer], objectives: int) -> None:
    """Answers, one for each of a population, their first `objectives` to be minimized, one constraint."""
    from pymoo.core.evaluator import Evaluator
    from pymoo.problems.static import StaticProblem

    values = np.array([answer.values[:objectives] for answer in answers], np.float64)
    broken = np.array([answer.violation for answer in answers], np.float64)
    finite = np.array([all(map(isfinite, row)) for row in values.tolist()], bool)
    worst = -np.where(finite.reshape(-1, 1), values, 0.0)
    limits = np.where(np.isfinite(broken), broken, NO_SCORE) + np.where(finite, 0.0, NO_SCORE)
    Evaluator().eval(StaticProblem(algorithm.problem, F=worst, G=limits[:, None]), population)
    algorithm.tell(infills=population)


def equal_codes() -> Any:
    """What tells pymoo which of a population are copies: those of equal codes. Its own way loads SciPy (0.25 s)."""
    from pymoo.core.duplicate import HashDuplicateElimination

    def key(one: Any) -> Any:  # of an individual, and of its key again
        return one if isinstance(one, tuple) else tuple(one.X.tolist())

    return HashDuplicateElimination(key)


def decoded(population: Any, domain: Domain) -> list[Member]:
    """The members of a population."""
    return [domain.decode(code) for code in np.asarray(population.get("X"), np.float64)]
