"""What a command prints on the terminal that it runs in: drawings and tables as wide as that is."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import printable
from nasport.toolkit.drawing import Content, to_text
from nasport.toolkit.drawing.typography import columns


def terminal_width() -> int:
    """Columns there are; 100 where nobody says."""
    return shutil.get_terminal_size((100, 40)).columns


def line_width() -> int | None:
    """Columns that a line may take: those of the terminal, or as COLUMNS says; None where the output goes to a file."""
    return terminal_width() if sys.stdout.isatty() or os.environ.get("COLUMNS") else None


def shortened(text: str, width: int) -> str:
    """A text of one line in so many columns: of a longer one the middle is left out, since names mostly differ at both ends."""
    if columns(text) <= width:
        return text
    half = max(width - 3, 0) // 2
    return f"{text[: max(width - 3, 0) - half]}...{text[len(text) - half :]}"


def terminal_text(drawn: Architecture | Content, *, canonical: bool = False) -> str:
    """A drawing for standard output, in its width and encoding, with colours where it is a terminal."""
    encoding = (sys.stdout.encoding or "ascii").lower()
    return to_text(
        drawn,
        width=terminal_width(),
        unicode="utf" in encoding,
        colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ,
        canonical=canonical,
    )


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Rows in columns; on a terminal, lines end where it does.

    Args:
        rows: texts, as many in each row.
        right: columns that are set to the right.
    """
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    most = line_width()
    lines = []
    for row in rows:
        padding = [" " * (width - columns(text)) for width, text in zip(widths, row, strict=True)]
        cells = [
            pad + text if at in right else text + pad
            for at, (text, pad) in enumerate(zip(row, padding, strict=True))
        ]
        line = "  ".join(cells).rstrip()
        lines.append(line if most is None or len(line) <= most else line[: most - 3] + "...")
    return lines


def block(name: str, facts: Iterable[tuple[str, str]]) -> str:
    """A name, and below it one line a fact: a word and what there is to say."""
    return "\n".join(map(printable, [name, *(f"    {word:<12} {text}" for word, text in facts)]))
