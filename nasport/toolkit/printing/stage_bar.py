"""The progress bar of the panel of evaluators, stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasport.toolkit.progress import Progress

if TYPE_CHECKING:
    from nasport.toolkit.panel.evaluations import StageProgress


class StageBar:
    """One progress bar for each stage, one after the other."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar = Progress()

    def show(self, progress: StageProgress) -> None:
        """Draw the bar of the current stage."""
        if (progress.stage, progress.total) != (self._stage, self._bar.total):
            self.clear()
            self._stage, self._bar = progress.stage, Progress(progress.total, progress.done)
        self._bar.show(progress.done, f"evaluated by {progress.stage}")

    def clear(self) -> None:
        """Remove the bar."""
        self._bar.clear()
