"""A function of the user's own as a judge."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.run_folder import digest
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.facts import facts_of_batch, with_latency
from nasport.toolkit.search.judges.judge import Judge, Judgement
from nasport.toolkit.search.latency import LatencyTable
from nasport.toolkit.search.query import Query

Objective = Callable[[Architecture], float]

_BATCH = 64


class ObjectiveJudge(Judge):
    """Scores of a function. What the function raises ends the search; what is finished by then is kept."""

    name = "objective"

    def __init__(self, domain: Domain, objective: Objective, latency: LatencyTable | None = None) -> None:
        """Args:
        objective: higher is better; NaN: no score. A function of the architecture alone, or runs cannot be repeated.
        """
        self._domain = domain
        self._objective = objective
        self._latency = latency

    def judge(self, queries: Sequence[Query]) -> Iterator[list[Judgement]]:
        for start in range(0, len(queries), _BATCH):
            members = [query.member for query in queries[start : start + _BATCH]]
            known = facts_of_batch(self._domain.encoded(members))
            for member, (key, facts) in zip(members, known, strict=True):
                facts = with_latency(facts, self._latency, partial(self._domain.architecture, member))
                score = _number(self._objective(self._domain.architecture(member)))
                if math.isfinite(score):
                    yield [Judgement(key, score, facts)]
                else:
                    yield [Judgement(key, None, facts, f"the objective is {score}")]

    def to_json(self) -> dict[str, Any]:
        named = getattr(self._objective, "__qualname__", type(self._objective).__qualname__)
        return {"name": named, "source": _source_digest(self._objective)}


def _number(value: object) -> float:
    """What an objective returned, as a number. Raises InputError where it is none."""
    try:
        if not isinstance(value, str | bytes):
            return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError(
        f"the objective returned {value!r:.100}, expected a number (higher is better), or NaN where there is no score"
    )


def _source_digest(objective: Objective) -> str | None:
    """By which a resumed run knows the function again, as far as its text tells; None where there is no text."""
    try:
        return digest(inspect.getsource(objective))
    except (OSError, TypeError):
        return None
