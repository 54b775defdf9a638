"""Drawings, tables and wrapped text that fit the width of the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from nasport.schemas.errors import printable
from nasport.toolkit.text_width import columns, is_unicode, shortened

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.drawing import Content

LONGEST_NAME = 100
_LEAST_NAME = 12


def line_width() -> int | None:
    """Return the width of standard output: COLUMNS, or that of the terminal; None if it is not a terminal."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return None


def is_colored() -> bool:
    """Return whether standard output shows colors."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def terminal_text(drawn: Architecture | Content, *, canonical: bool = False) -> str:
    """Return a drawing that fits the width and encoding of standard output, colored if it is a terminal."""
    from nasport.toolkit.drawing import to_text

    return to_text(
        drawn, width=line_width() or 100, unicode=is_unicode(), color=is_colored(), canonical=canonical
    )


def table(rows: Sequence[Sequence[str]], right: Iterable[int] = (), name: int | None = None) -> list[str]:
    """Align rows in columns and return one line per row.

    Args:
        rows: texts, the same number in each row.
        right: indices of right-aligned columns.
        name: index of the column whose texts are shortened to fit the line. A line that is still too long is cut at its
            end, unless `name` is the last column.
    """
    most = line_width()
    texts = [[printable(text) for text in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*texts, strict=True)]
    if name is not None:
        others = sum(widths) - widths[name] + 2 * (len(widths) - 1)
        room = LONGEST_NAME if most is None else max(most - others, _LEAST_NAME)
        for row in texts:
            row[name] = shortened(row[name], room)
        widths[name] = max(columns(row[name]) for row in texts)
    right = set(right)
    lines = []
    for row in texts:
        padding = [" " * (width - columns(text)) for width, text in zip(widths, row, strict=True)]
        cells = [
            pad + text if at in right else text + pad
            for at, (text, pad) in enumerate(zip(row, padding, strict=True))
        ]
        line = "  ".join(cells).rstrip()
        cut = most is not None and name != len(row) - 1 and columns(line) > most
        lines.append(f"{line[: most - 3]}..." if cut and most else line)
    return lines


def count_text(value: float | None) -> str:
    """Format a count with commas; `-` if it is unknown."""
    return "-" if value is None else f"{value:,.0f}"


def footnotes(notes: Mapping[str, int]) -> list[str]:
    """Return numbered texts for below a table, wrapped between words."""
    lines = []
    for text, number in notes.items():
        lines += wrapped(f"  [{number}] {printable(text)}", line_width(), " " * 6)
    return lines


def wrapped(text: str, most: int | None, indent: str = "    ") -> list[str]:
    """Wrap a text between words into lines of at most `most` columns; None for one line."""
    if most is None or len(text) <= most:
        return [text]
    wrapper = TextWrapper(
        most, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return wrapper.wrap(text)


def block(name: str, facts: Iterable[tuple[str, str]]) -> str:
    """Return a name followed by one indented line per fact: its label and its text."""
    lines = [printable(name)]
    for word, text in facts:
        lines += wrapped(printable(f"    {word:<12} {text}"), line_width(), " " * 17)
    return "\n".join(lines)
