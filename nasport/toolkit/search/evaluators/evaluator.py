"""The interface of evaluators, which give scores and facts to queries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from nasport.toolkit.search.facts import Facts
from nasport.toolkit.search.query import Query


class EvaluatedQuery(NamedTuple):
    """The evaluation of one query.

    Attributes:
        hash: hash of the canonical form.
        score: higher is better; None if there is none.
        facts: values by the names of `FACTS`, and further values of the evaluator.
        failed: reason for a missing or worst possible score; empty on success.
    """

    hash: str
    score: float | None
    facts: Facts
    failed: str = ""


class Evaluator(ABC):
    """Evaluates queries. The evaluation of a query does not depend on the other queries.

    Attributes:
        name: name in messages; for an extension the name of its entry point.
        supernets: whether the evaluator supports supernets.
    """

    name: str
    supernets: ClassVar[bool] = False

    @abstractmethod
    def evaluate(self, queries: Sequence[Query]) -> Iterator[list[EvaluatedQuery]]:
        """Yield evaluations in the order of the queries, in batches, each batch as soon as it is finished."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the values that determine the evaluations, for the settings of a run."""
