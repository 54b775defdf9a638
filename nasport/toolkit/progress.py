"""Progress bars on standard error, shown only if it is a terminal; and durations in words."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm import tqdm

_BAR = "{bar:24} {n:,.0f} of {total:,.0f} [{elapsed}<{remaining}]  {desc}"
_COUNT = "{n:,.0f} {desc}"
_SECONDS_BEFORE_COUNT = 1.0


class Progress:
    """A tqdm bar followed by a few words, or a count followed by words if the total is unknown.

    Attributes:
        total: number of items; None or 0 if unknown.
        done: number of finished items; may be a fraction.
    """

    def __init__(self, total: int | None = None, done: float = 0) -> None:
        self.total = total
        self.done = done
        self._first = done
        self._began = time.time()
        self._bar: tqdm[None] | None = None

    def show(self, done: float, words: str) -> None:
        """Draw the bar, at most ten times a second."""
        self.done = done
        # Short commands show no count, so they do not have to import tqdm.
        too_soon = not self.total and time.time() - self._began < _SECONDS_BEFORE_COUNT
        if too_soon or not sys.stderr.isatty():
            return
        if self._bar is not None:
            self._bar.set_description_str(words, refresh=False)
            self._bar.update(done - self._bar.n)
            return
        from tqdm import tqdm

        tqdm.monitor_interval = 0  # starts no thread, which would draw the bar again after `clear`
        self._bar = tqdm(
            desc=words,
            total=self.total or None,
            initial=self._first,
            bar_format=_BAR if self.total else _COUNT,
            leave=False,
            dynamic_ncols=True,
            miniters=0,
            smoothing=0,  # the remaining time follows from the mean rate since the beginning
        )
        self._bar.start_t = self._began
        self._bar.n = done
        self._bar.refresh()

    def clear(self) -> None:
        """Remove the bar; the next call of `show` draws it again."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def duration(seconds: float) -> str:
    """Return a duration in words: 42 s, 3 min, 1 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
