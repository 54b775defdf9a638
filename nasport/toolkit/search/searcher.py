"""The interface of searchers: `ask` returns queries, `tell` receives their answers.

The queries depend only on the domain, the settings, the seed and the answers so far. So a run is resumed by giving a new
searcher the logged answers again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from nasport.toolkit.search.query import Answer, Query


class Searcher(ABC):
    """A search algorithm, run by repeated `ask`, evaluation and `tell`.

    The caller may stop at any time. Repeated queries are answered from memory and do not count as evaluations.

    Attributes:
        asks_supernets: whether some queries are supernets, which not every evaluator supports.
        one_objective: whether the searcher reads only the score and ignores further objectives.
    """

    asks_supernets: ClassVar[bool] = False
    one_objective: ClassVar[bool] = False

    @abstractmethod
    def ask(self) -> list[Query]:
        """Return the next batch of queries; empty if the search is finished.

        Further calls before `tell` return the same queries.
        """

    @abstractmethod
    def tell(self, answers: Sequence[Answer]) -> None:
        """Receive the answers to the queries of the last `ask`, in the same order."""
