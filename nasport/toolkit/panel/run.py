"""A run of the panel in a folder: its settings, the plan that its budget became, and what was heard.

settings.json   what decides the run; one that goes on must have the same
plan.json       what there was time for, written once after the timed probe
heard.jsonl     a line for every judgement, as it comes
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
from nasport.toolkit.panel.hearings import Hearings, Notify
from nasport.toolkit.panel.planning import PanelPlan, stages, training_plan
from nasport.toolkit.panel.stages import Stage
from nasport.toolkit.run_folder import open_run, remove_leftovers

PLAN, HEARD = "plan.json", "heard.jsonl"


@dataclass(frozen=True)
class PanelRun:
    """A run that has begun.

    Attributes:
        plan: what there is time for.
        stages: those that run networks, by name.
        hearings: what was and will be said.
    """

    plan: PanelPlan
    stages: Mapping[str, Stage]
    hearings: Hearings


def jobs_of(choices: PanelChoices) -> int:
    """Processes that evaluator side by side."""
    return choices.jobs or (1 if choices.device == "cuda" else cores())


def decisive(choices: PanelChoices, recurrent: bool) -> dict[str, Any]:
    """What the choices decide, and the versions that the judgements depend on."""
    plan = training_plan(choices, recurrent, "float32").to_json()
    for name in ("depth", "precision"):  # which stand in the plan
        del plan["settings"][name]
    return {"training": plan, **versions()}


@contextmanager
def panel_run(
    choices: PanelChoices,
    recurrent: bool,
    plan: Callable[[], PanelPlan],
    *,
    folder: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    options: type[Options] = Options,
    notify: Notify | None = None,
) -> Iterator[PanelRun]:
    """Begin a run, or take one up again.

    Args:
        recurrent: whether the networks are recurrent cells.
        plan: makes the plan, where there is none yet.
        folder: of the run; None: nothing is kept.
        settings: JSON values that decide the run, beside the choices.
        resume: go on with what the folder holds.
        options: by which differing settings are named.
        notify: told after every judgement.

    Raises:
        InputError: the folder holds something else, or a run of other settings.
    """
    if folder is None:
        with _begun(choices, recurrent, plan(), None, notify) as run:
            yield run
        return
    decided = {**(settings or {}), **decisive(choices, recurrent)}
    new = not folder.exists()
    with ExitStack() as block:
        block.enter_context(open_run(folder, decided, resume, options))
        remove_leftovers([folder / PLAN])
        try:
            made = kept_plan(folder / PLAN, plan)
        except InputError:  # a budget that is too small, or a network that cannot be built, leaves nothing
            block.close()
            if new:
                rmtree(folder, ignore_errors=True)
            raise
        with _begun(choices, recurrent, made, folder / HEARD, notify) as run:
            yield run


@contextmanager
def _begun(
    choices: PanelChoices, recurrent: bool, plan: PanelPlan, file: Path | None, notify: Notify | None
) -> Iterator[PanelRun]:
    training = training_plan(choices, recurrent, plan.precision)
    with Hearings(jobs_of(choices), file, notify) as hearings:
        yield PanelRun(plan, stages(choices, training, plan.depth), hearings)


def kept_plan(file: Path, made: Callable[[], PanelPlan]) -> PanelPlan:
    """The plan in a file, or a new one, which is written there.

    Raises:
        InputError: something else is there, or no plan can be made.
    """
    if file.is_file():
        content = parse_json(read_bytes(file), file=str(file))
        if not isinstance(content, dict):
            raise InputError("no JSON object, expected a plan", file=str(file))
        return PanelPlan.from_json(content)
    plan = made()
    write_atomically(file, (json.dumps(plan.to_json(), indent=1) + "\n").encode())
    return plan
