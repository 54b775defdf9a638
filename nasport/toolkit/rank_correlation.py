"""Rank correlations of scores and labels. Needs SciPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, rankdata

Values = NDArray[np.floating[Any]]


def spearman(scores: Values, labels: Values) -> float:
    """Return Spearman's rank correlation; tied values get their mean rank.

    Args:
        scores: (N,) finite numbers.
        labels: (N,) finite numbers.

    Returns:
        correlation in [-1, 1]; NaN if there are fewer than two labels or all labels are equal, else 0 if all scores are
        equal.
    """
    constant = _constant_correlation(scores, labels)
    return float(np.corrcoef(mean_ranks(scores), mean_ranks(labels))[0, 1]) if constant is None else constant


def kendall(scores: Values, labels: Values) -> float:
    """Return Kendall's tau-b.

    Args:
        scores: (N,) finite numbers.
        labels: (N,) finite numbers.

    Returns:
        correlation in [-1, 1]; NaN and 0 for constant inputs as in `spearman`.
    """
    constant = _constant_correlation(scores, labels)
    return float(kendalltau(scores, labels).statistic) if constant is None else constant


def mean_ranks(values: Values) -> NDArray[np.float64]:
    """Return the (N,) ranks of (N,) values: 1 for the smallest; tied values get their mean rank."""
    return np.asarray(rankdata(values), np.float64)


def _constant_correlation(scores: Values, labels: Values) -> float | None:
    """Return the correlation if scores or labels are constant, else None."""
    if len(labels) < 2 or bool((labels == labels[0]).all()):
        return math.nan
    return 0.0 if bool((scores == scores[0]).all()) else None
