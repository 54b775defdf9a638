"""What somebody may ask of an adaptation: options that the shell and Python share. Nothing heavy is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nasport.runtime.bundle import MANIFEST
from nasport.schemas.errors import InputError
from nasport.toolkit.options import REQUIRED, flag, option
from nasport.toolkit.panel.choices import PanelChoices, seconds_of

RUN = "adaptation"
"""Folder inside the bundle's, in which plan and judgements are kept."""
USUAL_BUDGET = "15m"


@dataclass(frozen=True, kw_only=True)
class AdaptChoices(PanelChoices):
    """Of an adaptation."""

    out: Path = option(REQUIRED, "Folder of the bundle.", metavar="BUNDLE")
    budget: str | None = option(
        None,
        f"Time for judgements: 90s, 15m, 1h; default: {USUAL_BUDGET}, with --labels none.",
        metavar="TIME",
    )
    labels: Path | None = option(
        None,
        "Labels of members, as `nasport search-task` reads them: documents, or with --from lines of a notation, a tab and a label.",
    )
    source_format: str | None = option(
        None, "Notation of the lines of --labels; default: documents.", "--from", suggest="notations"
    )
    metric: str | None = option(None, "Which of the documents' labels, where they have several.")
    lower_is_better: bool = option(False, "The labels are errors or losses.")
    resume: bool = option(False, "Continue what --out holds.")

    @property
    def seconds(self) -> float | None:
        """The budget in seconds; None where only labels teach."""
        text = self.budget or (None if self.labels else USUAL_BUDGET)
        return None if text is None else seconds_of(text)

    def check(self, labeled: bool = False) -> None:
        """Raises InputError where options do not go together, or the budget is none.

        Args:
            labeled: whether there are labels beside those of a file.
        """
        _ = self.seconds
        idle = [
            name
            for name in ("source_format", "metric", "lower_is_better")
            if name in self.given and getattr(self, name)
        ]
        if self.labels is None and idle:
            flags = {"source_format": "--from", "metric": "--metric", "lower_is_better": "--lower-is-better"}
            raise InputError(f"{flags[idle[0]]} is for labels, expected --labels FILE with it")
        evaluating = [
            name
            for name in ("task", "images", "jobs", "device", "resume")
            if name in self.given and getattr(self, name)
        ]
        if (labeled or self.labels is not None) and self.budget is None and evaluating:
            raise InputError(
                f"{flag(AdaptChoices, evaluating[0])} is for judgements, expected --budget TIME with it"
            )
        if self.resume and (self.out / MANIFEST).exists() and not (self.out / RUN).is_dir():
            raise InputError(
                "is no bundle that was adapted here, expected one to go on with", file=str(self.out)
            )
        if not self.resume and self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise InputError("exists already, expected a new folder; --resume goes on", file=str(self.out))
