"""How well scores rank architectures: over all of a space, and among the best, which is what a search wants.

Nothing here depends on the order in which architectures stand. Where scores or labels are tied, what is reported is the
expectation over a random order of the tied ones, computed exactly; a score that says nothing is worth what chance is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nasport.toolkit.rank_correlation import Values, kendall, mean_ranks, spearman

FEW = 10
TOP = 0.1

# By name; None for what is not defined.
Record = Mapping[str, float | None]


def metrics(
    scores: Values, labels: Values, which: Mapping[str, Callable[[Values, Values], float]] | None = None
) -> dict[str, float | None]:
    """Each metric to six digits; None for what is not defined.

    Args:
        scores: (G,) finite, higher is better.
        labels: (G,) finite, higher is better.
        which: metrics by name; None: `METRICS`.

    Raises:
        ValueError: shapes that differ, nothing to rank, or a value that is not finite.
    """
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels, np.float64)
    if scores.shape != labels.shape or scores.ndim != 1 or not len(scores):
        raise ValueError(f"scores {scores.shape} and labels {labels.shape}, expected the same (G,), G > 0")
    if not (np.isfinite(scores).all() and np.isfinite(labels).all()):
        raise ValueError("a score or a label is not finite")
    values = {name: metric(scores, labels) for name, metric in (which or METRICS).items()}
    return {name: None if math.isnan(value) else round(value, 6) for name, value in values.items()}


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


def ndcg(scores: Values, labels: Values, share: float = TOP) -> float:
    """Normalized discounted cumulative gain of the best `share` by score (Jarvelin and Kekalainen 2002); 1 is perfect.

    An architecture gains the share of the others that are worse by label, half of those that are as good, divided by
    log2(1 + its place by score). Scores that say nothing get about .52. Labels that cannot be ranked: NaN.
    """
    size = len(labels)
    if size < 2 or bool((labels == labels[0]).all()):
        return math.nan
    count = _tenth(size, share)
    discounts = np.zeros(size)
    discounts[:count] = 1 / np.log2(np.arange(2, count + 2))
    gains = (mean_ranks(labels) - 1) / (size - 1)
    # Tied scores share their places: each has the mean of their discounts.
    order = np.argsort(-scores, kind="stable")
    _, first, tied = np.unique(-scores[order], return_index=True, return_counts=True)
    shared = np.repeat(np.add.reduceat(discounts, first) / tied, tied)
    return float(gains[order] @ shared / (np.sort(gains)[::-1] @ discounts))


def best_tenth(labels: Values, share: float = TOP) -> NDArray[np.bool_]:
    """(G,): whether a label is among the best `share` of all (rounded up), or as high as the last of them."""
    count = _tenth(len(labels), share)
    return np.asarray(labels >= np.partition(labels, -count)[-count])


def spearman_best(scores: Values, labels: Values, share: float = TOP) -> float:
    """Spearman's rho among the best `share` by label, those tied with the last one included."""
    best = best_tenth(labels, share)
    return spearman(scores[best], labels[best])


def _tenth(size: int, share: float) -> int:
    # Rounded first: .1 of 30 is 3.0000000000000004 in some orders of multiplication.
    return max(1, math.ceil(round(size * share, 6)))


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


METRICS: Mapping[str, Callable[[Values, Values], float]] = {
    "spearman": spearman,
    "kendall": kendall,
    "top1_regret": partial(regret, count=1),
    "best10_regret": partial(regret, count=FEW),
    "precision_top10": precision,
    "spearman_best10": spearman_best,
}

# The format of the evaluation's rows is the one above; an audit says this as well.
AUDIT_METRICS: Mapping[str, Callable[[Values, Values], float]] = {**METRICS, "ndcg_top10": ndcg}
