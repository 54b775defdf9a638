"""Estimate the width of text in a sans-serif font without reading a font file; estimates tend to be too wide."""

from __future__ import annotations

from unicodedata import east_asian_width

_NARROW = frozenset("iIljtfr.,:;'|!()[]{}/- ·")
_WIDE = frozenset("mwMW@%")


def text_width(text: str, size: float) -> float:
    """Return the estimated width of a line of text in pixels, for a font size in pixels."""
    return size * sum(_em(c) for c in text)


def _em(c: str) -> float:
    if c in _NARROW:
        return 0.36
    if c in _WIDE:
        return 0.9
    if not c.isascii() and east_asian_width(c) in "WF":
        return 1.05
    return 0.7 if c.isupper() else 0.58
