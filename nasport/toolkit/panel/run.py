"""A run of the panel in a folder: its settings, the plan for its time budget, and its evaluations.

settings.json       what determines the run; a resumed run must have the same settings
plan.json           the plan, written once after the timed probe
evaluations.jsonl   a line for every evaluation, written as soon as it is finished
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from nasport.runtime.predictor import cores
from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json, read_bytes
from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.requirements import versions
from nasport.toolkit.options import Options
from nasport.toolkit.panel.choices import PanelChoices
from nasport.toolkit.panel.evaluations import Notify, StageEvaluations
from nasport.toolkit.panel.planning import PanelPlan, stages, training_plan
from nasport.toolkit.panel.stages import Stage
from nasport.toolkit.run_folder import open_run, remove_leftovers

PLAN, EVALUATIONS = "plan.json", "evaluations.jsonl"


@dataclass(frozen=True)
class PanelRun:
    """A run in progress.

    Attributes:
        plan: the plan for the time budget.
        stages: stages that run networks, by name.
        evaluations: finished evaluations, which also run the missing ones.
    """

    plan: PanelPlan
    stages: Mapping[str, Stage]
    evaluations: StageEvaluations


def jobs_of(choices: PanelChoices) -> int:
    """Return the number of processes that evaluate in parallel."""
    return choices.jobs or (1 if choices.device == "cuda" else cores())


def decisive_settings(choices: PanelChoices, recurrent: bool) -> dict[str, Any]:
    """Return what determines the evaluations apart from the plan: settings of the training, and versions of libraries."""
    plan = training_plan(choices, recurrent, "float32").to_json()
    for name in ("depth", "precision"):  # the plan of the run chooses these
        del plan["settings"][name]
    return {"training": plan, **versions()}


@contextmanager
def panel_run(
    choices: PanelChoices,
    recurrent: bool,
    make_plan: Callable[[], PanelPlan],
    *,
    folder: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    options: type[Options] = Options,
    notify: Notify | None = None,
) -> Iterator[PanelRun]:
    """Start a run or resume one, for a `with` block.

    Args:
        choices: options of the panel.
        recurrent: whether the networks have recurrent cells.
        make_plan: function that makes the plan; it is called only if the folder has none.
        folder: folder of the run; None to keep nothing.
        settings: further JSON values that determine the run.
        resume: whether to continue the run in the folder.
        options: class of the options, which gives names to settings that differ.
        notify: function that is called after every evaluation.

    Yields:
        the run.

    Raises:
        InputError: the folder holds something else, or a run with other settings.
    """
    if folder is None:
        with _started(choices, recurrent, make_plan(), None, notify) as run:
            yield run
        return
    decisive = {**(settings or {}), **decisive_settings(choices, recurrent)}
    new = not folder.exists()
    with ExitStack() as block:
        block.enter_context(open_run(folder, decisive, resume, options))
        remove_leftovers([folder / PLAN])
        try:
            plan = load_or_make_plan(folder / PLAN, make_plan)
        except InputError:  # the budget is too small, or a network cannot be built
            block.close()
            if new:
                rmtree(folder, ignore_errors=True)
            raise
        with _started(choices, recurrent, plan, folder / EVALUATIONS, notify) as run:
            yield run


@contextmanager
def _started(
    choices: PanelChoices, recurrent: bool, plan: PanelPlan, file: Path | None, notify: Notify | None
) -> Iterator[PanelRun]:
    training = training_plan(choices, recurrent, plan.precision)
    with StageEvaluations(jobs_of(choices), file, notify) as evaluations:
        yield PanelRun(plan, stages(choices, training, plan.depth), evaluations)


def load_or_make_plan(file: Path, make_plan: Callable[[], PanelPlan]) -> PanelPlan:
    """Return the plan in a file; if there is no file, make a plan and write it there.

    Raises:
        InputError: the file holds something else, or no plan can be made.
    """
    if file.is_file():
        content = parse_json(read_bytes(file), file=str(file))
        if not isinstance(content, dict):
            raise InputError("not a JSON object, expected a plan", file=str(file))
        return PanelPlan.from_json(content)
    plan = make_plan()
    write_atomically(file, (json.dumps(plan.to_json(), indent=1) + "\n").encode())
    return plan
