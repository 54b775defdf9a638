"""An evaluator: says of queries how good they are, and what is known of them besides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from nasport.toolkit.search.facts import Facts
from nasport.toolkit.search.query import Query


class ProxyValues(NamedTuple):
    """What became of one query.

    Attributes:
        hash: of the canonical form.
        score: higher is better; None where there is none.
        facts: by the names of `FACTS`, and what the evaluator has to tell besides.
        failed: why there is no score, or none but the worst; empty where all went well.
    """

    hash: str
    score: float | None
    facts: Facts
    failed: str = ""


class Evaluator(ABC):
    """Evaluators queries; a judgement depends on the query alone, not on those beside it.

    Attributes:
        name: in messages; of an extension's judge that of its entry point.
        supernets: whether it can judge them.
    """

    name: str
    supernets: ClassVar[bool] = False

    @abstractmethod
    def evaluator(self, queries: Sequence[Query]) -> Iterator[list[ProxyValues]]:
        """Judgements in the order of the queries, in pieces, each as soon as it is known."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """What decides its judgements, for the settings of a run."""
