"""The winners as a table, with small drawings of their cells; below it the next best drawn large."""

from __future__ import annotations

from collections.abc import Callable

from nasport.toolkit.pages.markup import Markup, code, joined, table, tag, text
from nasport.toolkit.search.report import drawings
from nasport.toolkit.search.report.numbers import UNKNOWN, number, short
from nasport.toolkit.search.result import SearchResult, Winner
from nasport.toolkit.search.winner_genes import genes_text, telling_genes

DRAWN_LARGE, DRAWN_SMALL, LISTED = 5, 24, 100
"""Winners drawn below the table, drawings in it (all its rows have one, or none has), rows that it has."""
NAME = 90
"""The most characters of a name."""


def own_name(winner: Winner) -> str:
    """What an architecture is called beside its notation, which is shown anyway."""
    name = winner.architecture.name
    if winner.notation and winner.notation.startswith(name.removesuffix("...").removesuffix("…")):
        return ""
    return winner.called


def winners(result: SearchResult) -> Markup:
    """The table; below it what all winners have in common, and the next best drawn large."""
    if not result.winners:
        return tag("p", "None.", class_="empty")
    shown = result.winners[:LISTED]
    count = DRAWN_SMALL if len(shown) <= DRAWN_SMALL else DRAWN_LARGE
    drawn = [drawings.cells(each.architecture, f"The cells of winner {each.rank}") for each in shown[:count]]
    differing, shared = telling_genes(shown)
    columns: dict[str, list[Markup]] = {"": [tag("span", str(each.rank), class_="rank") for each in shown]}
    if len(drawn) == len(shown) and all(drawn):
        columns["cells"] = [tag("div", svg, class_="thumb") for svg in drawn]
    columns["architecture"] = [_architecture(winner, genes_text(winner, differing)) for winner in shown]
    for title, cell in _COLUMNS.items():
        found = [cell(winner) for winner in shown]
        if any(each != UNKNOWN for each in found):
            columns[title] = found
    more = len(result.winners) - len(shown)
    large = []
    for winner, svg in zip(shown[1:DRAWN_LARGE], drawn[1:], strict=False):
        summary = tag("summary", f"{winner.rank}. ", text(winner.called, NAME))
        large += [tag("details", summary, tag("div", svg, class_="drawing"))] if svg else []
    return joined(
        table(zip(*columns.values(), strict=True), list(columns), "winners"),
        tag("p", f"and {more:,} more in winners.jsonl", class_="small") if more else "",
        tag("p", "All of them have ", code(genes_text(shown[0], shared)), class_="small") if shared else "",
        tag("h3", "The next ones, drawn large") if large else "",
        *large,
    )


def _architecture(winner: Winner, genes: str) -> Markup:
    return tag(
        "div",
        text(own_name(winner), NAME),
        tag("span", code(winner.notation), class_="notation") if winner.notation else "",
        tag("span", text(genes, 4_000), class_="notation genes small") if genes else "",
        tag("span", "on the front", class_="place") if winner.on_front else "",
        class_="architecture",
    )


def _ranked(value: float | None, rank: int | None) -> Markup:
    place = tag("span", f"rank {rank}", class_="place") if rank is not None else ""
    return joined(tag("span", number(value), class_="number"), place)


def _loss(winner: Winner) -> Markup:
    if winner.failed:
        return tag("span", "failed", class_="number")
    if winner.stopped is not None:
        return tag("span", f"stopped after {winner.stopped} steps", class_="number")
    return text(UNKNOWN) if winner.loss is None else _ranked(winner.loss, winner.loss_rank)


_COLUMNS: dict[str, Callable[[Winner], Markup]] = {
    "score": lambda winner: _ranked(winner.evaluation.score, winner.score_rank),
    "GenNAS loss": _loss,
    "parameters": lambda winner: text(short(winner.evaluation.facts.get("parameters"))),
    "FLOPs": lambda winner: text(short(winner.evaluation.facts.get("flops"))),
    "latency": lambda winner: text(number(winner.evaluation.facts.get("latency"))),
    "distance": lambda winner: text(number(winner.evaluation.facts.get("distance"), 3)),
}
