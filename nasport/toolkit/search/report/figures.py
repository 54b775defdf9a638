"""Figures of the report: the progress of the search, scores against costs, and losses against scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nasport.toolkit.search.finalists import best_distinct, pareto_front
from nasport.toolkit.search.report.charts import Axis, Chart, Points, Series
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
_LEGEND = {
    "pale": "an evaluation",
    "best": "best score so far",
    "front": "Pareto front: no smaller architecture has as high a score",
    "winner": "a winner",
    "broken": "outside a limit",
    "other": "a supernet, compared by pruning",
    "finalist": "a finalist, with its rank",
}
_WIDE = 30.0  # ratio of the ends from which an axis is logarithmic
_FEW = 10

_Across = Callable[[Evaluation], float]


@dataclass(frozen=True)
class Figure:
    """Charts with one legend.

    Attributes:
        charts: charts, one below the other.
        legend: meaning of each style.
        note: sentence after the legend.
    """

    charts: Sequence[Chart]
    legend: Mapping[str, str]
    note: str = ""


def progress(result: SearchResult) -> Figure | None:
    """Return every evaluation as a dot, and the best score so far; None if no architecture has a score."""
    members = _scored(result)
    if not members:
        return None
    total = len(result.evaluations)
    lowest = _lowest(members)
    shown = [each for each in members if _score(each) >= lowest]
    y = Axis.around("score", [max(_score(each), lowest) for each in members])
    x = Axis("evaluations", 0, max(total + 1, 5))
    rises: list[Evaluation] = []  # evaluations that raised the best score within the limits
    for each in members:
        if each.violation == 0 and (not rises or _score(each) > _score(rises[-1])):
            rises.append(each)
    steps = [(_place(each), _score(each)) for each in rises]
    best = [f"{number(_score(each))} at {each.number + 1:,}" for each in rises[-1:]]
    series = [
        *_dots(shown, _place),
        Series("steps", _points([*steps, *((total, score) for _, score in steps[-1:])]), "best"),
        Series("marks", _points(steps[-1:]), "winner", [f"best score {label}" for label in best], best),
    ]
    highest = f", best score {number(steps[-1][1])}" if steps else ""
    words = f"{len(members):,} scored architectures{highest}; the line is the best score so far within the limits."
    charts = [Chart("progress", "Progress of the search", words, x, y, series)]
    supernets = [each for each in result.evaluations if each.query.is_supernet and each.score is not None]
    if supernets:  # in a separate chart, because their scores are not comparable with those of members
        words = (
            f"{len(supernets):,} supernets, architectures with undecided operators, that pruning compared."
        )
        dots = Series("dots", _at(supernets, _place), "other")
        y = Axis.around("supernet score", map(_score, supernets))
        charts.append(Chart("supernets", "Scores of supernets", words, x, y, [dots], height=190))
    legend = ["pale", "best", *_broken(members)]
    legend += ["other"] if any(each.query.is_supernet for each in result.evaluations) else []
    hidden = len(members) - len(shown)
    note = f"{hidden:,} much lower scores are not shown." if hidden else ""
    return Figure(charts, _legend(legend), note)


def trade_off(result: SearchResult, fact: str) -> Figure | None:
    """Return scores against a fact, with the Pareto front marked; None if no scored architecture has the fact."""
    members = [each for each in _scored(result) if each.facts.get(fact) is not None]
    if not members:
        return None

    def value(each: Evaluation) -> float:
        return float(each.facts[fact] or 0.0)

    lowest = _lowest(members)
    kept = [value(each) for each in members if each.violation == 0]
    # Architectures far outside the range within the limits would compress the rest of the chart.
    room = (max(kept) - min(kept)) * 0.3 if kept else 0.0
    low, high = (min(kept) - room, max(kept) + room) if kept else (-np.inf, np.inf)
    shown = [each for each in members if _score(each) >= lowest and low <= value(each) <= high] or members
    amounts = [value(each) for each in shown]
    title = FACT_TITLES.get(fact, fact)
    log = min(amounts) > 0 and max(amounts) / min(amounts) >= _WIDE
    x, y = Axis.around(title, amounts, log=log), Axis.around("score", map(_score, shown))
    front = pareto_front(best_distinct(members), [fact])
    front = sorted((each for each in front if _score(each) >= lowest), key=value)
    winners = [winner for winner in result.winners if winner.evaluation.facts.get(fact) is not None]
    series = [
        *_dots(shown, value),
        Series("steps", _at(front, value), "front"),
        Series("dots", _at(front, value), "front-dots"),
        _marks(winners, _at([winner.evaluation for winner in winners], value)),
    ]
    words = f"{len(shown):,} architectures; {len(front)} of them are on the Pareto front."
    chart = Chart(f"front-{fact}", f"Score against {title}", words, x, y, series)
    return Figure([chart], _legend(["pale", "front", "winner", *_broken(members)]))


def evaluators(result: SearchResult) -> dict[str, Any]:
    """Return a chart of the finalists' losses against their scores, with the correlation between them.

    The result is empty if there was only one evaluator, or if nothing was trained.
    """
    finalists = result.finalists or result.winners
    both = [each for each in finalists if each.loss is not None and each.evaluation.score is not None]
    if not both or named(result.settings.get("evaluator")) == "gennas":  # there the score is the loss
        return {}
    # SciPy is installed if GenNAS trained something, but it is not part of the smallest installation.
    from nasport.toolkit.rank_correlation import kendall, spearman

    points = _points([(_score(each.evaluation), each.loss or 0.0) for each in both])
    scores, losses = points.T
    x = Axis.around("score (higher is better)", scores)
    y = Axis.around("GenNAS loss (lower is better: on top)", losses, reversed=True)
    rho = _signed(spearman(scores, -losses))
    words = (
        f"{len(both)} finalists; those at the upper right are the best by both evaluators. Spearman {rho}."
    )
    chart = Chart("evaluators", "Score against loss", words, x, y, [_marks(both, points)])
    return {
        "count": len(both),
        "few": len(both) < _FEW,
        "spearman": rho,
        "kendall": _signed(kendall(scores, -losses)),
        "figure": Figure([chart], _legend(["finalist"])),
    }


def _scored(result: SearchResult) -> list[Evaluation]:
    """Return the members with a score."""
    return [each for each in result.evaluations if not each.query.is_supernet and each.score is not None]


def _score(evaluation: Evaluation) -> float:
    return evaluation.score or 0.0


def _place(evaluation: Evaluation) -> float:
    return evaluation.number + 1


def _lowest(members: Sequence[Evaluation]) -> float:
    """Return the lowest score to show. Outliers far below most scores would compress the rest of the chart."""
    scores = [_score(each) for each in members]
    low, high = np.quantile(scores, [0.25, 0.75])
    return float(low - 4 * max(high - low, 1e-12)) if len(scores) > 2 * _FEW else min(scores)


def _points(pairs: Iterable[tuple[float, float]]) -> Points:
    return np.array(list(pairs), np.float64).reshape(-1, 2)


def _at(evaluations: Iterable[Evaluation], across: _Across) -> Points:
    return _points((across(each), _score(each)) for each in evaluations)


def _dots(evaluations: Sequence[Evaluation], across: _Across) -> list[Series]:
    """Return dots for evaluations within the limits and, on top, for those outside."""
    kept = [each for each in evaluations if not each.violation]
    broken = [each for each in evaluations if each.violation]
    return [Series("dots", _at(kept, across), "pale"), Series("dots", _at(broken, across), "broken")]


def _broken(members: Iterable[Evaluation]) -> list[str]:
    """Return the legend's key for evaluations outside the limits, if there are any."""
    return ["broken"] if any(each.violation for each in members) else []


def _marks(winners: Sequence[Winner], points: Points) -> Series:
    titles = [
        f"{winner.rank}. {winner.called}: "
        f"score {number(winner.evaluation.score)}"
        + (f", loss {number(winner.loss)}" if winner.loss is not None else "")
        + f", {short(winner.evaluation.facts.get('parameters'))} parameters"
        for winner in winners
    ]
    return Series("marks", points, "winner", titles, [str(winner.rank) for winner in winners])


def _signed(value: float) -> str:
    return "not defined" if value != value else f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _legend(styles: Iterable[str]) -> dict[str, str]:
    return {style: _LEGEND[style] for style in styles}
