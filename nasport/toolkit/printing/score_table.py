"""Scores as a text table: best first, warnings as footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, repeat

from nasport.runtime.predictor import Score
from nasport.toolkit.printing.terminal import count_text, footnotes, table

HEADER = ("rank", "score", "parameters", "reachable", "FLOPs", "name", "")


def score_table(scores: Sequence[Score], groups: Sequence[str] = ()) -> str:
    """Return a table of ranked scores, best first, with the bundle and the warnings below.

    Args:
        scores: ranked scores.
        groups: group of comparable architectures of each score, shown as headings; empty if all scores are comparable.
    """
    notes: dict[str, int] = {}
    pairs = [(group, score) for group, score in zip(groups or repeat(""), scores, strict=False)]
    ordered = sorted(pairs, key=lambda pair: (pair[0], pair[1].rank or 0, pair[1].name))
    known = next((score.expected for score in scores if score.expected is not None), None)
    header = (
        HEADER if known is None else (*HEADER[:2], known.label, f"{known.coverage:.0%} between", *HEADER[2:])
    )
    name = len(header) - 2
    cells = [_row(score, notes, known is not None) for _, score in ordered]
    head, *lines = table([header, *cells], range(name), name=name)
    text = [head]
    for group, rows in groupby(zip(ordered, lines, strict=True), key=lambda row: row[0][0]):
        text += ["", group or "without a skeleton"] if groups else []
        text += [line for _, line in rows]
    return "\n".join([*text, "", f"bundle {scores[0].bundle}", *footnotes(notes)]) + "\n"


def _row(score: Score, notes: dict[str, int], with_labels: bool) -> tuple[str, ...]:
    expected = score.expected
    labels = () if expected is None else (f"{expected.value:.4g}", f"{expected.low:.4g} {expected.high:.4g}")
    marks = [str(notes.setdefault(text, len(notes) + 1)) for text in score.warnings]
    return (
        str(score.rank),
        f"{score.score:.4f}",
        *(labels or ("", "") if with_labels else ()),
        count_text(score.parameters),
        f"{score.reachable_parameters:.4g}",
        count_text(score.flops),
        score.name,
        f"[{','.join(marks)}]" if marks else "",
    )
