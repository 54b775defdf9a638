"""How far a command is, on one line of a terminal; nowhere else."""

from __future__ import annotations

import shutil
import sys
import time

_WIDTH = 24
_SECONDS_BETWEEN = 0.1


class Progress:
    """A bar and how long the rest will take where the total is known, else a count; and a few words behind it.

    It is written to standard error, only where that is a terminal, and at most ten times a second.

    Attributes:
        total: None or 0 where it is not known.
        done: so far; may be a fraction.
    """

    def __init__(self, total: int | None = None, done: float = 0) -> None:
        self.total = total
        self.done = done
        self._first = done
        self._began = time.monotonic()
        self._drawn_at = -1.0 if total else self._began  # a bar is drawn at once
        self._on = sys.stderr.isatty()
        self._shown = False

    def show(self, done: float, words: str) -> None:
        """Draw the line again: how much is done, and words."""
        self.done, now = done, time.monotonic()
        finished = self.total and done >= self.total
        if not self._on or (not finished and now - self._drawn_at < _SECONDS_BETWEEN):
            return
        self._drawn_at, self._shown = now, True
        line = f"{self._bar(now)}  {words}" if self.total else f"{int(done):,} {words}"
        columns = shutil.get_terminal_size((80, 24)).columns
        print(f"\r\x1b[K{line[: columns - 1]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the line; `show` draws it again."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = False

    def _bar(self, now: float) -> str:
        assert self.total
        filled, made, passed = (
            round(_WIDTH * self.done / self.total),
            self.done - self._first,
            now - self._began,
        )
        left = ""
        if made > 0 and passed >= 1:  # enough is done to tell
            left = f", {duration(passed / made * (self.total - self.done))} left"
        return f"[{'#' * filled:.<{_WIDTH}}] {int(self.done):,} of {self.total:,}{left}"


def duration(seconds: float) -> str:
    """Seconds in words short enough for a line: 42 s, 3 min, 1 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
