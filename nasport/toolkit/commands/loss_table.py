"""Losses and fits as a table for people: lowest loss first, failures as footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nasport.schemas.errors import printable
from nasport.toolkit.commands.table import NAME_WIDTH

HEADER = ("rank", "loss", "fit", "seconds", "name", "")
_NUMBERS = 4


class Row(NamedTuple):
    """One trained architecture.

    Attributes:
        loss: lower is better.
        fit: higher is better.
        failed: why it is the worst; empty where nothing failed.
    """

    name: str
    loss: float
    fit: float
    seconds: float
    failed: str = ""


def loss_table(rows: Sequence[Row]) -> str:
    """A table, lowest loss first; equal losses share a rank."""
    ordered = sorted(rows, key=lambda row: (row.loss, row.name))
    losses = [row.loss for row in ordered]
    notes: dict[str, int] = {}
    cells = [HEADER, *(_cells(row, losses.index(row.loss) + 1, notes) for row in ordered)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADER))]
    lines = [
        "  ".join(
            [
                *(cell.rjust(width) for cell, width in zip(line[:_NUMBERS], widths, strict=False)),
                line[_NUMBERS].ljust(widths[_NUMBERS]),
                line[_NUMBERS + 1],
            ]
        ).rstrip()
        for line in cells
    ]
    foot = [f"  [{number}] {printable(text)}" for text, number in notes.items()]
    return "\n".join([*lines, *(["", *foot] if foot else [])]) + "\n"


def _cells(row: Row, rank: int, notes: dict[str, int]) -> tuple[str, ...]:
    mark = f"[{notes.setdefault(row.failed, len(notes) + 1)}]" if row.failed else ""
    name = row.name if len(row.name) <= NAME_WIDTH else row.name[: NAME_WIDTH - 3] + "..."
    return str(rank), f"{row.loss:.6f}", f"{row.fit:.4f}", f"{row.seconds:.2f}", printable(name), mark
