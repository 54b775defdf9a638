"""Options of a task search, from the command line and in the folder of a run."""

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
# Options stored for resuming, because the other keys of settings.json lack them or have only their digest.
_KEPT = (
    *("sources", "source_format", "metric", "lower_is_better", "per_source", "steps"),
    *("preset", "images", "iterations", "width", "precision", "device"),
)


@dataclass(frozen=True, kw_only=True)
class SearchTaskOptions(SourceOptions, TrainingOptions):
    """Options of `nasport search-task`."""

    sources: Sequence[str] = argument(
        (),
        "Labeled architectures: files or folders of documents with labels, or with --from files of lines with a "
        "notation, a tab and a label.",
        metavar="SOURCE...",
    )
    out: Path = option(REQUIRED, "Folder for the run and its best task.", metavar="FOLDER")
    metric: str | None = option(
        None,
        "Label to rank by if documents have several, such as accuracy or cifar10/test/accuracy.",
        metavar="LABEL",
    )
    lower_is_better: bool = option(False, "The labels are errors or losses: lower is better.")
    per_source: bool = option(
        False,
        "Correlate the architectures of each SOURCE separately, for example one SOURCE per search space, and maximize the "
        "mean correlation.",
    )
    steps: int = option(400, "Number of tasks to evaluate, including those of a continued run.", least=1)
    population: int = option(50, "Population size of the evolution.", least=1)
    tournament: int = option(
        10, "Number of tasks drawn at random for a tournament, whose best becomes the parent.", least=1
    )
    random: bool = option(False, "Search at random instead of by evolution.")
    by: str = option(
        "loss", "Training result by which a task ranks the architectures.", words=("loss", "fit")
    )
    jobs: int | None = option(None, "Number of processes (default: one per core; 1 with CUDA).", least=1)
    resume: bool = option(False, "Continue the run in --out with the options recorded there.")

    def kept(self) -> dict[str, Any]:
        """Return the options that the folder of a run stores in addition to its settings."""
        return kept_options(self, _KEPT)

    def known(self) -> dict[str, Any]:
        """Return the options recorded in the folder; empty if it has no run."""
        settings = read_settings(self.out) or {}
        decided = {name: settings[name] for name in _DECIDED if name in settings}
        return {**decided, **settings.get("options", {})}
