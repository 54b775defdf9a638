"""A searcher is asked for queries and told the answers; it knows nothing of how they are judged, kept or shown.

What it asks is a function of the domain, its settings, its seed and the answers told so far. Nothing else is its state,
so one that was lost comes back by being told again what is known: that is how a run is resumed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from nasport.toolkit.search.query import Answer, Query


class Searcher(ABC):
    """Ask, judge, tell; again and again.

    Whoever runs a searcher may stop at any time. Queries that were asked before may be asked again; they are answered
    from memory and cost nothing.

    Attributes:
        asks_supernets: whether some of its queries are supernets, which not every judge can judge.
        one_objective: whether it reads the score alone, so that further objectives would be without effect.
    """

    asks_supernets: ClassVar[bool] = False
    one_objective: ClassVar[bool] = False

    @abstractmethod
    def ask(self) -> list[Query]:
        """The next queries, to be judged together; the same until they are told; empty: it has finished."""

    @abstractmethod
    def tell(self, answers: Sequence[Answer]) -> None:
        """The answers to the queries of the last `ask`, in its order."""
