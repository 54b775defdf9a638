"""A bar on one line of a terminal; nowhere else."""

from __future__ import annotations

import shutil
import sys
import time

_WIDTH = 24
_SECONDS_BETWEEN = 0.1


class ProgressBar:
    """How much of a known total is done, how long the rest will take, and a few words.

    It is written to standard error, only where that is a terminal, and at most ten times a second.
    """

    def __init__(self, total: int, done: int = 0) -> None:
        self._total = total
        self._first = done
        self._began = time.monotonic()
        self._drawn_at = -1.0
        self._on = sys.stderr.isatty()
        self._shown = False

    def show(self, done: float, words: str) -> None:
        """Draw the bar: `done` of the total, which may be a fraction, and `words` behind it."""
        now = time.monotonic()
        if not self._on or (done < self._total and now - self._drawn_at < _SECONDS_BETWEEN):
            return
        self._drawn_at, self._shown = now, True
        line = f"{self._bar(done)} {int(done):,} of {self._total:,}{self._left(done, now)}  {words}"
        columns = shutil.get_terminal_size((80, 24)).columns
        print(f"\r\x1b[K{line[: columns - 1]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the bar again."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = False

    def _bar(self, done: float) -> str:
        filled = round(_WIDTH * done / self._total) if self._total else _WIDTH
        return "[" + "#" * filled + "." * (_WIDTH - filled) + "]"

    def _left(self, done: float, now: float) -> str:
        """How long the rest will take, once enough is done to tell."""
        made = done - self._first
        if made <= 0 or now - self._began < 1:
            return ""
        return f", {duration((now - self._began) / made * (self._total - done))} left"


def duration(seconds: float) -> str:
    """Seconds in words short enough for a line: 42 s, 3 min, 1 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
