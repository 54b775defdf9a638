"""What a search did, as charts: how the best came about, what it costs, and whether the judges agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nasport.toolkit.search.finalists import best_distinct, pareto_front
from nasport.toolkit.search.report.charts import Axis, Chart, Points, Series, chart_svg
from nasport.toolkit.search.report.markup import Markup, joined, tag
from nasport.toolkit.search.report.numbers import number, short
from nasport.toolkit.search.report.settings_table import named
from nasport.toolkit.search.result import Evaluation, SearchResult, Winner

FACT_TITLES = {
    "parameters": "parameters",
    "flops": "FLOPs (multiply-accumulates)",
    "reachable_parameters": "relative parameters of the cells",
    "distance": "distance from the training",
    "latency": "latency",
}
_WIDE = 30.0  # from this ratio on an axis is logarithmic
_FEW = 10


def progress(result: SearchResult) -> Markup:
    """Every evaluation as a dot, and the best so far."""
    members = [each for each in result.evaluations if not each.query.is_supernet and each.score is not None]
    kept = [each for each in members if each.violation == 0]
    if not members:
        return tag("p", "No architecture got a score.", class_="empty")
    scores = [each.score or 0.0 for each in members]
    lowest = _lowest(scores)
    y = Axis.around("score", [max(score, lowest) for score in scores])
    x = Axis("evaluations", 0, max(len(result.evaluations) + 1, 5))
    best = _best_so_far(kept, len(result.evaluations))
    series = [
        Series("dots", _scores_at(_shown(kept, lowest)), "pale"),
        Series(
            "dots", _scores_at(_shown([e for e in members if e.violation], lowest)), "broken", shape="square"
        ),
        Series("steps", best, "best"),
        _last(best),
    ]
    words = (
        f"{len(members):,} scored architectures"
        + (f", best score {number(best[-1, 1])}" if len(best) else "")
        + "; the line is the best so far that keeps the limits."
    )
    legend = [("pale", "an evaluation"), ("best", "best so far")]
    if len(kept) < len(members):
        legend.append(("broken", "breaks a limit"))
    if any(each.query.is_supernet for each in result.evaluations):
        legend.append(("other", "a supernet: choices still open, compared by the pruning"))
    hidden = len(members) - len(_shown(members, lowest))
    note = f"{hidden:,} much lower scores are not shown." if hidden else ""
    chart = chart_svg(Chart("progress", "Progress of the search", words, x, y, series))
    return _figure(joined(chart, _supernets(result, x)), legend, note)


def _supernets(result: SearchResult, x: Axis) -> Markup:
    """Supernets in a chart of their own: their scores have no meaning beside those of members."""
    supernets = [each for each in result.evaluations if each.query.is_supernet and each.score is not None]
    if not supernets:
        return Markup("")
    points = _scores_at(supernets)
    y = Axis.around("supernet score", points[:, 1])
    words = f"{len(supernets):,} supernets, architectures with open choices, that the pruning compared."
    dots = Series("dots", points, "other", shape="square")
    return chart_svg(Chart("supernets", "Scores of supernets", words, x, y, [dots], height=190))


def trade_off(result: SearchResult, fact: str) -> Markup:
    """Score against a fact, with the architectures marked that nothing smaller beats."""
    members = [
        each
        for each in result.evaluations
        if not each.query.is_supernet and each.score is not None and each.facts.get(fact) is not None
    ]
    kept = [each for each in members if each.violation == 0]
    if not members:
        return Markup("")
    value = _fact(fact)
    lowest = _lowest([each.score or 0.0 for each in members])
    shown = _near(_shown(members, lowest), [value(each) for each in kept], value)
    amounts = [value(each) for each in shown]
    log = min(amounts) > 0 and max(amounts) / min(amounts) >= _WIDE
    x = Axis.around(FACT_TITLES.get(fact, fact), amounts, log=log)
    y = Axis.around("score", [each.score or 0.0 for each in shown])

    def points(some: Sequence[Evaluation]) -> Points:
        return _points([(value(each), each.score or 0.0) for each in some])

    front = sorted(pareto_front(best_distinct(kept), [fact]), key=value)
    front = _shown(front, lowest)
    winners = [winner for winner in result.winners if winner.evaluation.facts.get(fact) is not None]
    series = [
        Series("dots", points([each for each in shown if each.violation == 0]), "pale"),
        Series("dots", points([each for each in shown if each.violation]), "broken", shape="square"),
        Series("steps", points(front), "front"),
        Series("dots", points(front), "front-dots"),
        _winner_marks(winners, points([winner.evaluation for winner in winners])),
    ]
    title = f"Score against {FACT_TITLES.get(fact, fact)}"
    words = (
        f"{len(shown):,} architectures; {len(front)} of them are better than everything that is no larger."
    )
    legend = [
        ("pale", "an evaluation"),
        ("front", "front: nothing smaller scores as high"),
        ("winner", "a winner"),
    ]
    if len(kept) < len(members):
        legend.append(("broken", "breaks a limit"))
    return _figure(chart_svg(Chart(f"front-{fact}", title, words, x, y, series)), legend)


def judges(result: SearchResult) -> Markup:
    """Score against loss, and how far the two orders agree; empty where there was one judge, or nothing was trained."""
    if named(result.settings.get("judge")) == "gennas":  # its score is the loss
        return Markup("")
    finalists = result.finalists or result.winners
    both = [each for each in finalists if each.loss is not None and each.evaluation.score is not None]
    if not both:
        return Markup("")
    # Needs scipy, which is there where something was trained, and not in the smallest installation.
    from nasport.toolkit.rank_correlation import kendall, spearman

    scores = np.array([each.evaluation.score or 0.0 for each in both])
    losses = np.array([each.loss or 0.0 for each in both])
    marks = _winner_marks(both, np.stack([scores, losses], 1))
    x = Axis.around("score (higher is better)", scores)
    y = Axis.around("GenNAS loss (lower is better: on top)", losses, reversed=True)
    rho, tau = spearman(scores, -losses), kendall(scores, -losses)
    agreement = tag(
        "p",
        f"Over {len(both)} finalists the two orders correlate with ",
        tag("strong", f"Spearman {_signed(rho)}"),
        ", ",
        tag("strong", f"Kendall \N{GREEK SMALL LETTER TAU}-b {_signed(tau)}"),
        ". Finalists are the best by score: among them the judges agree less than over a whole space"
        + (", and so few say little." if len(both) < _FEW else "."),
    )
    words = f"{len(both)} finalists; those on the upper right are the best for both. Spearman {_signed(rho)}."
    chart = chart_svg(Chart("judges", "Score against loss", words, x, y, [marks]))
    return joined(agreement, _figure(chart, [("winner", "a finalist, with its place")]))


def _fact(fact: str) -> Callable[[Evaluation], float]:
    return lambda evaluation: float(evaluation.facts[fact] or 0.0)


def _lowest(scores: Sequence[float]) -> float:
    """The lowest score worth showing: what is far below most would squeeze the rest into a line."""
    low, high = np.quantile(scores, [0.25, 0.75])
    return float(low - 4 * max(high - low, 1e-12)) if len(scores) > 2 * _FEW else min(scores)


def _shown(evaluations: Sequence[Evaluation], lowest: float) -> list[Evaluation]:
    return [each for each in evaluations if (each.score or 0.0) >= lowest]


def _near(
    members: Sequence[Evaluation], kept: Sequence[float], value: Callable[[Evaluation], float]
) -> list[Evaluation]:
    """Without what is far larger or smaller than everything that keeps the limits."""
    if not kept:
        return list(members)
    low, high = min(kept), max(kept)
    room = (high - low) * 0.3
    return [each for each in members if low - room <= value(each) <= high + room]


def _points(pairs: Sequence[tuple[float, float]]) -> Points:
    return np.array(pairs, np.float64).reshape(len(pairs), 2)


def _scores_at(evaluations: Sequence[Evaluation]) -> Points:
    return _points([(each.number + 1, each.score or 0.0) for each in evaluations])


def _best_so_far(kept: Sequence[Evaluation], total: int) -> Points:
    """Where the best score rose, and the end."""
    points: list[tuple[float, float]] = []
    for each in kept:
        if not points or (each.score or 0.0) > points[-1][1]:
            points.append((each.number + 1, each.score or 0.0))
    if points:
        points.append((total, points[-1][1]))
    return _points(points)


def _last(best: Points) -> Series:
    """The evaluation that found the best."""
    if not len(best):
        return Series("marks", best, "winner")
    found = best[-2:-1]
    label = f"{number(found[0, 1])} at {int(found[0, 0]):,}"
    return Series("marks", found, "winner", [f"best score {label}"], [label])


def _winner_marks(winners: Sequence[Winner], points: Points) -> Series:
    titles = [
        f"{winner.rank}. {winner.architecture.name or winner.notation or winner.evaluation.hash[:12]}: "
        f"score {number(winner.evaluation.score)}"
        + (f", loss {number(winner.loss)}" if winner.loss is not None else "")
        + f", {short(winner.evaluation.facts.get('parameters'))} parameters"
        for winner in winners
    ]
    return Series("marks", points, "winner", titles, [str(winner.rank) for winner in winners])


def _signed(value: float) -> str:
    return "not defined" if value != value else f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _figure(chart: Markup, legend: Sequence[tuple[str, str]], note: str = "") -> Markup:
    keys = [tag("span", tag("i", class_=f"key {style}"), words, class_="legend") for style, words in legend]
    return tag("figure", chart, tag("figcaption", *keys, note))
