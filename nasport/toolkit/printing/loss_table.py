"""Losses and fits as a text table: lowest loss first, failures as footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nasport.toolkit.printing.terminal import footnotes, table

HEADER = ("rank", "loss", "fit", "seconds", "name", "")


class LossRow(NamedTuple):
    """One trained architecture.

    Attributes:
        loss: lower is better.
        fit: higher is better.
        name: name of the architecture.
        seconds: duration of the training.
        failed: reason for the worst loss; empty on success.
    """

    name: str
    loss: float
    fit: float
    seconds: float
    failed: str = ""


def loss_table(rows: Sequence[LossRow]) -> str:
    """Return a table, lowest loss first; equal losses share a rank."""
    losses = sorted(row.loss for row in rows)
    notes: dict[str, int] = {}
    cells = [HEADER]
    for row in sorted(rows, key=lambda row: (row.loss, row.name)):
        rank = str(losses.index(row.loss) + 1)
        mark = f"[{notes.setdefault(row.failed, len(notes) + 1)}]" if row.failed else ""
        cells.append((rank, f"{row.loss:.6f}", f"{row.fit:.4f}", f"{row.seconds:.2f}", row.name, mark))
    foot = ["", *footnotes(notes)] if notes else []
    return "\n".join([*table(cells, range(4), name=4), *foot]) + "\n"
