"""Data of the table of winners, with small drawings of their cells, and of the large drawings below the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nasport.toolkit.search.report.drawings import cells_svg
from nasport.toolkit.search.report.numbers import UNKNOWN, number, short
from nasport.toolkit.search.result import SearchResult, Winner
from nasport.toolkit.search.winner_genes import differing_genes, genes_text

DRAWN_LARGE, DRAWN_SMALL, LISTED = 5, 24, 100
"""Maximum numbers of large drawings, of small drawings (all rows have one, or no row has one), and of rows."""


def own_name(winner: Winner) -> str:
    """Return the name of an architecture, or an empty text if the name only repeats the notation."""
    name = winner.architecture.name
    if winner.notation and winner.notation.startswith(name.removesuffix("...").removesuffix("…")):
        return ""
    return winner.called


def winner_table(result: SearchResult) -> dict[str, Any]:
    """Return the data of the table of winners, of the genes that all winners share, and of the large drawings."""
    if not result.winners:
        return {}
    shown = result.winners[:LISTED]
    count = DRAWN_SMALL if len(shown) <= DRAWN_SMALL else DRAWN_LARGE
    drawings = [
        cells_svg(winner.architecture, f"The cells of winner {winner.rank}") for winner in shown[:count]
    ]
    with_cells = len(drawings) == len(shown) and all(drawings)
    differing, shared = differing_genes(shown)
    columns = {title: [figure(winner) for winner in shown] for title, figure in _FIGURES.items()}
    columns = {
        title: column for title, column in columns.items() if any(cell != (UNKNOWN, None) for cell in column)
    }
    rows = [
        {
            "rank": winner.rank,
            "cells": drawings[place] if with_cells else "",
            "name": own_name(winner),
            "notation": winner.notation,
            "genes": genes_text(winner, differing),
            "on_front": winner.on_front,
            "figures": [column[place] for column in columns.values()],
        }
        for place, winner in enumerate(shown)
    ]
    more = len(result.winners) - len(shown)
    next_best = zip(shown[1:DRAWN_LARGE], drawings[1:], strict=False)
    return {
        "titles": ["", *(["cells"] if with_cells else []), "architecture", *columns],
        "rows": rows,
        "more": f"{more:,}" if more else "",
        "shared": genes_text(shown[0], shared),
        "large": [(winner.rank, winner.called, drawing) for winner, drawing in next_best if drawing],
    }


_Figure = tuple[str, int | None]
"""Text of a cell and the rank below it."""


def _loss(winner: Winner) -> _Figure:
    if winner.failed:
        return "failed", None
    if winner.stopped is not None:
        return f"stopped after {winner.stopped} steps", None
    return number(winner.loss), None if winner.loss is None else winner.loss_rank


_FIGURES: dict[str, Callable[[Winner], _Figure]] = {
    "score": lambda winner: (number(winner.evaluation.score), winner.score_rank),
    "GenNAS loss": _loss,
    "parameters": lambda winner: (short(winner.evaluation.facts.get("parameters")), None),
    "FLOPs": lambda winner: (short(winner.evaluation.facts.get("flops")), None),
    "latency": lambda winner: (number(winner.evaluation.facts.get("latency")), None),
    "distance": lambda winner: (number(winner.evaluation.facts.get("distance"), 3), None),
}
