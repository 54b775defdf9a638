"""How GenNAS regression trains: options that `gennas`, `search` and `search-task` share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from nasport.toolkit import suggestions
from nasport.toolkit.options import Options, option

PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = ("cpu", "cuda")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """Of trainings on any task; None: the preset's, or what suits the family."""

    preset: str = option(
        default="full",
        words=("full", "light"),
        help="The paper's training, or one that costs a fraction of it.",
    )
    images: Path | None = option(
        default=None,
        help="Images: a picture, a folder of them, an .npz, CIFAR-10's files; default: photographs that come along.",
    )
    seed: int = option(default=0, least=0, help="Of the search, of images, signals, weights and noise.")
    iterations: int | None = option(
        default=None, least=1, help="Steps of the training; default: the preset's."
    )
    width: float | None = option(
        default=None,
        metavar="FACTOR",
        help="Multiplies every width of the networks, in place of the usual factor.",
    )
    precision: str = option(default="auto", words=PRECISIONS, help="Of convolutions, in image networks.")
    device: str | None = option(
        "--provider",
        "--device",
        default=None,
        words=DEVICES,
        help="Where image networks are trained; default: cpu.",
    )

    def on(self, task: str | None, batch_size: int | None = None) -> Choices:
        """The same trainings on a task."""
        own = {each.name: getattr(self, each.name) for each in fields(TrainingOptions)}
        return Choices(task=task, batch_size=batch_size, **own)


@dataclass(frozen=True, kw_only=True)
class Choices(TrainingOptions):
    """Of trainings, and of the task; None: what suits the family."""

    task: str | None = option(
        default=None,
        metavar="NAME-or-FILE",
        suggest=suggestions.tasks,
        help="The proxy task; default: combo, of recurrent cells nlp-combo.",
    )
    batch_size: int | None = option(default=None, least=1, help="Images, or sequences.")
