"""`nasport search-task`: search for a proxy task that ranks labeled architectures well."""

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
    """Search, write the run into the folder `out` and print the best task.

    Returns:
        Exit status; 1 if no task distinguishes the architectures.

    Raises:
        InputError: invalid architectures, labels, options or images, or a folder that cannot be used.
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
    with TaskRun(
        options.out, search, hashes, labels, decided, options.by, options.resume, groups
    ) as task_run:
        return _go(task_run, options.steps, evaluate, pool)


def _read(options: SearchTaskOptions) -> tuple[list[Labeled], list[int] | None]:
    """Return the labeled architectures, and with `--per-source` for each the number of its source."""
    from nasport.toolkit.gennas.task_search.labeled import read_apart, read_labeled

    given = options.sources, options.source_format, options.metric, options.lower_is_better, options.out
    return read_apart(*given) if options.per_source else (read_labeled(*given), None)


def _go(run: TaskRun, steps: int, evaluate: Evaluate, pool: Pool) -> int:
    """Evaluate tasks until the run has `steps` of them, and print the best.

    Returns:
        Exit status.
    """
    from nasport.toolkit.gennas.task_search.task_run import BEST

    bar = Progress(steps, len(run.search.evaluated))
    bar.show(len(run.search.evaluated), _so_far(run.search.best))
    try:
        with pool:
            best = run.go(steps, evaluate, lambda done, best: bar.show(done, _so_far(best)))
    except KeyboardInterrupt:
        bar.clear()
        done = len(run.search.evaluated)
        say(f"{done:,} of {steps:,} tasks evaluated; continue with --resume")
        raise
    bar.clear()
    if best is None:
        say("no task ranks the architectures: each gives all of them the same result")
        return 1
    number, evaluated = best.proposal.number + 1, len(run.search.evaluated)
    print(
        f"Spearman {best.fitness:.4f} by the {run.by}, task {number:,} of {evaluated:,}: {run.folder / BEST}"
    )
    return 0


def _recurrent(labeled: Sequence[Labeled]) -> bool:
    """Return whether the networks are recurrent; a mixture raises InputError."""
    kinds = {each.architecture.is_recurrent for each in labeled}
    if len(kinds) == 2:
        raise InputError(
            "both recurrent networks and image networks, expected one kind: their proxy tasks differ"
        )
    return kinds.pop()


def _space(labeled: Sequence[Labeled], plan: Plan) -> TaskSpace:
    """Return the space of tasks on which all networks can be trained.

    A task has three stages, or one per resolution level if the networks have fewer levels.
    """
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
        return "none evaluated yet"
    return f"best {best.fitness:.3f} (task {best.proposal.number + 1:,})"
