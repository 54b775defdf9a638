"""Options of GenNAS regression, which `gennas`, `search` and `search-task` share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from nasport.runtime.session import PROVIDERS
from nasport.toolkit.options import Options, option

PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = tuple(PROVIDERS)


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """Options of a training on any task. None selects the default of the preset or of the family of networks."""

    preset: str = option(
        "full",
        "GenNAS training settings: full as in the paper, light at a fraction of the cost.",
        words=("full", "light"),
    )
    images: Path | None = option(
        None,
        "Training images: an image file, a folder of images, an .npz file or the CIFAR-10 files (default: photographs "
        "shipped with nasport).",
    )
    seed: int = option(0, "Seed of all random choices: search, images, signals, weights, noise.", least=0)
    iterations: int | None = option(None, "Number of training steps (default: from --preset).", least=1)
    width: float | None = option(
        None, "Factor on all widths of the networks, in place of the usual factor.", metavar="FACTOR"
    )
    precision: str = option(
        "auto",
        "Number format of convolutions in image networks; auto: the faster one.",
        words=PRECISIONS,
    )
    device: str | None = option(
        None,
        "Device on which image networks are trained (default: cpu).",
        "--provider",
        "--device",
        words=DEVICES,
    )

    def on(self, task: str | None, batch_size: int | None = None) -> Choices:
        """Return these options with a task."""
        options = {field.name: getattr(self, field.name) for field in fields(TrainingOptions)}
        return Choices(task=task, batch_size=batch_size, **options)


@dataclass(frozen=True, kw_only=True)
class Choices(TrainingOptions):
    """Options of a training and its task. None selects the default of the family of networks."""

    task: str | None = option(
        None,
        "GenNAS proxy task (default: combo; nlp-combo for recurrent cells).",
        metavar="NAME-or-FILE",
        suggest="tasks",
    )
    batch_size: int | None = option(
        None, "Number of images or sequences in a batch (default: from the task).", least=1
    )
