"""How far the panel is, stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasport.toolkit.progress import Progress

if TYPE_CHECKING:
    from nasport.toolkit.panel.hearings import Hearing


class HearingBar:
    """The progress of each stage, one after the other."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar = Progress()

    def show(self, hearing: Hearing) -> None:
        """Draw it."""
        if (hearing.stage, hearing.total) != (self._stage, self._bar.total):
            self.clear()
            self._stage, self._bar = hearing.stage, Progress(hearing.total, hearing.done)
        self._bar.show(hearing.done, f"heard by {hearing.stage}")

    def clear(self) -> None:
        """Remove it."""
        self._bar.clear()
