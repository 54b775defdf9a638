"""Sample what the picture of a task shows: each signal of every stage, and their sum, from a fixed seed.

Two examples (images or sequences) are side by side, to show which signals differ per image and which are shared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from nasport.toolkit.gennas.images.image_batch import image_batch, refuse_images
from nasport.toolkit.gennas.signals import noisy, sequence_terms, stage_terms
from nasport.toolkit.gennas.task import DOTS, SIGNALS, Signal, Task

SEED = 0
EXAMPLES = 2
_CHANNELS = 64  # channels that are sampled per stage; the pictures show fewer


@dataclass(frozen=True)
class DrawnSignal:
    """Samples of one signal of a stage, or of the sum of its signals.

    Attributes:
        name: readable name.
        details: amplitude, frequencies and other parameters, one per line.
        maps: (examples, maps, height, width).
    """

    name: str
    details: tuple[str, ...]
    maps: Tensor


@dataclass(frozen=True)
class DrawnStage:
    """Samples of one stage; `lines` is empty if the stage has no signals."""

    title: str
    detail: str
    lines: tuple[DrawnSignal, ...]


@dataclass(frozen=True)
class TaskSamples:
    """Everything that a picture of a task shows.

    Attributes:
        task: task to draw.
        blocks: one per stage; for a recurrent task, one for the input and one for the target.
        images: (examples, 3, 32, 32) normalized input images with noise; None for a recurrent task.
        example: word for one example, "image" or "sequence".
    """

    task: Task
    blocks: tuple[DrawnStage, ...]
    images: Tensor | None
    example: str


def task_samples(task: Task, source: Path | None = None) -> TaskSamples:
    """Sample the signals and input images of a task.

    Args:
        task: task to draw.
        source: images, see `image_batch` (default: the photographs that come with nasport).

    Raises:
        InputError: the images cannot be read, or `source` is set for a recurrent task.
    """
    generator = torch.Generator().manual_seed(SEED)
    examples = min(task.batch_size, EXAMPLES)
    blocks = []
    if task.recurrent:
        refuse_images(source)
        few = replace(task, batch_size=examples)
        detail = f"{_plural(task.dimension, 'number')} per step"
        for stage in (few.input, few.target):
            # (length, examples, dimension) as (examples, 1, length, dimension)
            terms = [term.transpose(0, 1)[:, None] for term in sequence_terms(few, stage, generator)]
            blocks.append(_block(stage.role, detail, stage.signals, terms))
        return TaskSamples(task, tuple(blocks), None, "sequence")
    images = image_batch(source, examples, generator)
    for index, stage in enumerate(task.stages):
        shown = replace(stage, channels=min(stage.channels, _CHANNELS))
        terms = stage_terms(shown, task.output_size, images, generator)
        detail = f"{_plural(stage.channels, 'channel')}, loss weight {task.loss_weights[index]:g}"
        title = f"stage {index + 1} of {len(task.stages)}"
        blocks.append(_block(title, detail if terms else "no target", stage.signals, terms))
    return TaskSamples(task, tuple(blocks), noisy(images, task.noise, generator), "image")


def summary(task: Task) -> str:
    """Describe a task in one line: batch size, target size and noise."""
    example, shape = "image", f"targets of {task.output_size} x {task.output_size}"
    if task.recurrent:
        example, shape = "sequence", f"{task.length} steps"
    noise = f"{task.noise.distribution} noise of {task.noise.level:g}" if task.noise.level else "no noise"
    return f"{_plural(task.batch_size, example)}, {shape}, {noise}"


def _block(title: str, detail: str, signals: tuple[Signal, ...], terms: list[Tensor]) -> DrawnStage:
    drawn = zip(signals, terms, strict=True)
    lines = [DrawnSignal(SIGNALS[signal.kind].words, _details(signal), term) for signal, term in drawn]
    if len(lines) > 1:
        lines.append(DrawnSignal("sum", (), torch.stack(terms).sum(0)))
    return DrawnStage(title, detail, tuple(lines))


def _details(signal: Signal) -> tuple[str, ...]:
    if signal.kind == "zero":
        return ()
    details = [f"amplitude {signal.amplitude:g}"]
    if signal.frequencies:
        low, high = min(signal.frequencies), max(signal.frequencies)
        interval = f"{low:.3g}-{high:.3g}" if low < high else f"{low:.3g}"
        details.append(f"{interval} cycles/pixel")
    if signal.kind in DOTS:
        details.append(f"{signal.fraction:.4g} of the pixels")
    if not signal.per_image:
        details.append("shared by all examples")
    return tuple(details)


def _plural(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("s" if count != 1 else "")
