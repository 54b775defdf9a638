"""Options of the commands that use the panel. The module imports only small modules, so that help appears quickly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.choices import DEVICES
from nasport.toolkit.options import Options, option

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|)")


@dataclass(frozen=True, kw_only=True)
class PanelChoices(Options):
    """Options of evaluations by the panel."""

    bundle: str | Path | None = option(
        None,
        "Predictor: a name (see `nasport bundles`) or a folder (default: universal).",
        suggest="bundles",
    )
    task: str | None = option(
        None,
        "GenNAS proxy task (default: search-N; nlp-combo for recurrent cells).",
        metavar="NAME-or-FILE",
        suggest="tasks",
    )
    images: Path | None = option(
        None,
        "Input images of the networks: an image file, a folder of images, an .npz file or the CIFAR-10 files (default: "
        "photographs shipped with nasport).",
    )
    seed: int = option(0, "Seed of all random choices: weights, images, signals, samples.", least=0)
    jobs: int | None = option(None, "Number of processes (default: one per core; 1 with CUDA).", least=1)
    device: str | None = option(
        None, "Device on which the networks run (default: cpu).", "--provider", "--device", words=DEVICES
    )


@dataclass(frozen=True, kw_only=True)
class RankChoices(PanelChoices):
    """Options of a ranking by the panel."""

    budget: str = option("5m", "Time budget, such as 90s, 5m or 1h.", metavar="TIME")
    out: Path | None = option(
        None,
        "Folder for the ranking and all evaluations; an interrupted run continues with --resume.",
        metavar="FOLDER",
    )
    resume: bool = option(False, "Continue the run in --out.")

    @property
    def seconds(self) -> float:
        """Budget in seconds."""
        return seconds_of(self.budget)

    def check(self) -> None:
        """Check the options.

        Raises:
            InputError: the budget is not a duration, or two options contradict each other.
        """
        seconds_of(self.budget)
        if self.resume and self.out is None:
            raise InputError(
                "--resume without --out, expected the folder of the run to continue: --out FOLDER"
            )


def seconds_of(budget: str) -> float:
    """Return the seconds of a duration such as `90s`, `5m` or `1.5h`; a number without a unit is in seconds.

    Raises:
        InputError: the text is not a duration, or the duration is zero.
    """
    match = _DURATION.fullmatch(budget.strip())
    if match is None or not (seconds := float(match[1]) * _UNITS[match[2]]):
        raise InputError(f"--budget {budget!r:.40}, expected a duration such as 90s, 5m or 1h")
    return seconds
