"""Width of texts in columns of a terminal."""

from __future__ import annotations

import sys
from unicodedata import east_asian_width


def columns(text: str) -> int:
    """Return the number of columns that a line of text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def is_unicode() -> bool:
    """Return whether standard output accepts all Unicode characters."""
    return "utf" in (sys.stdout.encoding or "ascii").lower()


def shortened(text: str, room: int) -> str:
    """Shorten a text to at most `room` columns by cutting its middle, because the ends distinguish names."""
    if columns(text) <= room:
        return text
    mark = "\N{HORIZONTAL ELLIPSIS}" if is_unicode() else "..."
    if room <= len(mark):
        return mark[: max(room, 0)]
    tail = (room - len(mark)) // 2
    while columns(text[:tail]) + columns(text[-tail:]) + len(mark) > room and tail > 1:
        tail -= 1
    head = tail
    while columns(text[: head + 1]) + columns(text[-tail:]) + len(mark) <= room:
        head += 1
    return f"{text[:head]}{mark}{text[-tail:]}"
