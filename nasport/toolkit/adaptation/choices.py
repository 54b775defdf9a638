"""Options of an adaptation, for the shell and Python. The module imports only small modules, so that help appears quickly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nasport.runtime.bundle import MANIFEST
from nasport.schemas.errors import InputError
from nasport.toolkit.options import REQUIRED, flag, option
from nasport.toolkit.panel.choices import PanelChoices, seconds_of

RUN = "adaptation"
"""Folder inside the bundle's folder that keeps the plan and the evaluations."""
USUAL_BUDGET = "15m"


@dataclass(frozen=True, kw_only=True)
class AdaptChoices(PanelChoices):
    """Options of an adaptation."""

    out: Path = option(REQUIRED, "New folder for the adapted predictor.", metavar="FOLDER")
    budget: str | None = option(
        None,
        f"Time for evaluations, such as 90s, 15m or 1h (default: {USUAL_BUDGET}; no evaluations with --labels).",
        metavar="TIME",
    )
    labels: Path | None = option(
        None,
        "File or folder of labeled architectures of the space: documents with labels, or with --from lines of a notation, "
        "a tab and a label.",
    )
    source_format: str | None = option(
        None, "Notation of the lines in --labels (default: JSON documents).", "--from", suggest="notations"
    )
    metric: str | None = option(
        None,
        "Label to learn if documents have several, such as accuracy or cifar10/test/accuracy.",
        metavar="LABEL",
    )
    lower_is_better: bool = option(False, "The labels are errors or losses: lower is better.")
    resume: bool = option(False, "Continue the adaptation in --out.")

    @property
    def seconds(self) -> float | None:
        """Time budget of the evaluations in seconds; None if only labels are used."""
        text = self.budget or (None if self.labels else USUAL_BUDGET)
        return None if text is None else seconds_of(text)

    def check(self, labeled: bool = False) -> None:
        """Check the options.

        Args:
            labeled: whether the caller passes labels in addition to the options.

        Raises:
            InputError: the budget is not a duration, options contradict each other, or the folder cannot be used.
        """
        _ = self.seconds
        label_options = [
            name
            for name in ("source_format", "metric", "lower_is_better")
            if name in self.given and getattr(self, name)
        ]
        if self.labels is None and label_options:
            flags = {"source_format": "--from", "metric": "--metric", "lower_is_better": "--lower-is-better"}
            raise InputError(f"{flags[label_options[0]]} is for labels, expected --labels FILE with it")
        evaluation_options = [
            name
            for name in ("task", "images", "jobs", "device", "resume")
            if name in self.given and getattr(self, name)
        ]
        if (labeled or self.labels is not None) and self.budget is None and evaluation_options:
            raise InputError(
                f"{flag(AdaptChoices, evaluation_options[0])} is for evaluations, expected --budget TIME with it"
            )
        if self.resume and (self.out / MANIFEST).exists() and not (self.out / RUN).is_dir():
            raise InputError(
                "holds a bundle but no adaptation run, expected the folder of an interrupted adaptation",
                file=str(self.out),
            )
        if not self.resume and self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise InputError(
                "exists already, expected a new folder; use --resume to continue", file=str(self.out)
            )
