"""Measure the distance of an architecture from the training data of a bundle, one number for every score.

The universal predictor reads a few statistics of a network, which show how its operators, widths, depths and resolutions
differ from the training data. For each statistic the manifest has a range that contains nearly all training architectures:
its 1 % and 99 % quantiles, with equal weights for all tables. The excess of a statistic outside of its range is measured
in widths of the range, and the most unusual statistic determines the distance:

    distance = max(max_s excess_s / (high_s - low_s) / unit, described)

- For statistics of the size (`grows` in the manifest), the excess counts from the low end upwards, even inside the range:
  small networks are easy to rank with any training data, but a predictor knows least about the gain from the last
  parameters of a large network. Below the low end these statistics count like the others.
- `described` is the share of the operators whose numbers were read from their description.
- `unit` is the 99 % quantile of the maximum over the training data, so 1 % of these have a distance above 1.

No labels are used. docs/reports/unfamiliar.md evaluates the distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.operators import knows_attributes
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch

KEY = "distance"
# Largest distance without a warning.
FAR = 1.0
DIGITS = 4

_NO_OPERATORS = ("input", "output", "sum")


@dataclass(frozen=True)
class Distance:
    """The distance from the training data of one bundle.

    Attributes:
        statistics: S names, in the order of the predictor's output `statistics`.
        low: (S,) lower ends of the ranges.
        high: (S,) upper ends of the ranges, each above the lower end.
        grows: (S,) whether the excess of a statistic counts from the lower end upwards.
        unit: excess that is a distance of 1, in widths of the ranges.
    """

    statistics: tuple[str, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    grows: NDArray[np.bool_]
    unit: float = 1.0

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Distance | None:
        """Read the distance from the manifest of a bundle; None if it has none.

        Raises:
            InputError: the lists differ in length, a range is empty, or a name in `grows` is unknown.
        """
        content = manifest.get(KEY)
        if content is None:
            return None
        names = tuple(content["statistics"])
        low, high = (np.array(content[end], np.float64) for end in ("low", "high"))
        if not len(names) == len(low) == len(high) or not (low < high).all():
            problem = "wrong ranges, expected one low and one high number for every statistic, low below high"
            raise InputError(problem, path=(KEY,))
        unknown = [name for name in content["grows"] if name not in names]
        if unknown:
            raise InputError(
                f"unknown statistic {unknown[0]!r}, expected one of {', '.join(names)}", path=(KEY, "grows")
            )
        grows = np.array([name in content["grows"] for name in names], np.bool_)
        return cls(names, low, high, grows, content["unit"])

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the manifest."""
        return {
            "statistics": list(self.statistics),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "grows": [name for name, grows in zip(self.statistics, self.grows, strict=True) if grows],
            "unit": self.unit,
        }

    def parts(self, statistics: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return the (B, S) distances of single statistics (B, S)."""
        values = np.asarray(statistics, np.float64)
        below = np.maximum(self.low - values, 0.0)
        above = np.maximum(values - np.where(self.grows, self.low, self.high), 0.0)
        return np.asarray((below + above) / (self.high - self.low) / self.unit)

    def __call__(self, statistics: NDArray[np.floating[Any]], graphs: GraphBatch) -> Distances:
        """Return the distances of B architectures from their statistics (B, S) and canonical graphs."""
        parts = self.parts(statistics)
        values = np.maximum(parts.max(axis=1), described(graphs))
        return Distances(values.round(DIGITS), parts.argmax(axis=1), self.statistics)


class Distances(NamedTuple):
    """Distances of B architectures.

    Attributes:
        values: (B,) distances; 1 % of the training data have a distance above 1.
        largest: (B,) position in `names` of the most unusual statistic.
        names: names of the statistics.
    """

    values: NDArray[np.float64]
    largest: NDArray[np.int64]
    names: tuple[str, ...]


def described(graphs: GraphBatch) -> NDArray[np.float64]:
    """Return (B,) shares of operators whose numbers must be read from their description."""
    kinds = graphs.kinds
    counts = np.array([kind.kind not in _NO_OPERATORS for kind in kinds] or [False])
    is_read = np.array([not all(map(knows_attributes, kind.operators)) for kind in kinds] or [False])
    if not is_read.any():
        return np.zeros(len(graphs))
    total = (counts[graphs.index] & graphs.mask).sum(axis=1)
    return np.asarray((is_read[graphs.index] & graphs.mask).sum(axis=1) / np.maximum(total, 1))


def fitted(
    names: Sequence[str],
    tables: Sequence[NDArray[np.floating[Any]]],
    grows: Sequence[str],
    share: float = 0.01,
) -> Distance:
    """Fit the distance to the training tables.

    Args:
        names: names of the S statistics.
        tables: (G, S) statistics of the G architectures of each table; the tables have equal weights.
        grows: names of the statistics whose excess counts from the lower end upwards.
        share: share of the training data below each range, above each range, and beyond a distance of 1.
    """
    pooled = np.concatenate(tables).astype(np.float64)
    weights = np.concatenate([np.full(len(table), 1.0 / len(table)) for table in tables])
    low, high = (
        np.array([_quantile(column, weights, level) for column in pooled.T]) for level in (share, 1.0 - share)
    )
    # A statistic that is constant in all tables gets a tiny range, so that any other value is far outside.
    high = np.maximum(high, low + 1e-3)
    raw = Distance(tuple(names), low, high, np.array([name in grows for name in names], np.bool_))
    unit = _quantile(raw.parts(pooled).max(axis=1), weights, 1.0 - share)
    return Distance(raw.statistics, low, high, raw.grows, max(unit, 1e-3))


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], level: float) -> float:
    """Return the smallest value such that at least the share `level` of the weight is at or below it."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    place = int(np.searchsorted(reached, level * reached[-1]))
    return float(values[order[min(place, len(values) - 1)]])
