"""The loop of a search: ask, answer from memory or judge, keep, tell.

A run that was interrupted goes the same way again, from the log instead of the judge as far as the log goes. Nothing else
of its state is kept, and nothing else is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from nasport.schemas.errors import InputError
from nasport.toolkit.search.facts import objective_values
from nasport.toolkit.search.folder import EVALUATED, RunFolder
from nasport.toolkit.search.judges.judge import Judge, Judgement
from nasport.toolkit.search.limits import Limit, total_violation
from nasport.toolkit.search.query import Answer, Query
from nasport.toolkit.search.result import Evaluation
from nasport.toolkit.search.searcher import Searcher

IDLE_ROUNDS = 200
"""So many rounds in a row without a new query end a search: the searcher goes in circles."""


class Progress(NamedTuple):
    """How far a search is.

    Attributes:
        stage: `evaluated` by the first judge, or `trained` by the second.
        done: so far.
        total: at most.
        best: the highest score that keeps the limits, or the lowest loss; None where there is none yet.
    """

    stage: str
    done: int
    total: int
    best: float | None


Notify = Callable[[Progress], None]


class Engine:
    """A searcher, a judge and a memory.

    Attributes:
        evaluations: all so far, in order.
        seconds: that they took, all sessions together.
    """

    def __init__(
        self,
        searcher: Searcher,
        judge: Judge,
        *,
        budget: int,
        limits: Sequence[Limit] = (),
        objectives: Sequence[str] = (),
        folder: RunFolder | None = None,
        notify: Notify | None = None,
        began: float | None = None,
    ) -> None:
        """Args:
        budget: evaluations, those of earlier sessions included.
        objectives: facts that shall be small, beside the score.
        folder: to keep the evaluations in, with those of earlier sessions.
        began: when this session did, by the monotonic clock; None: now.
        """
        self.evaluations: list[Evaluation] = []
        self._searcher = searcher
        self._judge = judge
        self._budget = budget
        self._limits = limits
        self._objectives = objectives
        self._folder = folder
        self._notify = notify
        self._memory: dict[Query, Evaluation] = {}
        self._logged = folder.known if folder else []
        self._best: float | None = None
        self.seconds = 0.0 if folder is None else folder.seconds
        self._mark = time.monotonic() if began is None else began

    def run(self) -> None:
        """Until the budget is spent, the searcher has finished or goes in circles.

        Raises:
            InputError: the log is not that of this searcher; the judge cannot judge what is asked.
        """
        for evaluation in self._logged:
            self._best = _better(self._best, evaluation)
        if self._logged:
            self._show(len(self._logged))
        idle = 0
        while len(self.evaluations) < self._budget and idle < IDLE_ROUNDS:
            queries = self._searcher.ask()
            if not queries:
                return
            new = list(dict.fromkeys(query for query in queries if query not in self._memory))
            idle = 0 if new else idle + 1
            self._evaluate(new[: self._budget - len(self.evaluations)])
            if all(query in self._memory for query in queries):
                self._searcher.tell([self._answer(query) for query in queries])

    def _evaluate(self, queries: Sequence[Query]) -> None:
        start = len(self.evaluations)
        known = self._logged[start : start + len(queries)]
        self._replay(queries, known)
        rest = queries[len(known) :]
        if not rest:
            return
        if not self._judge.supernets and any(query.is_supernet for query in rest):
            raise InputError(
                f"the judge {self._judge.name!r} cannot judge supernets, which this searcher asks for; expected the "
                "searcher regularised, evolution, random or exhaustive"
            )
        done = 0
        for judgements in self._judge.judge(rest):
            asked = rest[done : done + len(judgements)]
            numbered = enumerate(zip(asked, judgements, strict=True), len(self.evaluations))
            self._keep([self._evaluation(number, query, each) for number, (query, each) in numbered])
            done += len(judgements)

    def _replay(self, queries: Sequence[Query], known: Sequence[Evaluation]) -> None:
        for query, evaluation in zip(queries, known, strict=False):
            if evaluation.query != query:
                raise InputError(
                    f"not what this search asks as number {evaluation.number}; expected the log as this version of nasport "
                    "wrote it",
                    file=str(self._folder.path / EVALUATED) if self._folder else None,
                    line=evaluation.number + 1,
                )
            self._remember(evaluation)

    def _keep(self, evaluations: Sequence[Evaluation]) -> None:
        now = time.monotonic()
        taken, self._mark = now - self._mark, now
        if self._folder is not None:
            self._folder.append(evaluations, taken)
            self.seconds = self._folder.seconds
        else:
            self.seconds += taken
        for evaluation in evaluations:
            self._remember(evaluation)
            self._best = _better(self._best, evaluation)
        self._show(len(self.evaluations))

    def _show(self, done: int) -> None:
        if self._notify is not None:
            self._notify(Progress("evaluated", done, self._budget, self._best))

    def _remember(self, evaluation: Evaluation) -> None:
        self._memory[evaluation.query] = evaluation
        self.evaluations.append(evaluation)

    def _evaluation(self, number: int, query: Query, judgement: Judgement) -> Evaluation:
        return Evaluation(
            number,
            query,
            judgement.hash,
            judgement.score,
            judgement.facts,
            total_violation(self._limits, judgement.facts),
            judgement.failed,
        )

    def _answer(self, query: Query) -> Answer:
        found = self._memory[query]
        return Answer(query, objective_values(found.score, found.facts, self._objectives), found.violation)


def _better(best: float | None, evaluation: Evaluation) -> float | None:
    """The best score with one more evaluation, which counts where it is a member that keeps the limits."""
    counts = not evaluation.query.is_supernet and evaluation.violation == 0
    if not counts or evaluation.score is None:
        return best
    return evaluation.score if best is None else max(best, evaluation.score)
