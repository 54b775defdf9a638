"""What a searcher asks and what it is told: the only words that searchers and evaluators share.

A member of what is searched is a tuple of small integers, the genes of a space or the place in a list. A query is one
member, or a supernet: for every gene the values that are still allowed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Member = tuple[int, ...]
Allowed = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Query:
    """One architecture to judge.

    Attributes:
        member: a member; empty for a supernet.
        allowed: of a supernet, the values still allowed for every gene, ascending; empty for a member.
    """

    member: Member = ()
    allowed: Allowed = ()

    @property
    def is_supernet(self) -> bool:
        """Whether it asks for a supernet."""
        return bool(self.allowed)


@dataclass(frozen=True)
class Answer:
    """What became of a query.

    Attributes:
        query: what was asked.
        values: objectives, all to be maximized, the score first; -inf where there is none.
        violation: by how much the limits are broken, each relative to its bound, summed; 0 where they are kept.
    """

    query: Query
    values: tuple[float, ...]
    violation: float = 0.0

    @property
    def merit(self) -> tuple[float, float]:
        """What single-objective searchers compare, greater is better: first the limits, then the score.

        The rule of Deb ("An efficient constraint handling method for genetic algorithms", 2000): what keeps the limits is
        better than what breaks them, less broken is better than more.
        """
        score = self.values[0]
        return -self.violation, -math.inf if math.isnan(score) else score
