"""How alike two orders are. Needs SciPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, rankdata

Values = NDArray[np.floating[Any]]


def spearman(scores: Values, labels: Values) -> float:
    """Spearman's rho: the correlation of ranks, tied values at their mean rank.

    Scores that are all equal rank nothing: 0. Labels that are all equal, or fewer than two, cannot be ranked: NaN.
    """
    constant = _of_constants(scores, labels)
    return float(np.corrcoef(mean_ranks(scores), mean_ranks(labels))[0, 1]) if constant is None else constant


def kendall(scores: Values, labels: Values) -> float:
    """Kendall's tau-b; 0 and NaN as for `spearman`."""
    constant = _of_constants(scores, labels)
    return float(kendalltau(scores, labels).statistic) if constant is None else constant


def mean_ranks(values: Values) -> NDArray[np.float64]:
    """(G,): 1 for the smallest; tied values at their mean rank."""
    return np.asarray(rankdata(values), np.float64)


def _of_constants(scores: Values, labels: Values) -> float | None:
    if len(labels) < 2 or bool((labels == labels[0]).all()):
        return math.nan
    return 0.0 if bool((scores == scores[0]).all()) else None
