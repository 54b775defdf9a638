"""`nasport search-task`: find a proxy task that ranks a handful of labelled architectures well."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.requirements import require_torch
from nasport.toolkit.gennas.task_search.labelled import Labelled, read_labelled
from nasport.toolkit.progress import ProgressBar

if TYPE_CHECKING:
    from nasport.toolkit.gennas.pool import Pool
    from nasport.toolkit.gennas.task_search.fitness import Evaluate
    from nasport.toolkit.gennas.task_search.task_run import TaskRun
    from nasport.toolkit.gennas.task_search.task_searchers import Judged
    from nasport.toolkit.gennas.task_search.task_space import TaskSpace
    from nasport.toolkit.gennas.trainer import Plan


def run_search_task(
    sources: Sequence[str],
    out: Path,
    choices: Choices,
    *,
    source_format: str | None = None,
    metric: str | None = None,
    lower_is_better: bool = False,
    steps: int = 400,
    population: int = 50,
    tournament: int = 10,
    random: bool = False,
    by: str = "loss",
    jobs: int | None = None,
    resume: bool = False,
) -> int:
    """Search, and write the run into the folder `out`; returns the exit status.

    Args:
        sources: documents with labels, or with `source_format` lines `NOTATION<TAB>LABEL`.
        choices: of the trainings; a task has no say. The seed is the search's too.
        metric: which of several labels, such as `accuracy` or `cifar10/test/accuracy`.
        lower_is_better: labels are errors or losses.
        steps: tasks to judge in all, those of the run that goes on included.
        random: random search in place of evolution.
        by: what architectures are ranked by: `loss`, as in the paper, or `fit`.
        jobs: processes; None: one for every core.

    Raises:
        InputError: wrong architectures, labels, options or images; `out` cannot be used.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    _check_options(steps=steps, population=population, tournament=tournament)
    require_torch()
    from nasport.toolkit.gennas.task_search.fitness import BY

    if by not in BY:
        raise InputError(f"--by {by!r}{did_you_mean(by, BY)}expected one of {', '.join(BY)}")
    from nasport.toolkit.gennas.planning import IMAGE_TASK, SEQUENCE_TASK, plan_of
    from nasport.toolkit.gennas.pool import Pool, usable_cores
    from nasport.toolkit.gennas.task_search.task_run import TaskRun
    from nasport.toolkit.gennas.task_search.task_searchers import SearchSettings, TaskSearch
    from nasport.toolkit.gennas.task_search.task_training import decisive, training

    labelled = read_labelled(sources, source_format, metric, lower_is_better, out)
    family = SEQUENCE_TASK if _recurrent(labelled) else IMAGE_TASK
    plan = plan_of(replace(choices, task=family))
    architectures = [each.architecture for each in labelled]
    pool = Pool(jobs or (usable_cores() if choices.device == "cpu" else 1))
    space = _space(labelled, plan)
    evaluate = training(architectures, plan, pool)
    with TaskRun(
        out,
        TaskSearch(space, SearchSettings(choices.seed, population, tournament, random)),
        [each.hash for each in labelled],
        [each.label for each in labelled],
        decisive(plan, architectures),
        by,
        resume,
    ) as run:
        return _go(run, steps, evaluate, pool)


def _go(run: TaskRun, steps: int, evaluate: Evaluate, pool: Pool) -> int:
    """Judge what is left of so many tasks, and print the best; returns the exit status."""
    from nasport.toolkit.gennas.task_search.task_run import BEST

    bar = ProgressBar(steps, len(run.search.judged))
    bar.show(len(run.search.judged), _so_far(run.search.best))
    try:
        with pool:
            best = run.go(steps, evaluate, lambda done, best: bar.show(done, _so_far(best)))
    except KeyboardInterrupt:
        bar.clear()
        done = len(run.search.judged)
        print(f"nasport: {done:,} of {steps:,} tasks are judged; --resume goes on", file=sys.stderr)
        raise
    bar.clear()
    if best is None:
        print("nasport: no task told the architectures apart", file=sys.stderr)
        return 1
    number, judged = best.proposal.number + 1, len(run.search.judged)
    print(f"Spearman {best.fitness:.4f} by the {run.by}, task {number:,} of {judged:,}: {run.folder / BEST}")
    return 0


def _check_options(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise InputError(f"--{name} {count}, expected at least 1")


def _recurrent(labelled: Sequence[Labelled]) -> bool:
    """Whether the networks are recurrent."""

    found = {each.architecture.is_recurrent for each in labelled}
    if len(found) == 2:
        raise InputError(
            "recurrent networks and image networks, expected one kind: they have different tasks"
        )
    return found.pop()


def _space(labelled: Sequence[Labelled], plan: Plan) -> TaskSpace:
    """Of tasks that all networks can be trained on; a task has three stages, or as many as there are levels."""
    from nasport.toolkit.gennas.task_search.task_space import TaskSpace
    from nasport.toolkit.gennas.task_search.task_training import levels_of

    levels = []
    for each in labelled:
        try:
            levels.append(levels_of(each.architecture, plan))
        except InputError as error:
            raise each.located(error) from None
    if _recurrent(labelled):
        return TaskSpace(recurrent=True)
    stages = min(TaskSpace.stages, max(levels))
    return TaskSpace(stages=stages, levels=min(stages, *levels))


def _so_far(best: Judged | None) -> str:
    if best is None:
        return "none judged yet"
    return f"best {best.fitness:.3f} (task {best.proposal.number + 1:,})"
