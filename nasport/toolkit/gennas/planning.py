"""From what somebody asks for to a plan: tasks, images and settings."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import torch

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.images import image_batch
from nasport.toolkit.gennas.recurrent import RecurrentSettings
from nasport.toolkit.gennas.settings import PRECISIONS, PRESETS, preset
from nasport.toolkit.gennas.task import Task, load_task
from nasport.toolkit.gennas.trainer import Plan

IMAGE_TASK, SEQUENCE_TASK = "combo", "nlp-combo"
DEVICES = ("cpu", "cuda")


class Wishes(Protocol):
    """What can be asked for; None: the preset's, the task's, or what suits the family."""

    @property
    def task(self) -> str | None: ...
    @property
    def preset(self) -> str: ...
    @property
    def images(self) -> Path | None: ...
    @property
    def seed(self) -> int: ...
    @property
    def iterations(self) -> int | None: ...
    @property
    def batch_size(self) -> int | None: ...
    @property
    def width(self) -> float | None: ...
    @property
    def precision(self) -> str: ...
    @property
    def device(self) -> str: ...


def plan_of(wishes: Wishes) -> Plan:
    """A plan for image networks and recurrent ones; with a task of its own for one family alone.

    Raises:
        InputError: no such preset, task, precision or device, a width that is none, wrong images.
    """
    settings = preset(wishes.preset)
    recurrent = RecurrentSettings()
    if settings.iterations != PRESETS["full"].iterations:
        recurrent = replace(recurrent, iterations=settings.iterations)
    if wishes.precision not in PRECISIONS:
        raise InputError(f"no such precision: {wishes.precision!r}, expected one of {', '.join(PRECISIONS)}")
    settings = replace(settings, precision=wishes.precision)
    if wishes.iterations is not None:
        settings = replace(settings, iterations=wishes.iterations)
        recurrent = replace(recurrent, iterations=wishes.iterations)
    if wishes.width is not None:
        if not (wishes.width > 0 and math.isfinite(wishes.width)):
            raise InputError(f"a width of {wishes.width:g}, expected a factor above 0")
        settings, recurrent = (
            replace(settings, width=wishes.width),
            replace(recurrent, width=wishes.width),
        )
    device = _device(wishes.device)
    images, sequences = _tasks(wishes.task, wishes.batch_size)
    return Plan(
        image_task=images,
        sequence_task=sequences,
        images=None
        if images is None
        else image_batch(
            wishes.images, images.batch_size, torch.Generator().manual_seed(wishes.seed)
        ).numpy(),
        settings=settings,
        recurrent_settings=recurrent,
        seed=wishes.seed,
        device=device,
    )


def _tasks(name: str | None, batch_size: int | None) -> tuple[Task | None, Task | None]:
    """The tasks for images and for sequences."""

    def load(wanted: str) -> Task:
        task = load_task(wanted)
        return task if batch_size is None else replace(task, batch_size=batch_size)

    if name is None:
        return load(IMAGE_TASK), load(SEQUENCE_TASK)
    task = load(name)
    return (None, task) if task.recurrent else (task, None)


def _device(name: str) -> str:
    if name not in DEVICES:
        raise InputError(f"no such device: {name!r}, expected one of {', '.join(DEVICES)}")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("no CUDA device that PyTorch can use, expected one, or --device cpu")
    return name
