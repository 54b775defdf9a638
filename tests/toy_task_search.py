"""A task search whose evaluator is a formula: python -m tests.toy_task_search FOLDER STEPS SECONDS."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from nasport.toolkit.gennas.task import Task
from nasport.toolkit.gennas.task_search.fitness import Evaluate, TaskResult
from nasport.toolkit.gennas.task_search.task_run import LOG, TaskRun
from nasport.toolkit.gennas.task_search.task_searchers import SearchSettings, TaskSearch
from nasport.toolkit.gennas.task_search.task_space import TaskSpace

NAMES = tuple(f"architecture {place}" for place in range(12))
LABELS = tuple(float(place) for place in range(12))


def quality(task: Task) -> float:
    """Return a value between 0 and 1: waves and the image are good, dots and noise are bad, many channels are good."""
    stages = [{signal.kind: signal for signal in stage.signals} for stage in task.stages]
    points = [float(kind in stage) for stage in stages for kind in ("sin1d", "resize")]
    points += [float(kind not in stage) for stage in stages for kind in ("dot", "gdot")]
    points += [stage.channels / 96 for stage in task.stages]
    points += [1 - task.noise.level]
    return sum(points) / len(points)


def toy_evaluation(seconds: float = 0.0, stop_after: int | None = None) -> Evaluate:
    """Return losses that rank better for tasks of higher quality; raise KeyboardInterrupt after a given number."""
    done = 0

    def evaluate(task: Task, places: Sequence[int]) -> Iterator[TaskResult]:
        nonlocal done
        for place in reversed(places):
            if done == stop_after:
                raise KeyboardInterrupt
            done += 1
            time.sleep(seconds)
            noise = len(LABELS) * Random(f"{task.to_json()} {place}").random()
            good = quality(task)
            ranked = good * LABELS[place] + (1 - good) * noise
            yield TaskResult(place, 20 - ranked, 0.5, "odd" if noise > 11 else "")

    return evaluate


def toy_run(folder: Path, resume: bool = False, **settings: int | bool) -> TaskRun:
    chosen = SearchSettings(**{"population": 10, "tournament": 3, "seed": 5, **settings})
    return TaskRun(folder, TaskSearch(TaskSpace(), chosen), NAMES, LABELS, {"preset": "toy"}, resume=resume)


def content(folder: Path) -> dict[str, Any]:
    """Return all files; of the log, only the reproducible part."""
    records = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    for record in records:
        assert record.pop("seconds") >= 0
    files = {path.name: path.read_text() for path in folder.iterdir() if path.name != LOG}
    return {LOG: records, **files}


if __name__ == "__main__":
    toy_run(Path(sys.argv[1]), resume=True).go(int(sys.argv[2]), toy_evaluation(float(sys.argv[3])))
