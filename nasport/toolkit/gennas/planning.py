"""From what somebody asks for to a plan: tasks, images and settings."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.images import image_batch
from nasport.toolkit.gennas.recurrent import RecurrentSettings
from nasport.toolkit.gennas.settings import PRECISIONS, PRESETS, preset
from nasport.toolkit.gennas.task import Task, load_task
from nasport.toolkit.gennas.trainer import Plan

IMAGE_TASK, SEQUENCE_TASK = "combo", "nlp-combo"
DEVICES = ("cpu", "cuda")


def plan_of(choices: Choices) -> Plan:
    """A plan for image networks and recurrent ones; with a task of its own for one family alone.

    Raises:
        InputError: no such preset, task, precision or device, a width that is none, wrong images.
    """
    settings = preset(choices.preset)
    recurrent = RecurrentSettings()
    if settings.iterations != PRESETS["full"].iterations:
        recurrent = replace(recurrent, iterations=settings.iterations)
    if choices.precision not in PRECISIONS:
        raise InputError(f"no such precision: {choices.precision!r}, expected one of {', '.join(PRECISIONS)}")
    settings = replace(settings, precision=choices.precision)
    if choices.iterations is not None:
        settings = replace(settings, iterations=choices.iterations)
        recurrent = replace(recurrent, iterations=choices.iterations)
    if choices.width is not None:
        if not (choices.width > 0 and math.isfinite(choices.width)):
            raise InputError(f"a width of {choices.width:g}, expected a factor above 0")
        settings = replace(settings, width=choices.width)
        recurrent = replace(recurrent, width=choices.width)
    device = _device(choices.device)
    image_task, sequence_task = _tasks(choices.task, choices.batch_size)
    images = None
    if image_task is not None:
        generator = torch.Generator().manual_seed(choices.seed)
        images = image_batch(choices.images, image_task.batch_size, generator).numpy()
    return Plan(image_task, sequence_task, images, settings, recurrent, choices.seed, device)


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
