"""The loop of a search: ask, answer from memory or judge, keep, tell.

A run that was interrupted goes the same way again, from the log instead of the evaluator as far as the log goes. Nothing else
of its state is kept, and nothing else is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from nasport.schemas.errors import InputError
from nasport.toolkit.search.evaluators.evaluator import Evaluator, ProxyValues
from nasport.toolkit.search.facts import objective_values
from nasport.toolkit.search.folder import EVALUATED, RunFolder
from nasport.toolkit.search.limits import Limit, total_violation
from nasport.toolkit.search.query import Answer, Query
from nasport.toolkit.search.result import Evaluation
from nasport.toolkit.search.searcher import Searcher

IDLE_ROUNDS = 200
"""So many rounds in a row without a new query end a search: the searcher goes in circles."""


class SearchProgress(NamedTuple):
    """How far a search is.

    Attributes:
        stage: `evaluated` by the first evaluator, or `trained` by the second.
        done: so far.
        total: at most.
        best: the highest score that keeps the limits, or the lowest loss; None where there is none yet.
    """

    stage: str
    done: int
    total: int
    best: float | None


Notify = Callable[[SearchProgress], None]


@dataclass
class Engine:
    """A searcher, an evaluator and a memory.

    Attributes:
        budget: evaluations, those of earlier sessions included.
        objectives: facts that shall be small, beside the score.
        folder: to keep the evaluations in, with those of earlier sessions.
        began: when this session did, by the monotonic clock; None: now.
        evaluations: all so far, in order.
        seconds: that they took, all sessions together.
    """

    searcher: Searcher
    evaluator: Evaluator
    budget: int
    limits: Sequence[Limit] = ()
    objectives: Sequence[str] = ()
    folder: RunFolder | None = None
    notify: Notify | None = None
    began: float | None = None

    def __post_init__(self) -> None:
        self.evaluations: list[Evaluation] = []
        self.seconds = self.folder.seconds if self.folder else 0.0
        self._logged = self.folder.known if self.folder else []
        self._memory: dict[Query, Evaluation] = {}
        self._best: float | None = None
        self._mark = time.monotonic() if self.began is None else self.began

    def run(self) -> None:
        """Until the budget is spent, the searcher has finished or goes in circles.

        Raises:
            InputError: the log is not that of this searcher; the evaluator cannot judge what is asked.
        """
        self._show(self._logged, len(self._logged))
        idle = 0
        while len(self.evaluations) < self.budget and idle < IDLE_ROUNDS:
            queries = self.searcher.ask()
            if not queries:
                return
            new = list(dict.fromkeys(query for query in queries if query not in self._memory))
            idle = 0 if new else idle + 1
            self._evaluate(new[: self.budget - len(self.evaluations)])
            if all(query in self._memory for query in queries):
                self.searcher.tell([self._answer(query) for query in queries])

    def _evaluate(self, queries: Sequence[Query]) -> None:
        start = len(self.evaluations)
        known = self._logged[start : start + len(queries)]
        for query, evaluation in zip(queries, known, strict=False):
            if evaluation.query != query:
                raise InputError(
                    f"not what this search asks as number {evaluation.number}; expected the log as this version of nasport "
                    "wrote it",
                    file=str(self.folder.path / EVALUATED) if self.folder else None,
                    line=evaluation.number + 1,
                )
        self._remember(known)
        rest = queries[len(known) :]
        if not self.evaluator.supernets and any(query.is_supernet for query in rest):
            raise InputError(
                f"the evaluator {self.evaluator.name!r} cannot judge supernets, which this searcher asks for; expected the "
                "searcher regularized, evolution, random or exhaustive"
            )
        asked = iter(rest)
        for judgements in self.evaluator.evaluator(rest) if rest else ():
            self._keep(list(zip(islice(asked, len(judgements)), judgements, strict=True)))

    def _keep(self, evaluated: Sequence[tuple[Query, ProxyValues]]) -> None:
        new = []
        for number, (query, found) in enumerate(evaluated, len(self.evaluations)):
            broken = total_violation(self.limits, found.facts)
            new.append(Evaluation(number, query, found.hash, found.score, found.facts, broken, found.failed))
        now = time.monotonic()
        taken, self._mark = now - self._mark, now
        if self.folder is not None:
            self.folder.append(new, taken)
            self.seconds = self.folder.seconds
        else:
            self.seconds += taken
        self._remember(new)
        self._show(new, len(self.evaluations))

    def _remember(self, evaluations: Sequence[Evaluation]) -> None:
        self._memory.update((evaluation.query, evaluation) for evaluation in evaluations)
        self.evaluations += evaluations

    def _show(self, new: Sequence[Evaluation], done: int) -> None:
        """Tell how many are done, and the best of the members that keep the limits."""
        kept = (each for each in new if not each.query.is_supernet and each.violation == 0)
        scores = [each.score for each in kept if each.score is not None]
        self._best = max([*scores, *([] if self._best is None else [self._best])], default=None)
        if self.notify is not None and done:
            self.notify(SearchProgress("evaluated", done, self.budget, self._best))

    def _answer(self, query: Query) -> Answer:
        found = self._memory[query]
        return Answer(query, objective_values(found.score, found.facts, self.objectives), found.violation)
