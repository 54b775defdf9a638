"""The options of a task search, which the shell and the folder of a run share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasport.toolkit.gennas.choices import TrainingOptions
from nasport.toolkit.options import argument, option
from nasport.toolkit.run_folder import kept_options, read_settings
from nasport.toolkit.source_options import SourceOptions

_DECIDED = ("seed", "population", "tournament", "random", "by")
# Options that the settings tell only a digest of, or nothing.
_UNTOLD = (
    *("sources", "source_format", "metric", "lower_is_better", "steps"),
    *("preset", "images", "iterations", "width", "precision", "device"),
)


@dataclass(frozen=True, kw_only=True)
class SearchTaskOptions(SourceOptions, TrainingOptions):
    """Of `nasport search-task`."""

    sources: Sequence[str] = argument(
        default=(),
        metavar="SOURCE...",
        help="Documents with labels; with --from lines of a notation, a tab and its label.",
    )
    out: Path = option(metavar="FOLDER", help="Folder to write the run and its best task into.")
    metric: str | None = option(
        default=None, metavar="LABEL", help="Which label: accuracy, or cifar10/test/accuracy."
    )
    lower_is_better: bool = option(default=False, help="Labels are errors or losses.")
    steps: int = option(default=400, least=1, help="Tasks to judge, those of a run that goes on included.")
    population: int = option(default=50, least=1, help="Tasks of which one is chosen to be changed.")
    tournament: int = option(default=10, least=1, help="How many of them it is the best of.")
    random: bool = option(default=False, help="Random search in place of evolution.")
    by: str = option(
        default="loss", words=("loss", "fit"), help="What of the training is to rank as the labels do."
    )
    jobs: int | None = option(
        default=None, least=1, help="Processes; default: one for every core, with CUDA one."
    )
    resume: bool = option(
        default=False, help="Go on with the run in --out, whose folder tells all other options."
    )

    def kept(self) -> dict[str, Any]:
        """What the folder of a run keeps beside what decides it."""
        return kept_options(self, _UNTOLD)

    def known(self) -> dict[str, Any]:
        """What the folder tells; nothing where no run was begun there."""
        settings = read_settings(self.out) or {}
        decided = {name: settings[name] for name in _DECIDED if name in settings}
        return {**decided, **settings.get("options", {})}
