"""Winners of a search as a text table, best first."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from nasport.schemas.errors import printable
from nasport.toolkit.printing.terminal import count_text, line_width
from nasport.toolkit.search.result import Winner
from nasport.toolkit.search.winner_genes import differing_genes, genes_text
from nasport.toolkit.text_width import shortened

WIDEST, NARROWEST, MOST_LINES = 100, 16, 3
"""Maximum and minimum width of an architecture, and maximum number of lines for its genes."""


def winner_table(winners: Sequence[Winner], asked_for: Sequence[str] = ()) -> str:
    """Return a table of rank, score, parameters, FLOPs and architecture that fits the terminal.

    Loss and latency are added if they are known. Architectures are shown in the notation of their search space. Without a
    notation, rows show the genes in which winners differ, and a line below the table shows the genes that all share.

    Args:
        winners: winners, best first.
        asked_for: further facts to show, those of limits and objectives.
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
    differing, shared = differing_genes(winners)
    lines = [f"{numbers[0]}architecture"]
    for number, winner in zip(numbers[1:], winners, strict=True):
        words = _architecture(winner, differing, width)
        lines += [number + words[0], *(" " * room + line for line in words[1:])]
    if shared and any(not winner.notation for winner in winners):
        lines += _wrapped(f"all winners: {genes_text(winners[0], shared)}", most or room + WIDEST)
    return "".join(f"{line}\n" for line in lines)


def _loss(winner: Winner) -> str:
    """Return the loss, or the step at which a race stopped the training."""
    return _decimal(winner.loss) if winner.stopped is None else f"stopped at {winner.stopped}"


def _architecture(winner: Winner, differing: Sequence[str], width: int) -> list[str]:
    """Return at least one line with the notation, the genes that differ among winners, or the name."""
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
"""Heading and formatter of each fact."""
