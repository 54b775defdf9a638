"""`nasport search-task`: find a proxy task that ranks a handful of labeled architectures well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.task_search.task_options import SearchTaskOptions
from nasport.toolkit.printing.report import say
from nasport.toolkit.progress import Progress

if TYPE_CHECKING:
    from nasport.toolkit.gennas.pool import Pool
    from nasport.toolkit.gennas.task_search.fitness import Evaluate
    from nasport.toolkit.gennas.task_search.labeled import Labeled
    from nasport.toolkit.gennas.task_search.task_run import TaskRun
    from nasport.toolkit.gennas.task_search.task_searchers import Evaluated
    from nasport.toolkit.gennas.task_search.task_space import TaskSpace
    from nasport.toolkit.gennas.trainer import Plan


def run(options: SearchTaskOptions) -> int:
    """Search, and write the run into the folder `out`; returns the exit status.

    Raises:
        InputError: wrong architectures, labels, options or images; `out` cannot be used.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch

    require_torch()
    from nasport.runtime.predictor import cores
    from nasport.toolkit.gennas.planning import IMAGE_TASK, SEQUENCE_TASK, plan_of
    from nasport.toolkit.gennas.pool import Pool
    from nasport.toolkit.gennas.task_search.task_run import TaskRun
    from nasport.toolkit.gennas.task_search.task_searchers import SearchSettings, TaskSearch
    from nasport.toolkit.gennas.task_search.task_training import decisive, training
    from nasport.toolkit.run_folder import OPTIONS

    if options.resume:
        options = options.over(options.known())
    if not options.sources:
        raise InputError("no architectures, expected documents with labels")
    labeled, groups = _read(options)
    plan = plan_of(options.on(SEQUENCE_TASK if _recurrent(labeled) else IMAGE_TASK))
    architectures = [each.architecture for each in labeled]
    pool = Pool(options.jobs or (1 if options.device == "cuda" else cores()))
    evaluate = training(architectures, plan, pool)
    settings = SearchSettings(options.seed, options.population, options.tournament, options.random)
    search = TaskSearch(_space(labeled, plan), settings)
    hashes, labels = [each.hash for each in labeled], [each.label for each in labeled]
    decided = decisive(plan, architectures) | {OPTIONS: options.kept()}
    with TaskRun(options.out, search, hashes, labels, decided, options.by, options.resume, groups) as found:
        return _go(found, options.steps, evaluate, pool)


def _read(options: SearchTaskOptions) -> tuple[list[Labeled], list[int] | None]:
    """The architectures, and with `--per-source` the number of the source of each."""
    from nasport.toolkit.gennas.task_search.labeled import read_apart, read_labeled

    asked = options.sources, options.source_format, options.metric, options.lower_is_better, options.out
    return read_apart(*asked) if options.per_source else (read_labeled(*asked), None)


def _go(run: TaskRun, steps: int, evaluate: Evaluate, pool: Pool) -> int:
    """Judge what is left of so many tasks, and print the best; returns the exit status."""
    from nasport.toolkit.gennas.task_search.task_run import BEST

    bar = Progress(steps, len(run.search.evaluated))
    bar.show(len(run.search.evaluated), _so_far(run.search.best))
    try:
        with pool:
            best = run.go(steps, evaluate, lambda done, best: bar.show(done, _so_far(best)))
    except KeyboardInterrupt:
        bar.clear()
        done = len(run.search.evaluated)
        say(f"{done:,} of {steps:,} tasks are judged; --resume goes on")
        raise
    bar.clear()
    if best is None:
        say("no task told the architectures apart")
        return 1
    number, evaluated = best.proposal.number + 1, len(run.search.evaluated)
    print(
        f"Spearman {best.fitness:.4f} by the {run.by}, task {number:,} of {evaluated:,}: {run.folder / BEST}"
    )
    return 0


def _recurrent(labeled: Sequence[Labeled]) -> bool:
    """Whether the networks are recurrent."""
    found = {each.architecture.is_recurrent for each in labeled}
    if len(found) == 2:
        raise InputError("recurrent networks and image networks, expected one kind: their tasks differ")
    return found.pop()


def _space(labeled: Sequence[Labeled], plan: Plan) -> TaskSpace:
    """Of tasks that all networks can be trained on; a task has three stages, or as many as there are levels."""
    from nasport.toolkit.gennas.task_search.task_space import TaskSpace
    from nasport.toolkit.gennas.task_search.task_training import levels_of

    levels = []
    for each in labeled:
        try:
            levels.append(levels_of(each.architecture, plan))
        except InputError as error:
            raise each.located(error) from None
    if _recurrent(labeled):
        return TaskSpace(recurrent=True)
    stages = min(TaskSpace.stages, max(levels))
    return TaskSpace(stages=stages, levels=min(stages, *levels))


def _so_far(best: Evaluated | None) -> str:
    if best is None:
        return "none judged yet"
    return f"best {best.fitness:.3f} (task {best.proposal.number + 1:,})"
