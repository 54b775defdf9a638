"""How GenNAS regression trains: options that `gennas`, `search` and `search-task` share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from nasport.runtime.session import PROVIDERS
from nasport.toolkit.options import Options, option

PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = tuple(PROVIDERS)


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """Of trainings on any task; None: the preset's, or what suits the family."""

    preset: str = option(
        "full", "Training of the paper, or one at a fraction of its cost.", words=("full", "light")
    )
    images: Path | None = option(
        None,
        "Images to train on: a picture, a folder of them, an .npz, or CIFAR-10's files; default: photographs that come "
        "with nasport.",
    )
    seed: int = option(0, "Seed of all that is random: search, images, signals, weights, noise.", least=0)
    iterations: int | None = option(None, "Number of training steps; default: the preset's.", least=1)
    width: float | None = option(
        None, "Factor on every width of the networks, in place of the usual one.", metavar="FACTOR"
    )
    precision: str = option("auto", "Precision of convolutions in image networks.", words=PRECISIONS)
    device: str | None = option(
        None, "Where image networks are trained; default: cpu.", "--provider", "--device", words=DEVICES
    )

    def on(self, task: str | None, batch_size: int | None = None) -> Choices:
        """The same trainings on a task."""
        own = {each.name: getattr(self, each.name) for each in fields(TrainingOptions)}
        return Choices(task=task, batch_size=batch_size, **own)


@dataclass(frozen=True, kw_only=True)
class Choices(TrainingOptions):
    """Of trainings, and of the task; None: what suits the family."""

    task: str | None = option(
        None,
        "Proxy task; default: combo, for recurrent cells nlp-combo.",
        metavar="NAME-or-FILE",
        suggest="tasks",
    )
    batch_size: int | None = option(None, "Number of images or sequences in a batch.", least=1)
