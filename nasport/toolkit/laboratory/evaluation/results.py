"""Results of an evaluation in the format of a bundle's manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

CORRELATIONS = ("spearman", "kendall")


def deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation; 0 for a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def short(value: float | None, signed: bool = False) -> str:
    """Format a number with three digits and no leading zero, or with two digits from 1 on; `-` without a value."""
    if value is None or math.isnan(value):
        return "-"
    sign = "+" if signed else ""
    if abs(value) >= 1:
        return f"{value:{sign}.2f}"
    text = f"{value:{sign}.3f}"
    return text.replace("0.", ".", 1) if float(text) else "0"


def result(
    space: str,
    dataset: str,
    split: str,
    count: int,
    seeds: Mapping[str, Sequence[float]],
    baselines: Mapping[str, Mapping[str, float]],
) -> dict[str, Any]:
    """Return one entry of a manifest's `results`, rounded to four digits.

    Args:
        space: name of the space in the manifest.
        dataset: data set of the label.
        split: `val` or `test`.
        count: number of architectures.
        seeds: by correlation, one value for each seed.
        baselines: by name and correlation.
    """
    return {
        "space": space,
        "dataset": dataset,
        "split": split,
        "architectures": count,
        **{
            name: {
                "mean": round(float(np.mean(seeds[name])), 4),
                "std": round(deviation(seeds[name]), 4),
                "values": [round(value, 4) for value in seeds[name]],
            }
            for name in CORRELATIONS
        },
        "baselines": {
            name: {metric: round(values[metric], 4) for metric in CORRELATIONS}
            for name, values in baselines.items()
        },
    }
