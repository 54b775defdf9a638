"""The main loop of a search: get queries from the searcher, evaluate new ones, log the evaluations, return the answers.

A resumed run repeats the same loop and takes evaluations from the log until the log ends. The log is the only state that a
run keeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from nasport.schemas.errors import InputError
from nasport.toolkit.search.evaluators.evaluator import EvaluatedQuery, Evaluator
from nasport.toolkit.search.facts import objective_values
from nasport.toolkit.search.folder import EVALUATED, RunFolder
from nasport.toolkit.search.limits import Limit, total_violation
from nasport.toolkit.search.query import Answer, Query
from nasport.toolkit.search.result import Evaluation
from nasport.toolkit.search.searcher import Searcher

IDLE_ROUNDS = 200
"""Number of consecutive rounds without new queries that end a search, because the searcher only repeats itself."""


class SearchProgress(NamedTuple):
    """Progress of a search.

    Attributes:
        stage: `evaluated` by the first evaluator, `trained` by GenNAS, or `evaluated by` a stage of the panel.
        done: number of finished items.
        total: maximum number of items.
        best: highest score within the limits, or lowest loss; None if there is none yet.
    """

    stage: str
    done: int
    total: int
    best: float | None


Notify = Callable[[SearchProgress], None]


@dataclass
class Engine:
    """Runs a searcher with an evaluator and remembers all evaluations.

    Attributes:
        budget: maximum number of evaluations, including earlier sessions.
        objectives: facts to minimize in addition to the score, which is maximized.
        folder: folder that logs the evaluations and holds those of earlier sessions.
        began: start of this session by the monotonic clock; None for now.
        evaluations: all evaluations so far, in order.
        seconds: time that they took, all sessions together.
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
        """Run until the budget is spent or the searcher finishes or only repeats itself.

        Raises:
            InputError: the log belongs to another search, or the evaluator does not support supernets.
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
                    f"differs from evaluation {evaluation.number} of this search, expected an unchanged log of the same "
                    "version of nasport",
                    file=str(self.folder.path / EVALUATED) if self.folder else None,
                    line=evaluation.number + 1,
                )
        self._remember(known)
        rest = queries[len(known) :]
        if not self.evaluator.supernets and any(query.is_supernet for query in rest):
            raise InputError(
                f"the evaluator {self.evaluator.name!r} does not support supernets, which this searcher evaluates; expected "
                "the searcher regularized, evolution, random or exhaustive"
            )
        remaining = iter(rest)
        for evaluated in self.evaluator.evaluate(rest) if rest else ():
            self._keep(list(zip(islice(remaining, len(evaluated)), evaluated, strict=True)))

    def _keep(self, evaluated: Sequence[tuple[Query, EvaluatedQuery]]) -> None:
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
        """Report the progress, with the best score within the limits."""
        kept = (each for each in new if not each.query.is_supernet and each.violation == 0)
        scores = [each.score for each in kept if each.score is not None]
        self._best = max([*scores, *([] if self._best is None else [self._best])], default=None)
        if self.notify is not None and done:
            self.notify(SearchProgress("evaluated", done, self.budget, self._best))

    def _answer(self, query: Query) -> Answer:
        found = self._memory[query]
        return Answer(query, objective_values(found.score, found.facts, self.objectives), found.violation)
