"""How well scores rank architectures: over all of a space, and among the best, which is what a search wants.

Nothing here depends on the order in which architectures stand. Where scores or labels are tied, what is reported is the
expectation over a random order of the tied ones, computed exactly; a score that says nothing is worth what chance is.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, rankdata

Values = NDArray[np.floating[Any]]

FEW = 10
TOP = 0.1


@dataclass(frozen=True)
class Metrics:
    """How well one list of scores ranks one list of labels.

    Attributes:
        spearman: Spearman's rho, ties at their mean rank.
        kendall: Kendall's tau-b.
        top1_regret: best label less the label of the best score, in units of the label.
        best10_regret: best label less the best label among the ten best scores, in units of the label.
        precision_top10: share of the best tenth by score that is in the best tenth by label; by chance a tenth.
        spearman_best10: Spearman's rho among the best tenth by label, those tied with its last one included.
    """

    spearman: float
    kendall: float
    top1_regret: float
    best10_regret: float
    precision_top10: float
    spearman_best10: float

    def to_json(self) -> dict[str, float | None]:
        """By name, to six digits; None for what is not defined (NaN)."""
        return {name: None if math.isnan(value) else round(value, 6) for name, value in asdict(self).items()}


METRICS = tuple(field.name for field in fields(Metrics))


def metrics(scores: Values, labels: Values) -> Metrics:
    """All metrics.

    Args:
        scores: (G,) finite, higher is better.
        labels: (G,) finite, higher is better.

    Raises:
        ValueError: shapes that differ, nothing to rank, or a value that is not finite.
    """
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels, np.float64)
    if scores.shape != labels.shape or scores.ndim != 1 or not len(scores):
        raise ValueError(f"scores {scores.shape} and labels {labels.shape}, expected the same (G,), G > 0")
    if not (np.isfinite(scores).all() and np.isfinite(labels).all()):
        raise ValueError("a score or a label is not finite")
    best = best_tenth(labels)
    return Metrics(
        spearman(scores, labels),
        kendall(scores, labels),
        regret(scores, labels, 1),
        regret(scores, labels, FEW),
        precision(scores, labels),
        spearman(scores[best], labels[best]),
    )


def spearman(scores: Values, labels: Values) -> float:
    """Spearman's rho: the correlation of ranks, tied values at their mean rank.

    Scores that are all equal rank nothing: 0. Labels that are all equal, or fewer than two, cannot be ranked: NaN.
    """
    constant = _constant(scores, labels)
    if constant is not None:
        return constant
    return float(np.corrcoef(rankdata(scores), rankdata(labels))[0, 1])


def kendall(scores: Values, labels: Values) -> float:
    """Kendall's tau-b; 0 and NaN as for `spearman`."""
    constant = _constant(scores, labels)
    return float(kendalltau(scores, labels).statistic) if constant is None else constant


def regret(scores: Values, labels: Values, count: int) -> float:
    """The best label less the best one among the `count` best by score, in units of the label; 0 is perfect.

    Where scores tie for the last of these places, the expectation over which of the tied ones get them.
    """
    count = min(count, len(scores))
    last = np.partition(scores, -count)[-count]
    chosen = labels[scores > last]
    found = _expected_best(labels[scores == last], count - len(chosen), chosen.max(initial=-np.inf))
    return max(0.0, float(labels.max()) - found)


def precision(scores: Values, labels: Values, share: float = TOP) -> float:
    """Share of the best by score that are among the best by label, `share` of all (rounded up) each.

    What ties for the last places of either counts with the probability that it gets one.
    """
    count = _tenth(len(scores), share)
    return float(_membership(scores, count) @ _membership(labels, count)) / count


def best_tenth(labels: Values, share: float = TOP) -> NDArray[np.bool_]:
    """(G,): whether a label is among the best `share` of all (rounded up), or as high as the last of them."""
    count = _tenth(len(labels), share)
    return np.asarray(labels >= np.partition(labels, -count)[-count])


def _tenth(size: int, share: float) -> int:
    # Rounded first: .1 of 30 is 3.0000000000000004 in some orders of multiplication.
    return max(1, math.ceil(round(size * share, 6)))


def _constant(scores: Values, labels: Values) -> float | None:
    if len(labels) < 2 or bool((labels == labels[0]).all()):
        return math.nan
    return 0.0 if bool((scores == scores[0]).all()) else None


def _membership(values: Values, count: int) -> NDArray[np.float64]:
    """(G,): the probability to be among the `count` highest."""
    last = np.partition(values, -count)[-count]
    above, tied = values > last, values == last
    return np.asarray(above + tied * ((count - above.sum()) / tied.sum()))


def _expected_best(tied: Values, draws: int, at_least: float) -> float:
    """Expectation of the highest among `at_least` and `draws` of `tied` drawn at random without putting back."""
    best_first = np.sort(tied)[::-1]
    size = len(tied)
    expected, left = 0.0, 1.0  # left: the probability that none of the better ones was drawn
    for place, value in enumerate(best_first.tolist()):
        here = min(1.0, draws / (size - place))
        expected += left * here * max(value, at_least)
        left *= 1.0 - here
        if left <= 0.0:
            break
    return expected
