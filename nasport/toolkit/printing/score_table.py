"""Scores as a table for people: best first, warnings as footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, repeat

from nasport.runtime.predictor import Score
from nasport.toolkit.printing.terminal import count_text, footnotes, table

HEADER = ("rank", "score", "parameters", "reachable", "FLOPs", "name", "")


def score_table(scores: Sequence[Score], groups: Sequence[str] = ()) -> str:
    """A table of ranked scores, best first, with the bundle and the warnings below it.

    Args:
        groups: of each score what it compares with, each group with a heading; none: all compare.
    """
    notes: dict[str, int] = {}
    pairs = [(group, score) for group, score in zip(groups or repeat(""), scores, strict=False)]
    ordered = sorted(pairs, key=lambda pair: (pair[0], pair[1].rank or 0, pair[1].name))
    head, *lines = table([HEADER, *(_row(score, notes) for _, score in ordered)], range(5), name=5)
    text = [head]
    for group, rows in groupby(zip(ordered, lines, strict=True), key=lambda row: row[0][0]):
        text += ["", group or "without a skeleton"] if groups else []
        text += [line for _, line in rows]
    return "\n".join([*text, "", f"bundle {scores[0].bundle}", *footnotes(notes)]) + "\n"


def _row(score: Score, notes: dict[str, int]) -> tuple[str, ...]:
    marks = [str(notes.setdefault(text, len(notes) + 1)) for text in score.warnings]
    return (
        str(score.rank),
        f"{score.score:.4f}",
        count_text(score.parameters),
        f"{score.reachable_parameters:.4g}",
        count_text(score.flops),
        score.name,
        f"[{','.join(marks)}]" if marks else "",
    )
