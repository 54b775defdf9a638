"""How well scores rank a space that they were not trained on, beside the trivial baselines on the same rows.

Spearman's rho and Kendall's tau-b over all architectures of the space, mean and spread over the training seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr

Values = NDArray[np.floating[Any]]


def correlation_row(
    space: str,
    dataset: str,
    split: str,
    labels: Values,
    scores: Sequence[Values],
    baselines: Mapping[str, Values],
) -> dict[str, Any]:
    """One entry of a manifest's `results`.

    Args:
        space: name of the space.
        dataset: on which the labels were measured.
        split: `val` or `test`.
        labels: (G,) accuracies.
        scores: (G,) of each training seed.
        baselines: name to (G,) values that rank without any training.
    """
    pairs = [rank_correlations(values, labels) for values in scores]
    return {
        "space": space,
        "dataset": dataset,
        "split": split,
        "architectures": len(labels),
        "spearman": _spread([rho for rho, _ in pairs]),
        "kendall": _spread([tau for _, tau in pairs]),
        "baselines": {
            name: dict(zip(("spearman", "kendall"), rank_correlations(values, labels), strict=True))
            for name, values in baselines.items()
        },
    }


def rank_correlations(scores: Values, labels: Values) -> tuple[float, float]:
    """Spearman's rho and Kendall's tau-b, to four digits."""
    rho = float(spearmanr(scores, labels).statistic)
    tau = float(kendalltau(scores, labels).statistic)
    return round(rho, 4), round(tau, 4)


def _spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean and sample standard deviation over seeds, and each seed's value in order."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "std": round(deviation, 4), "values": list(values)}
