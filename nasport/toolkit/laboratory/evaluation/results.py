"""How well trainings rank a space, as a bundle's manifest says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

CORRELATIONS = ("spearman", "kendall")


def deviation(values: Sequence[float]) -> float:
    """Sample standard deviation; 0 of one value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def short(value: float | None, signed: bool = False) -> str:
    """Three digits without the zero in front; two where it is large; `-` where there is no value."""
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
    """One of a manifest's `results`, to four digits.

    Args:
        space: what the manifest calls it.
        dataset: on which the label was measured.
        split: `val` or `test`.
        count: of the architectures.
        seeds: by correlation, a value a seed.
        baselines: by name, by correlation.
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
