"""Scores as a table for people: best first, warnings as footnotes."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.predictor import Score
from nasport.schemas.errors import printable

HEADER = ("rank", "score", "parameters", "reachable", "FLOPs", "name", "")
NAME_WIDTH = 100


def score_table(scores: Sequence[Score]) -> str:
    """A table of ranked scores, best first, with the bundle and the warnings below it."""
    ordered = sorted(scores, key=lambda score: (score.rank or 0, score.name))
    notes: dict[str, int] = {}
    rows = [HEADER, *(_row(score, notes) for score in ordered)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = [_line(row, widths) for row in rows]
    foot = [f"  [{number}] {printable(text)}" for text, number in notes.items()]
    return "\n".join([*lines, "", f"bundle {ordered[0].bundle}", *foot]) + "\n"


def _row(score: Score, notes: dict[str, int]) -> tuple[str, ...]:
    marks = [str(notes.setdefault(text, len(notes) + 1)) for text in score.warnings]
    name = score.name if len(score.name) <= NAME_WIDTH else score.name[: NAME_WIDTH - 3] + "..."
    return (
        str(score.rank),
        f"{score.score:.4f}",
        _count(score.parameters),
        f"{score.reachable_parameters:.4g}",
        _count(score.flops),
        printable(name),
        f"[{','.join(marks)}]" if marks else "",
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    numbers = [cell.rjust(width) for cell, width in zip(row[:5], widths, strict=False)]
    return "  ".join([*numbers, row[5].ljust(widths[5]), row[6]]).rstrip()


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
