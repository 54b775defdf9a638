"""How GenNAS regression trains: options that `gennas`, `search` and `search-task` share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from nasport.toolkit.options import Options, option

PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = ("cpu", "cuda")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """Of trainings on any task; None: the preset's, or what suits the family."""

    preset: str = option(
        "full", "The paper's training, or one that costs a fraction of it.", words=("full", "light")
    )
    images: Path | None = option(
        None,
        "Images: a picture, a folder of them, an .npz, CIFAR-10's files; default: photographs that come along.",
    )
    seed: int = option(0, "Of the search, of images, signals, weights and noise.", least=0)
    iterations: int | None = option(None, "Steps of the training; default: the preset's.", least=1)
    width: float | None = option(
        None, "Multiplies every width of the networks, in place of the usual factor.", metavar="FACTOR"
    )
    precision: str = option("auto", "Of convolutions, in image networks.", words=PRECISIONS)
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
        "The proxy task; default: combo, of recurrent cells nlp-combo.",
        metavar="NAME-or-FILE",
        suggest="tasks",
    )
    batch_size: int | None = option(None, "Images, or sequences.", least=1)
