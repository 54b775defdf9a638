"""Winners of a search as a table for people, best first."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.schemas.errors import printable
from nasport.toolkit.search.result import Winner

WIDEST = 100
_OTHERS = {"reachable_parameters": "reachable", "distance": "distance", "latency": "latency"}
"""Facts that the table has where they matter, and their headings."""


def winner_table(winners: Sequence[Winner], asked_for: Sequence[str] = ()) -> str:
    """Rank, score, loss where there is one, parameters, FLOPs, latency where there is one, notation or name.

    Args:
        winners: best first.
        asked_for: other facts to tell too, those of limits and objectives.
    """
    trained = any(winner.loss is not None for winner in winners)
    timed = any(winner.evaluation.facts.get("latency") is not None for winner in winners)
    facts = [name for name in _OTHERS if name in asked_for or (name == "latency" and timed)]
    header = ["rank", "score", *(["loss"] if trained else []), "parameters", "FLOPs"]
    header += [*(_OTHERS[name] for name in facts), "architecture"]
    rows = [header, *(_row(winner, trained, facts) for winner in winners)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header) - 1)]
    lines = (
        "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def _row(winner: Winner, trained: bool, others: Sequence[str]) -> list[str]:
    facts = winner.evaluation.facts
    return [
        str(winner.rank),
        _decimal(winner.evaluation.score),
        *([_decimal(winner.loss)] if trained else []),
        _count(facts.get("parameters")),
        _count(facts.get("flops")),
        *((_count if name == "reachable_parameters" else _decimal)(facts.get(name)) for name in others),
        _short(winner),
    ]


def _short(winner: Winner) -> str:
    """The notation, or the name where that is what fits on a line."""
    text = printable(winner.notation or winner.architecture.name)
    if len(text) > WIDEST and winner.architecture.name:
        text = printable(winner.architecture.name)
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + "..."


def _count(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
