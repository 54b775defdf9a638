"""What a picture of a task shows: of every stage, each signal by itself and their sum, drawn from a fixed seed.

Two images (or sequences) stand side by side, so that one sees which signals are drawn for each image and which are
the same for all.
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
_CHANNELS = 64  # as many as are drawn; fewer are shown


@dataclass(frozen=True)
class DrawnSignal:
    """One signal of a stage, or their sum.

    Attributes:
        name: in words.
        details: amplitude, frequencies and so on, one a line.
        maps: (examples, maps, height, width).
    """

    name: str
    details: tuple[str, ...]
    maps: Tensor


@dataclass(frozen=True)
class DrawnStage:
    """One stage; without lines where it has no signals."""

    title: str
    detail: str
    lines: tuple[DrawnSignal, ...]


@dataclass(frozen=True)
class TaskSamples:
    """A task's picture before it is drawn.

    Attributes:
        images: with noise, (examples, 3, 32, 32), normalized; None for a recurrent task.
        example: what one of the things side by side is called.
    """

    task: Task
    blocks: tuple[DrawnStage, ...]
    images: Tensor | None
    example: str


def task_samples(task: Task, source: Path | None = None) -> TaskSamples:
    """Everything to be drawn.

    Args:
        task: any.
        source: images, as for `image_batch`; None: the photographs.

    Raises:
        InputError: there are no images to be had, or some for a recurrent task.
    """
    generator = torch.Generator().manual_seed(SEED)
    examples = min(task.batch_size, EXAMPLES)
    blocks = []
    if task.recurrent:
        refuse_images(source)
        few = replace(task, batch_size=examples)
        detail = f"{_plural(task.dimension, 'number')} a step"
        for stage in (few.input, few.target):
            # (length, examples, dimension) as (examples, 1, length, dimension)
            terms = [term.transpose(0, 1)[:, None] for term in sequence_terms(few, stage, generator)]
            blocks.append(_block(stage.role, detail, stage.signals, terms))
        return TaskSamples(task, tuple(blocks), None, "sequence")
    images = image_batch(source, examples, generator)
    for place, stage in enumerate(task.stages):
        shown = replace(stage, channels=min(stage.channels, _CHANNELS))
        terms = stage_terms(shown, task.output_size, images, generator)
        detail = f"{_plural(stage.channels, 'channel')}, loss counts {task.loss_weights[place]:g}"
        title = f"stage {place + 1} of {len(task.stages)}"
        blocks.append(_block(title, detail if terms else "no target", stage.signals, terms))
    return TaskSamples(task, tuple(blocks), noisy(images, task.noise, generator), "image")


def summary(task: Task) -> str:
    """The task in one line: batch, size, noise."""
    things, shape = "image", f"targets of {task.output_size} x {task.output_size}"
    if task.recurrent:
        things, shape = "sequence", f"{task.length} steps"
    noise = f"{task.noise.distribution} noise of {task.noise.level:g}" if task.noise.level else "no noise"
    return f"{_plural(task.batch_size, things)}, {shape}, {noise}"


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
        between = f"{low:.3g}-{high:.3g}" if low < high else f"{low:.3g}"
        details.append(f"{between} cycles/pixel")
    if signal.kind in DOTS:
        details.append(f"{signal.fraction:.4g} of the pixels")
    if not signal.per_image:
        details.append("the same for all")
    return tuple(details)


def _plural(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("s" if count != 1 else "")
