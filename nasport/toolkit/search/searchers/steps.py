"""Searchers written as generators that yield queries and receive the answers by `send`.

All searchers of this package are such generators. A searcher combines others by `yield from`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterable, Sequence

from nasport.toolkit.search.query import Answer, Member, Query
from nasport.toolkit.search.searcher import Searcher

Steps = Generator[list[Query], Sequence[Answer], None]


class StepSearcher(Searcher):
    """A searcher whose algorithm is the generator `steps`."""

    _course: Steps | None = None
    _asked: Sequence[Query] = ()

    @abstractmethod
    def steps(self) -> Steps:
        """Yield non-empty batches of queries and receive their answers in the same order; return at the end."""

    def ask(self) -> list[Query]:
        """Return the next batch of queries; see `Searcher.ask`."""
        if self._course is None:
            self._course = self.steps()
            self._asked = next(self._course, [])
        return list(self._asked)

    def tell(self, answers: Sequence[Answer]) -> None:
        """Receive the answers to the queries of the last `ask`, in the same order.

        Raises:
            ValueError: the answers belong to other queries.
        """
        asked = self.ask()
        if [answer.query for answer in answers] != asked:
            raise ValueError(
                f"answers to other queries, expected answers to the {len(asked)} queries of the last ask, in their order"
            )
        if asked and self._course is not None:
            try:
                self._asked = self._course.send(answers)
            except StopIteration:
                self._asked = []


def members(found: Iterable[Member]) -> list[Query]:
    """Return queries for members."""
    return [Query(member=member) for member in found]


def best(answers: Iterable[Answer]) -> Answer:
    """Return the answer with the greatest merit, the first if several are equal."""
    return max(answers, key=lambda answer: answer.merit)
