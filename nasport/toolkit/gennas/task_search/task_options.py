"""The options of a task search, which the shell and the folder of a run share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasport.toolkit.gennas.choices import TrainingOptions
from nasport.toolkit.options import REQUIRED, argument, option
from nasport.toolkit.run_folder import kept_options, read_settings
from nasport.toolkit.source_options import SourceOptions

_DECIDED = ("seed", "population", "tournament", "random", "by")
# Options that the settings tell only a digest of, or nothing.
_UNTOLD = (
    *("sources", "source_format", "metric", "lower_is_better", "per_source", "steps"),
    *("preset", "images", "iterations", "width", "precision", "device"),
)


@dataclass(frozen=True, kw_only=True)
class SearchTaskOptions(SourceOptions, TrainingOptions):
    """Of `nasport search-task`."""

    sources: Sequence[str] = argument(
        (),
        "Documents with labels; with --from files of lines: a text of the notation, a tab, its label.",
        metavar="SOURCE...",
    )
    out: Path = option(REQUIRED, "Folder to write the run and its best task into.", metavar="FOLDER")
    metric: str | None = option(
        None, "Label to rank by, such as accuracy or cifar10/test/accuracy.", metavar="LABEL"
    )
    lower_is_better: bool = option(False, "Rank low labels first: they are errors or losses.")
    per_source: bool = option(
        False, "Rank the architectures of each SOURCE among themselves, and take the mean: a space for each."
    )
    steps: int = option(400, "Number of tasks to judge, those of a continued run included.", least=1)
    population: int = option(50, "Number of tasks that evolution keeps to choose parents from.", least=1)
    tournament: int = option(10, "Number of tasks drawn for each parent, which is the best of them.", least=1)
    random: bool = option(False, "Search at random, in place of evolution.")
    by: str = option(
        "loss", "Measure of the training that is to rank as the labels do.", words=("loss", "fit")
    )
    jobs: int | None = option(None, "Number of processes; default: one per core, with CUDA one.", least=1)
    resume: bool = option(False, "Continue the run in --out, with the options that its folder holds.")

    def kept(self) -> dict[str, Any]:
        """What the folder of a run keeps beside what decides it."""
        return kept_options(self, _UNTOLD)

    def known(self) -> dict[str, Any]:
        """What the folder tells; nothing where no run was begun there."""
        settings = read_settings(self.out) or {}
        decided = {name: settings[name] for name in _DECIDED if name in settings}
        return {**decided, **settings.get("options", {})}
