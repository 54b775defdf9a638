"""Queries and answers, the data that searchers and evaluators exchange.

A member of a domain is a tuple of small integers: the genes of a search space, or the index in a list. A query is one
member, or a supernet: the values that are still allowed for every gene.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Member = tuple[int, ...]
Allowed = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Query:
    """One member or supernet to evaluate.

    Attributes:
        member: the member; empty for a supernet.
        allowed: allowed values of every gene of a supernet, ascending; empty for a member.
    """

    member: Member = ()
    allowed: Allowed = ()

    @property
    def is_supernet(self) -> bool:
        """Whether the query is a supernet."""
        return bool(self.allowed)


@dataclass(frozen=True)
class Answer:
    """The evaluation of a query, as a searcher receives it.

    Attributes:
        query: the query.
        values: objectives, all to be maximized, the score first; -inf for missing values.
        violation: sum of the violations of all limits, each relative to its bound; 0 within the limits.
    """

    query: Query
    values: tuple[float, ...]
    violation: float = 0.0

    @property
    def merit(self) -> tuple[float, float]:
        """Key by which single-objective searchers compare answers: first the limits, then the score; greater is better.

        The rule of Deb ("An efficient constraint handling method for genetic algorithms", 2000): any answer within the
        limits is better than any outside, and outside a smaller violation is better.
        """
        score = self.values[0]
        return -self.violation, -math.inf if math.isnan(score) else score
