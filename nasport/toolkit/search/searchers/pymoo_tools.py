"""Functions that the searchers based on pymoo share."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from nasport.runtime.installation import require
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member

# Added to the violation of members without finite objectives, so that they rank below all others.
NO_SCORE = 1e9


def require_pymoo() -> None:
    """Check that pymoo is installed.

    Raises:
        MissingRuntimeError: pymoo is missing.
    """
    others = "random, exhaustive and, for one objective, regularized and pruning"
    require("search", f"for this searcher ({others} work without it)", "pymoo")


def start(algorithm: Any, domain: Domain, objectives: int, seed: int) -> Any:
    """Set up a pymoo algorithm for codes of the domain in [0, 1]^D and return it."""
    from pymoo.core.problem import Problem
    from pymoo.core.termination import NoTermination

    problem = Problem(n_var=domain.dimensions, n_obj=objectives, n_ieq_constr=1, xl=0.0, xu=1.0)
    algorithm.setup(problem, termination=NoTermination(), seed=seed)
    return algorithm


def tell(algorithm: Any, population: Any, answers: Sequence[Answer], objectives: int) -> None:
    """Pass answers to a pymoo algorithm.

    pymoo minimizes, so objectives change their sign. The violation of the limits is the only constraint.

    Args:
        population: individuals, in the order of the answers.
        objectives: number of values of each answer to pass.
    """
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
    """Return an eliminator of duplicates that compares codes for equality.

    pymoo's default compares distances, for which it imports SciPy (0.25 s).
    """
    from pymoo.core.duplicate import HashDuplicateElimination

    def key(one: Any) -> Any:  # pymoo passes both individuals and keys
        return one if isinstance(one, tuple) else tuple(one.X.tolist())

    return HashDuplicateElimination(key)


def decoded(population: Any, domain: Domain) -> list[Member]:
    """Return the members of a pymoo population."""
    return [domain.decode(code) for code in np.asarray(population.get("X"), np.float64)]
