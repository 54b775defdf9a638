"""From what somebody asks for to a plan: tasks, images and settings."""

from __future__ import annotations

from dataclasses import replace

import torch

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.acceleration import hardware_bfloat16
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.images.batch import image_batch, refuse_images
from nasport.toolkit.gennas.sequence_regression import RecurrentSettings
from nasport.toolkit.gennas.settings import PRESETS, preset
from nasport.toolkit.gennas.task import Task, load_task
from nasport.toolkit.gennas.trainer import Plan

IMAGE_TASK, SEQUENCE_TASK = "combo", "nlp-combo"
# A task document's largest batch, torch's largest seed, and a factor that leaves every size a number torch can hold.
LARGEST_BATCH, LARGEST_SEED, LARGEST_WIDTH = 65_536, 2**63 - 1, 1_000


def plan_of(choices: Choices, elsewhere: bool = False) -> Plan:
    """A plan for image networks and recurrent ones; with a task of its own for one family alone.

    The precision is decided here, for every process and machine that carries the plan out.

    Args:
        elsewhere: other machines carry it out, whose GPUs are theirs to have: taken to know bfloat16.

    Raises:
        InputError: no such preset, task, precision or device, a number out of its range, wrong images.
    """
    _check_numbers(choices)
    settings = preset(choices.preset)
    recurrent = RecurrentSettings()
    if settings.iterations != PRESETS["full"].iterations:
        recurrent = replace(recurrent, iterations=settings.iterations)
    if choices.iterations is not None:
        settings = replace(settings, iterations=choices.iterations)
        recurrent = replace(recurrent, iterations=choices.iterations)
    if choices.width is not None:
        settings = replace(settings, width=choices.width)
        recurrent = replace(recurrent, width=choices.width)
    device = _device(choices.device or "cpu", elsewhere)
    settings = replace(settings, precision=_precision(choices.precision, device))
    image_task, sequence_task = _tasks(choices.task, choices.batch_size)
    images = None
    if image_task is None:
        refuse_images(choices.images)
    else:
        generator = torch.Generator().manual_seed(choices.seed)
        images = image_batch(choices.images, image_task.batch_size, generator).numpy()
    return Plan(image_task, sequence_task, images, settings, recurrent, choices.seed, device)


def _check_numbers(choices: Choices) -> None:
    if choices.width is not None and not 0 < choices.width <= LARGEST_WIDTH:
        raise InputError(
            f"a width of {choices.width:g}, expected a factor above 0 and at most {LARGEST_WIDTH:,}"
        )
    if choices.batch_size is not None and not 0 < choices.batch_size <= LARGEST_BATCH:
        raise InputError(f"a batch of {choices.batch_size:,}, expected 1 to {LARGEST_BATCH:,}")
    if not 0 <= choices.seed <= LARGEST_SEED:
        raise InputError(f"a seed of {choices.seed}, expected 0 to {LARGEST_SEED}")


def _tasks(name: str | None, batch_size: int | None) -> tuple[Task | None, Task | None]:
    """The tasks for images and for sequences."""

    def load(wanted: str) -> Task:
        task = load_task(wanted)
        return task if batch_size is None else replace(task, batch_size=batch_size)

    if name is None:
        return load(IMAGE_TASK), load(SEQUENCE_TASK)
    task = load(name)
    return (None, task) if task.recurrent else (task, None)


def _precision(name: str, device: str) -> str:
    if name != "auto":
        return name
    if device == "cuda" and not torch.cuda.is_available():
        return "bfloat16"
    try:
        return "bfloat16" if hardware_bfloat16(torch.device(device)) else "float32"
    except RuntimeError as error:
        raise InputError(f"CUDA does not work here ({error}), expected --device cpu") from error


def _device(name: str, elsewhere: bool) -> str:
    if name == "cuda" and not elsewhere and not torch.cuda.is_available():
        raise InputError("no CUDA device that PyTorch can use, expected one, or --device cpu")
    return name
