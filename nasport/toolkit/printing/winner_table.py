"""Winners of a search as a table for people, best first."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from nasport.schemas.errors import printable
from nasport.toolkit.printing.terminal import count_text, line_width
from nasport.toolkit.search.result import Winner
from nasport.toolkit.search.winner_genes import genes_text, telling_genes
from nasport.toolkit.text_width import shortened

WIDEST, NARROWEST, MOST_LINES = 100, 16, 3
"""Columns of an architecture, at most and at least; lines of its genes."""


def winner_table(winners: Sequence[Winner], asked_for: Sequence[str] = ()) -> str:
    """Rank, score, loss where there is one, parameters, FLOPs, latency where there is one, and the architecture.

    That is its notation where the space has one; else the genes in which the winners differ, and below the table those that
    all of them have. A terminal's width is kept to.

    Args:
        winners: best first.
        asked_for: other facts to tell too, those of limits and objectives.
    """
    columns = [
        ["rank", *(str(winner.rank) for winner in winners)],
        ["score", *(_decimal(winner.evaluation.score) for winner in winners)],
    ]
    if any(winner.loss is not None for winner in winners):
        columns.append(["loss", *map(_loss, winners)])
    for fact, (heading, text) in _FACTS.items():
        values = [winner.evaluation.facts.get(fact) for winner in winners]
        timed = fact == "latency" and any(value is not None for value in values)
        if fact in ("parameters", "flops", *asked_for) or timed:
            columns.append([heading, *map(text, values)])
    widths = [max(map(len, column)) for column in columns]
    numbers = ["  ".join(map(str.rjust, row, widths)) + "  " for row in zip(*columns, strict=True)]
    room, most = len(numbers[0]), line_width()
    width = WIDEST if most is None else max(min(WIDEST, most - room), NARROWEST)
    differing, shared = telling_genes(winners)
    lines = [f"{numbers[0]}architecture"]
    for number, winner in zip(numbers[1:], winners, strict=True):
        words = _architecture(winner, differing, width)
        lines += [number + words[0], *(" " * room + line for line in words[1:])]
    if shared and any(not winner.notation for winner in winners):
        lines += _wrapped(f"all of them: {genes_text(winners[0], shared)}", most or room + WIDEST)
    return "".join(f"{line}\n" for line in lines)


def _loss(winner: Winner) -> str:
    """Of a finalist that fell behind, after which step."""
    return _decimal(winner.loss) if winner.stopped is None else f"stopped at {winner.stopped}"


def _architecture(winner: Winner, differing: Sequence[str], width: int) -> list[str]:
    """Its lines: the notation, the genes that tell it from the others, or the name; one at least."""
    if winner.notation is None and differing:
        return _wrapped(genes_text(winner, differing), width) or ["-"]
    name = printable(winner.architecture.name)
    text = printable(winner.notation or name)
    return [shortened(name if len(text) > WIDEST and name else text, width)]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(printable(text), width, max_lines=MOST_LINES, placeholder=" ...", break_on_hyphens=False)


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


_FACTS = {
    "parameters": ("parameters", count_text),
    "flops": ("FLOPs", count_text),
    "reachable_parameters": ("reachable", count_text),
    "distance": ("distance", _decimal),
    "latency": ("latency", _decimal),
}
"""Heading and form of the facts, the last three of which are shown where they matter."""
