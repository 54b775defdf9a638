"""A searcher written as one straight story: a generator that yields queries and is sent their answers.

Every searcher here is such a story; a searcher that joins others tells theirs one after the other (`yield from`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterable, Sequence

from nasport.toolkit.search.query import Answer, Member, Query
from nasport.toolkit.search.searcher import Searcher

Steps = Generator[list[Query], Sequence[Answer], None]


class StepSearcher(Searcher):
    """A searcher whose whole course is `steps`."""

    _course: Steps | None = None
    _asked: Sequence[Query] = ()

    @abstractmethod
    def steps(self) -> Steps:
        """Yields queries, never none, and is sent their answers in the same order; returns when it has finished."""

    def ask(self) -> list[Query]:
        """The next queries, to be judged together; the same until they are told; empty: it has finished."""
        if self._course is None:
            self._course = self.steps()
            self._asked = next(self._course, [])
        return list(self._asked)

    def tell(self, answers: Sequence[Answer]) -> None:
        """The answers to the queries of the last `ask`, in its order.

        Raises:
            ValueError: answers to other queries than were asked.
        """
        asked = self.ask()
        if [answer.query for answer in answers] != asked:
            raise ValueError(f"expected answers to the {len(asked)} queries of the last ask, in their order")
        if asked and self._course is not None:
            try:
                self._asked = self._course.send(answers)
            except StopIteration:
                self._asked = []


def members(found: Iterable[Member]) -> list[Query]:
    """Queries for members."""
    return [Query(member=member) for member in found]


def best(answers: Iterable[Answer]) -> Answer:
    """The answer of the greatest merit, the earliest of equals."""
    return max(answers, key=lambda answer: answer.merit)
