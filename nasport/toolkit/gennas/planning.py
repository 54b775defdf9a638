"""Build a plan (tasks, images and settings) from the options of a user."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.images.image_batch import image_batch, refuse_images
from nasport.toolkit.gennas.precision import faster_precision
from nasport.toolkit.gennas.sequence_regression import RecurrentSettings
from nasport.toolkit.gennas.settings import PRESETS, preset
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.gennas.trainer import Plan

IMAGE_TASK, SEQUENCE_TASK = "combo", "nlp-combo"
# The largest batch of a task document, torch's largest seed, and a factor at which torch can represent all sizes.
LARGEST_BATCH, LARGEST_SEED, LARGEST_WIDTH = 65_536, 2**63 - 1, 1_000


def plan_of(choices: Choices, elsewhere: bool = False) -> Plan:
    """Build a plan for image networks and recurrent networks, or for one family if a task is given.

    The precision is chosen here, once for all processes and machines that use the plan.

    Args:
        choices: the options.
        elsewhere: whether other machines use the plan; then the GPU is not checked and is assumed to support bfloat16.

    Raises:
        InputError: the preset, task, precision or device does not exist, a number is out of its range, or the images
            cannot be used.
    """
    width, batch = choices.width, choices.batch_size
    if width is not None and not 0 < width <= LARGEST_WIDTH:
        raise InputError(f"a width of {width:g}, expected a factor above 0 and at most {LARGEST_WIDTH:,}")
    if batch is not None and not 0 < batch <= LARGEST_BATCH:
        raise InputError(f"a batch of {batch:,}, expected 1 to {LARGEST_BATCH:,}")
    if not 0 <= choices.seed <= LARGEST_SEED:
        raise InputError(f"a seed of {choices.seed}, expected 0 to {LARGEST_SEED}")
    settings, recurrent = preset(choices.preset), RecurrentSettings()
    iterations = choices.iterations
    if iterations is None and settings.iterations != PRESETS["full"].iterations:
        iterations = settings.iterations
    given: dict[str, Any] = {"iterations": iterations, "width": width}
    given = {name: value for name, value in given.items() if value is not None}
    settings, recurrent = replace(settings, **given), replace(recurrent, **given)
    device = choices.device or "cpu"
    if device == "cuda" and not elsewhere and not torch.cuda.is_available():
        raise InputError("PyTorch finds no CUDA device, expected a CUDA device or --device cpu")
    settings = replace(settings, precision=_precision(choices.precision, device))
    names = (IMAGE_TASK, SEQUENCE_TASK) if choices.task is None else (choices.task,)
    tasks = [load_task(name) for name in names]
    if batch is not None:
        tasks = [replace(task, batch_size=batch) for task in tasks]
    sequence_task = next((task for task in tasks if task.recurrent), None)
    image_task = next((task for task in tasks if not task.recurrent), None)
    images = None
    if image_task is None:
        refuse_images(choices.images)
    else:
        generator = torch.Generator().manual_seed(choices.seed)
        images = image_batch(choices.images, image_task.batch_size, generator).numpy()
    return Plan(image_task, sequence_task, images, settings, recurrent, choices.seed, device)


def _precision(name: str, device: str) -> str:
    if name != "auto":
        return name
    if device == "cuda" and not torch.cuda.is_available():
        return "bfloat16"
    try:
        return faster_precision(torch.device(device))
    except RuntimeError as error:
        raise InputError(f"CUDA fails on this machine ({error}), expected --device cpu") from error
