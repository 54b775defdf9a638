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
    *("sources", "source_format", "metric", "lower_is_better", "steps"),
    *("preset", "images", "iterations", "width", "precision", "device"),
)


@dataclass(frozen=True, kw_only=True)
class SearchTaskOptions(SourceOptions, TrainingOptions):
    """Of `nasport search-task`."""

    sources: Sequence[str] = argument(
        (),
        "Documents with labels; with --from lines of a notation, a tab and its label.",
        metavar="SOURCE...",
    )
    out: Path = option(REQUIRED, "Folder to write the run and its best task into.", metavar="FOLDER")
    metric: str | None = option(None, "Which label: accuracy, or cifar10/test/accuracy.", metavar="LABEL")
    lower_is_better: bool = option(False, "Labels are errors or losses.")
    steps: int = option(400, "Tasks to judge, those of a run that goes on included.", least=1)
    population: int = option(50, "Tasks of which one is chosen to be changed.", least=1)
    tournament: int = option(10, "How many of them it is the best of.", least=1)
    random: bool = option(False, "Random search in place of evolution.")
    by: str = option("loss", "What of the training is to rank as the labels do.", words=("loss", "fit"))
    jobs: int | None = option(None, "Processes; default: one for every core, with CUDA one.", least=1)
    resume: bool = option(False, "Go on with the run in --out, whose folder tells all other options.")

    def kept(self) -> dict[str, Any]:
        """What the folder of a run keeps beside what decides it."""
        return kept_options(self, _UNTOLD)

    def known(self) -> dict[str, Any]:
        """What the folder tells; nothing where no run was begun there."""
        settings = read_settings(self.out) or {}
        decided = {name: settings[name] for name in _DECIDED if name in settings}
        return {**decided, **settings.get("options", {})}
