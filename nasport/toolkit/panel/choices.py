"""What somebody may ask of the panel: options that commands share. Nothing heavy is imported here."""

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
    """Of judgements by the panel."""

    bundle: str | Path | None = option(
        None, "Predictor: a name (see `nasport bundles`) or a folder.", suggest="bundles"
    )
    task: str | None = option(
        None,
        "Proxy task of GenNAS; default: search-N, for recurrent cells nlp-combo.",
        metavar="NAME-or-FILE",
        suggest="tasks",
    )
    images: Path | None = option(
        None,
        "Images to show the networks: a picture, a folder of them, an .npz, or CIFAR-10's files; default: photographs that "
        "come with nasport.",
    )
    seed: int = option(0, "Seed of all that is random: weights, images, signals, samples.", least=0)
    jobs: int | None = option(None, "Number of processes; default: one per core, with CUDA one.", least=1)
    device: str | None = option(
        None, "Where the networks are run; default: cpu.", "--provider", "--device", words=DEVICES
    )


@dataclass(frozen=True, kw_only=True)
class RankChoices(PanelChoices):
    """Of a ranking by the panel."""

    budget: str = option("5m", "Time to spend: 90s, 5m, 1h.", metavar="TIME")
    out: Path | None = option(None, "Folder of the run, in which every judgement is kept.", metavar="FOLDER")
    resume: bool = option(False, "Continue the run in --out.")

    @property
    def seconds(self) -> float:
        """The budget in seconds."""
        return seconds_of(self.budget)

    def check(self) -> None:
        """Raises InputError where the budget is none, or options do not go together."""
        seconds_of(self.budget)
        if self.resume and self.out is None:
            raise InputError(
                "--resume without --out, expected the folder of the run to go on with: --out FOLDER"
            )


def seconds_of(budget: str) -> float:
    """Seconds of a duration: `90s`, `5m`, `1.5h`; a bare number is of seconds.

    Raises:
        InputError: it is none, or nothing.
    """
    found = _DURATION.fullmatch(budget.strip())
    if found is None or not (seconds := float(found[1]) * _UNITS[found[2]]):
        raise InputError(f"--budget {budget!r:.40}, expected a duration such as 90s, 5m or 1h")
    return seconds
