"""How well scores rank architectures, over a whole space and among the best, which matter in a search.

The metrics do not depend on the order of the architectures. With tied scores or labels they are the exact expectation over a
random order of the tied ones, so that constant scores get the value of chance.
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

# Metrics by name; None if undefined.
Record = Mapping[str, float | None]


def metrics(
    scores: Values, labels: Values, which: Mapping[str, Callable[[Values, Values], float]] | None = None
) -> dict[str, float | None]:
    """Return metrics rounded to six digits; None if a metric is undefined.

    Args:
        scores: (G,) finite numbers, higher is better.
        labels: (G,) finite numbers, higher is better.
        which: metrics by name; None for `METRICS`.

    Raises:
        ValueError: the shapes differ, there are no architectures, or a number is not finite.
    """
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels, np.float64)
    if scores.shape != labels.shape or scores.ndim != 1 or not len(scores):
        raise ValueError(f"scores {scores.shape} and labels {labels.shape}, expected the same (G,), G > 0")
    if not (np.isfinite(scores).all() and np.isfinite(labels).all()):
        raise ValueError("a score or a label is not finite, expected finite numbers")
    values = {name: metric(scores, labels) for name, metric in (which or METRICS).items()}
    return {name: None if math.isnan(value) else round(value, 6) for name, value in values.items()}


def regret(scores: Values, labels: Values, count: int) -> float:
    """Return the best label minus the best label among the `count` best by score, in units of the label; 0 is perfect.

    If scores tie for the last of these ranks, the result is the expectation over a random choice among the tied ones.
    """
    count = min(count, len(scores))
    last = np.partition(scores, -count)[-count]
    chosen = labels[scores > last]
    found = _expected_best(labels[scores == last], count - len(chosen), chosen.max(initial=-np.inf))
    return max(0.0, float(labels.max()) - found)


def precision(scores: Values, labels: Values, share: float = TOP) -> float:
    """Return the share of the best by score that are among the best by label; "the best" are `share` of all, rounded up.

    Architectures that tie for the last ranks count with their probability of being chosen.
    """
    count = _tenth(len(scores), share)
    return float(_membership(scores, count) @ _membership(labels, count)) / count


def ndcg(scores: Values, labels: Values, share: float = TOP) -> float:
    """Return the normalized discounted cumulative gain of the best `share` by score (Jarvelin and Kekalainen 2002); 1 is perfect.

    The gain of an architecture is the share of the others with a lower label, plus half of those with the same label, divided by
    log2(1 + its rank by score). Random scores get about .52. The result is NaN if all labels are equal.
    """
    size = len(labels)
    if size < 2 or bool((labels == labels[0]).all()):
        return math.nan
    count = _tenth(size, share)
    discounts = np.zeros(size)
    discounts[:count] = 1 / np.log2(np.arange(2, count + 2))
    gains = (mean_ranks(labels) - 1) / (size - 1)
    # Tied scores each get the mean of their discounts.
    order = np.argsort(-scores, kind="stable")
    _, first, tied = np.unique(-scores[order], return_index=True, return_counts=True)
    shared = np.repeat(np.add.reduceat(discounts, first) / tied, tied)
    return float(gains[order] @ shared / (np.sort(gains)[::-1] @ discounts))


def best_tenth(labels: Values, share: float = TOP) -> NDArray[np.bool_]:
    """Return (G,) booleans: whether a label is among the best `share` of all (rounded up), or equal to the worst of these."""
    count = _tenth(len(labels), share)
    return np.asarray(labels >= np.partition(labels, -count)[-count])


def spearman_best(scores: Values, labels: Values, share: float = TOP) -> float:
    """Return Spearman's rho among the best `share` by label, including those tied with the last one."""
    best = best_tenth(labels, share)
    return spearman(scores[best], labels[best])


def _tenth(size: int, share: float) -> int:
    # Round first, because .1 of 30 may be 3.0000000000000004.
    return max(1, math.ceil(round(size * share, 6)))


def _membership(values: Values, count: int) -> NDArray[np.float64]:
    """Return (G,) probabilities of being among the `count` highest."""
    last = np.partition(values, -count)[-count]
    above, tied = values > last, values == last
    return np.asarray(above + tied * ((count - above.sum()) / tied.sum()))


def _expected_best(tied: Values, draws: int, at_least: float) -> float:
    """Return the expected maximum of `at_least` and of `draws` values drawn from `tied` without replacement."""
    best_first = np.sort(tied)[::-1]
    size = len(tied)
    expected, left = 0.0, 1.0  # left: probability that no better value was drawn
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

# Rows of the evaluation have exactly the metrics above; an audit has one more.
AUDIT_METRICS: Mapping[str, Callable[[Values, Values], float]] = {**METRICS, "ndcg_top10": ndcg}
