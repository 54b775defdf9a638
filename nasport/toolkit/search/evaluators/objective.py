"""A Python function of the user as an evaluator."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.run_folder import digest
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.evaluators.evaluator import EvaluatedQuery, Evaluator
from nasport.toolkit.search.facts import known_of
from nasport.toolkit.search.latency import LayerLatencies
from nasport.toolkit.search.query import Query

Objective = Callable[[Architecture], float]

_BATCH = 64


@dataclass
class ObjectiveEvaluator(Evaluator):
    """Scores by a function. An exception of the function ends the search; finished evaluations stay in the log.

    Attributes:
        objective: function that returns a score, higher is better, or NaN for no score. Runs are reproducible only if the
            result depends on the architecture alone.
    """

    domain: Domain
    objective: Objective
    latency: LayerLatencies | None = None
    name = "objective"

    def __post_init__(self) -> None:
        if not callable(self.objective):
            raise TypeError(
                f"the objective is a {type(self.objective).__name__}, expected a function of an Architecture"
            )

    def evaluate(self, queries: Sequence[Query]) -> Iterator[list[EvaluatedQuery]]:
        for start in range(0, len(queries), _BATCH):
            members = [query.member for query in queries[start : start + _BATCH]]
            known = known_of(self.domain, members, self.latency)
            for member, (key, facts) in zip(members, known, strict=True):
                score = _number(self.objective(self.domain.architecture(member)))
                finite = math.isfinite(score)
                failed = "" if finite else f"the objective is {score}"
                yield [EvaluatedQuery(key, score if finite else None, facts, failed)]

    def to_json(self) -> dict[str, Any]:
        named = getattr(self.objective, "__qualname__", type(self.objective).__qualname__)
        try:  # a resumed run compares the source code of the function, if it is available
            source = digest(inspect.getsource(self.objective))
        except (OSError, TypeError):
            source = None
        return {"name": named, "source": source}


def _number(value: object) -> float:
    """Convert the result of an objective to a number. Raises InputError if that is impossible."""
    try:
        if not isinstance(value, str | bytes):
            return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError(
        f"the objective returned {value!r:.100}, expected a number (higher is better), or NaN for no score"
    )
