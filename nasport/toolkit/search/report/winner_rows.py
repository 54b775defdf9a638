"""The winners as a table, with small drawings of their cells; below it the next best drawn large."""

from __future__ import annotations

from collections.abc import Callable

from nasport.toolkit.search.report import drawings
from nasport.toolkit.search.report.markup import Markup, code, joined, tag, text
from nasport.toolkit.search.report.numbers import UNKNOWN, number, short
from nasport.toolkit.search.result import SearchResult, Winner

DRAWN_LARGE, DRAWN_SMALL, LISTED = 5, 12, 100
NAME = 90
"""The most characters of a name."""


def name_of(winner: Winner) -> str:
    """What an architecture is called: its name, else its notation, else its hash."""
    return (
        winner.architecture.name or winner.notation or winner.evaluation.hash[:12] or f"number {winner.rank}"
    )


def own_name(winner: Winner) -> str:
    """What an architecture is called beside its notation, which is shown anyway."""
    name = winner.architecture.name
    if winner.notation and winner.notation.startswith(name.removesuffix("...").removesuffix("…")):
        return ""
    return name_of(winner)


def winners(result: SearchResult) -> Markup:
    """The table, the first ones with small drawings; below it the next best drawn large."""
    if not result.winners:
        return tag("p", "None.", class_="empty")
    shown = result.winners[:LISTED]
    drawn = [
        drawings.cells(winner.architecture, f"The cells of winner {winner.rank}")
        for winner in shown[:DRAWN_SMALL]
    ]
    columns = [[cell(winner) for winner in shown] for _, cell in _COLUMNS]
    thumbs = [tag("div", svg, class_="thumb") if svg else text(UNKNOWN) for svg in drawn]
    thumbs += [text(UNKNOWN)] * (len(shown) - len(thumbs))
    titles = ["", "cells", *(title for title, _ in _COLUMNS)]
    places = [tag("span", str(winner.rank), class_="rank") for winner in shown]
    table = [
        (title, column)
        for title, column in zip(titles, [places, thumbs, *columns], strict=True)
        if any(cell != UNKNOWN for cell in column)
    ]
    head = tag("tr", *(tag("th", title, scope="col") for title, _ in table))
    body = [
        tag("tr", *(tag("td", cell) for cell in row))
        for row in zip(*(column for _, column in table), strict=True)
    ]
    more = len(result.winners) - len(shown)
    large = [
        tag(
            "details",
            tag("summary", f"{winner.rank}. ", text(name_of(winner), NAME)),
            tag("div", svg, class_="drawing"),
        )
        for winner, svg in list(zip(shown, drawn, strict=False))[1:DRAWN_LARGE]
        if svg
    ]
    return joined(
        tag("div", tag("table", tag("thead", head), tag("tbody", *body)), class_="scroll"),
        tag("p", f"and {more:,} more in winners.jsonl", class_="small") if more else "",
        tag("h3", "The next ones, drawn large") if large else "",
        *large,
    )


def _architecture(winner: Winner) -> Markup:
    notation = winner.notation
    return tag(
        "div",
        text(own_name(winner), NAME),
        tag("span", code(notation), class_="notation") if notation else "",
        tag("span", "on the front", class_="place") if winner.on_front else "",
        class_="architecture",
    )


def _ranked(value: float | None, rank: int | None) -> Markup:
    place = tag("span", f"rank {rank}", class_="place") if rank is not None else ""
    return joined(tag("span", number(value), class_="number"), place)


def _loss(winner: Winner) -> Markup:
    if winner.failed:
        return tag("span", "failed", class_="number")
    return text(UNKNOWN) if winner.loss is None else _ranked(winner.loss, winner.loss_rank)


def _fact(name: str, write: Callable[[float | None], str]) -> Callable[[Winner], Markup]:
    return lambda winner: text(write(winner.evaluation.facts.get(name)))


_COLUMNS: tuple[tuple[str, Callable[[Winner], Markup]], ...] = (
    ("architecture", _architecture),
    ("score", lambda winner: _ranked(winner.evaluation.score, winner.score_rank)),
    ("GenNAS loss", _loss),
    ("parameters", _fact("parameters", short)),
    ("FLOPs", _fact("flops", short)),
    ("latency", _fact("latency", number)),
    ("distance", _fact("distance", lambda value: number(value, 3))),
)
