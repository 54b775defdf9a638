"""Winners of a search as a table for people, best first."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.toolkit.printing.terminal import LONGEST_NAME, table
from nasport.toolkit.search.result import Winner

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
    last = len(header) - 1
    return "".join(f"{line}\n" for line in table(rows, range(last), name=last))


def _row(winner: Winner, trained: bool, others: Sequence[str]) -> list[str]:
    facts = winner.evaluation.facts
    text, name = winner.notation, winner.architecture.name
    return [
        str(winner.rank),
        _decimal(winner.evaluation.score),
        *([_decimal(winner.loss)] if trained else []),
        _count(facts.get("parameters")),
        _count(facts.get("flops")),
        *((_count if name == "reachable_parameters" else _decimal)(facts.get(name)) for name in others),
        text if text and (len(text) <= LONGEST_NAME or not name) else name,
    ]


def _count(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
