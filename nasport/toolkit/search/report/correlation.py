"""How far two judges agree on the order of a few architectures: rank correlations with numpy alone.

`toolkit.evaluation.metrics` has the same numbers by way of scipy, which a search without GenNAS need not have.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def ranks(values: ArrayLike) -> NDArray[np.float64]:
    """(N,) ranks from 1, the smallest first; equal values share their mean rank."""
    found = np.asarray(values, np.float64)
    ordered = np.sort(found)
    below, through = np.searchsorted(ordered, found, "left"), np.searchsorted(ordered, found, "right")
    return (below + through + 1) / 2


def spearman(one: ArrayLike, other: ArrayLike) -> float:
    """Correlation of the ranks; NaN where either ranks nothing."""
    a, b = ranks(one), ranks(other)
    if len(a) < 2 or not (np.ptp(a) and np.ptp(b)):
        return math.nan
    return float(np.corrcoef(a, b)[0, 1])


def kendall(one: ArrayLike, other: ArrayLike) -> float:
    """Kendall's tau-b; NaN where either ranks nothing."""
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    signs_a, signs_b = (np.sign(values[:, None] - values[None, :]) for values in (a, b))
    pairs = math.sqrt(float((signs_a**2).sum()) * float((signs_b**2).sum()))
    return float((signs_a * signs_b).sum()) / pairs if pairs else math.nan
