"""A task search in a folder that can be killed at any moment and resumed.

    settings.json      everything that determines the search; only digests of labels and images
    evaluated.jsonl    one line per evaluated task: number, parent, task, fitness, loss and fit of each architecture
    unfinished.jsonl   results of the task that is being evaluated
    best.json          the best task so far, for use with --task

The searcher's proposals depend only on the settings and the log. A resumed run replays the log and trains the missing
architectures. Apart from the seconds, it ends with the same files as an uninterrupted run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import NoneType
from typing import Any, Self

from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit import run_folder
from nasport.toolkit.gennas.task_search.fitness import BY, Evaluate, TaskResult, fitness
from nasport.toolkit.gennas.task_search.task_options import SearchTaskOptions
from nasport.toolkit.gennas.task_search.task_searchers import (
    Evaluated,
    Proposal,
    TaskSearch,
    proposal_to_json,
)

LOG, UNFINISHED, BEST = "evaluated.jsonl", "unfinished.jsonl", "best.json"

# Called after every architecture with the number of evaluated tasks, including the evaluated part of the current task,
# and the best task so far.
Notify = Callable[[float, Evaluated | None], None]


class TaskRun:
    """A search with its folder, which is locked until the run is closed.

    Args:
        folder: folder of the run, created if it is missing.
        search: a new searcher.
        names: unique names of the architectures in the log, such as their hashes.
        labels: labels of the architectures, higher is better.
        settings: further JSON values that determine the training; a resumed run must have the same.
        by: result that ranks the architectures, one of `BY`.
        groups: group of each architecture, see `fitness`; None: all architectures form one group.
        resume: whether to continue the run in the folder.

    Raises:
        InputError: the folder is not empty and `resume` is false, it has another search or a damaged one, or another
            process uses it.
    """

    def __init__(
        self,
        folder: Path,
        search: TaskSearch,
        names: Sequence[str],
        labels: Sequence[float],
        settings: Mapping[str, Any],
        by: str = BY[0],
        resume: bool = False,
        groups: Sequence[int] | None = None,
    ) -> None:
        self.folder, self.search, self.by, self.groups = folder, search, by, groups
        self.names, self.labels = tuple(names), tuple(labels)
        header = {"format": "nasport-task-search", "version": 1, **search.to_json(), "by": by, **settings}
        data: dict[str, Any] = {"labels": run_folder.digest(list(labels)), "architectures": list(names)}
        if groups is not None:
            data["groups"] = list(groups)
        with ExitStack() as opened:
            opened.enter_context(run_folder.open_run(folder, header | data, resume, SearchTaskOptions))
            run_folder.remove_leftovers(folder / name for name in (run_folder.SETTINGS, BEST))
            self._replay()
            self._write_best()
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def go(self, steps: int, evaluate: Evaluate, notify: Notify | None = None) -> Evaluated | None:
        """Evaluate tasks until `steps` tasks are evaluated; return the best."""
        while len(self.search.evaluated) < steps:
            self._evaluate(self.search.ask(), evaluate, notify)
        return self.search.best

    def _evaluate(self, proposal: Proposal, evaluate: Evaluate, notify: Notify | None) -> None:
        found = self._unfinished(proposal)
        missing = [place for place, name in enumerate(self.names) if name not in found]
        start = time.monotonic()
        for trained in evaluate(proposal.task, missing) if missing else ():
            name = self.names[trained.place]
            found[name] = trained
            record = {"number": proposal.number, "name": name, **trained._asdict()}
            del record["place"]
            run_folder.append_records(self.folder / UNFINISHED, [record])
            if notify is not None:
                notify(proposal.number + len(found) / len(self.names), self.search.best)
        results = {name: found[name] for name in self.names}
        evaluated = self.search.tell(fitness(list(results.values()), self.labels, self.by, self.groups))
        record = {**proposal_to_json(proposal), "fitness": evaluated.fitness}
        record["seconds"] = round(time.monotonic() - start, 3)
        record["losses"] = {name: result.loss for name, result in results.items()}
        record["fits"] = {name: result.fit for name, result in results.items()}
        if failed := {name: result.failed for name, result in results.items() if result.failed}:
            record["failed"] = failed
        run_folder.append_records(self.folder / LOG, [record])
        if evaluated is self.search.best:
            self._write_best()
        (self.folder / UNFINISHED).unlink(missing_ok=True)

    def _replay(self) -> None:
        """Report the logged fitness of each task to the searcher."""
        log = self.folder / LOG
        for line, record in enumerate(run_folder.read_records(log), 1):
            proposal, fitness = self.search.ask(), record.get("fitness")
            given = {key: record.get(key) for key in ("number", "parent", "task")}
            if given != proposal_to_json(proposal) or type(fitness) not in (float, int, NoneType):
                raise InputError(
                    f"differs from task {proposal.number} that this search proposes, expected an unchanged log of this "
                    "version of nasport",
                    file=str(log),
                    line=line,
                )
            self.search.tell(fitness)

    def _unfinished(self, proposal: Proposal) -> dict[str, TaskResult]:
        """Read the results of the current task from the folder."""
        places = {name: place for place, name in enumerate(self.names)}
        found = {}
        for record in run_folder.read_records(self.folder / UNFINISHED):
            name, loss, fit = (record.get(key) for key in ("name", "loss", "fit"))
            if record.get("number") != proposal.number or name not in places:
                continue
            if isinstance(loss, float) and isinstance(fit, float):
                found[name] = TaskResult(places[name], loss, fit, record.get("failed", ""))
        return found

    def _write_best(self) -> None:
        best = self.search.best
        if best is not None:
            words = (
                f"Found by nasport search-task; Spearman {best.fitness:.3f} on {len(self.names)} architectures, "
                f"by the {self.by}."
            )
            text = json.dumps(replace(best.proposal.task, description=words).to_json(), indent=2)
            write_atomically(self.folder / BEST, (text + "\n").encode())
