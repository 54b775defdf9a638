"""How far an architecture is from those that a bundle was trained on: one number beside every score.

The universal predictor reads a few statistics of a network, which tell how operators, widths, depths and resolutions differ
from what it has seen. So the distance is measured there. For each statistic the manifest says between which two values nearly all
architectures of the training lie (its 1 % and 99 % quantiles, every table weighing the same); a statistic outside is as
far out as its excess, in widths of that range, and an architecture as its most unusual statistic:

    distance = max(max_s excess_s / (high_s - low_s) / unit, described)

- Size counts differently: from the low end of the range upwards, inside the range as well. Towards small networks ranking
  is easy, whatever was trained on; what the last parameters of a large one bring is what a predictor knows least. Below
  the low end it counts as others do. (Which statistics those are stands in the manifest: `grows`.)
- `described` is the share of the operators whose numbers had to be read from their description.
- `unit` is the 99 % quantile of this very maximum over the training, so 1 is as far out as its outermost hundredth.

No label is used for any of it. What it is worth: docs/reports/unfamiliar.md.
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
# The architectures that have no more than this are not warned about.
FAR = 1.0
DIGITS = 4

_NO_OPERATORS = ("input", "output", "sum")


@dataclass(frozen=True)
class Distance:
    """The distance from one bundle's training.

    Attributes:
        statistics: S names, in the order of the predictor's output `statistics`.
        low: (S,) lower ends of the ranges.
        high: (S,) upper ends, each above its lower one.
        grows: (S,) whether a statistic counts from the lower end upwards.
        unit: what counts as 1, in widths of the ranges.
    """

    statistics: tuple[str, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    grows: NDArray[np.bool_]
    unit: float = 1.0

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Distance | None:
        """From a bundle's manifest; None where it does not say.

        Raises:
            InputError: lists that are not as long as each other, or a range that is none.
        """
        content = manifest.get(KEY)
        if content is None:
            return None
        names = tuple(content["statistics"])
        low, high = (np.array(content[end], np.float64) for end in ("low", "high"))
        if not len(names) == len(low) == len(high) or not (low < high).all():
            problem = "expected as many numbers in low and high as statistics, the low ones lower"
            raise InputError(problem, path=(KEY,))
        unknown = [name for name in content["grows"] if name not in names]
        if unknown:
            raise InputError(f"{unknown[0]!r} is none of the statistics {list(names)}", path=(KEY, "grows"))
        grows = np.array([name in content["grows"] for name in names], np.bool_)
        return cls(names, low, high, grows, content["unit"])

    def to_json(self) -> dict[str, Any]:
        """What the manifest says."""
        return {
            "statistics": list(self.statistics),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "grows": [name for name, grows in zip(self.statistics, self.grows, strict=True) if grows],
            "unit": self.unit,
        }

    def parts(self, statistics: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """(B, S) how far out each of the statistics (B, S) is."""
        values = np.asarray(statistics, np.float64)
        below = np.maximum(self.low - values, 0.0)
        above = np.maximum(values - np.where(self.grows, self.low, self.high), 0.0)
        return np.asarray((below + above) / (self.high - self.low) / self.unit)

    def __call__(self, statistics: NDArray[np.floating[Any]], graphs: GraphBatch) -> Distances:
        """Distances of B architectures: their statistics (B, S), and their canonical graphs."""
        parts = self.parts(statistics)
        values = np.maximum(parts.max(axis=1), described(graphs))
        return Distances(values.round(DIGITS), parts.argmax(axis=1), self.statistics)


class Distances(NamedTuple):
    """Distances of B architectures.

    Attributes:
        values: (B,), 1 is as far out as the outermost hundredth of the training.
        largest: (B,) the most unusual statistic, as a position in `names`.
        names: of the statistics.
    """

    values: NDArray[np.float64]
    largest: NDArray[np.int64]
    names: tuple[str, ...]


def described(graphs: GraphBatch) -> NDArray[np.float64]:
    """(B,): the share of an architecture's operators whose numbers have to be read from their description."""
    kinds = graphs.kinds
    counts = np.array([kind.kind not in _NO_OPERATORS for kind in kinds] or [False])
    guessed = np.array([not all(map(knows_attributes, kind.operators)) for kind in kinds] or [False])
    if not guessed.any():
        return np.zeros(len(graphs))
    all_of_them = (counts[graphs.index] & graphs.mask).sum(axis=1)
    return np.asarray((guessed[graphs.index] & graphs.mask).sum(axis=1) / np.maximum(all_of_them, 1))


def fitted(
    names: Sequence[str],
    tables: Sequence[NDArray[np.floating[Any]]],
    grows: Sequence[str],
    share: float = 0.01,
) -> Distance:
    """The distance from some tables.

    Args:
        names: of the S statistics.
        tables: (G, S) statistics of each table; they weigh the same.
        grows: names of the statistics that count from the lower end upwards.
        share: of the training that may lie below each range, above it, and beyond a distance of 1.
    """
    pooled = np.concatenate(tables).astype(np.float64)
    weights = np.concatenate([np.full(len(table), 1.0 / len(table)) for table in tables])
    low, high = (
        np.array([_quantile(column, weights, level) for column in pooled.T]) for level in (share, 1.0 - share)
    )
    # A statistic that no table varies has no range; anything else is then far outside.
    high = np.maximum(high, low + 1e-3)
    raw = Distance(tuple(names), low, high, np.array([name in grows for name in names], np.bool_))
    unit = _quantile(raw.parts(pooled).max(axis=1), weights, 1.0 - share)
    return Distance(raw.statistics, low, high, raw.grows, max(unit, 1e-3))


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], level: float) -> float:
    """The least value that at least the share `level` of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    place = int(np.searchsorted(reached, level * reached[-1]))
    return float(values[order[min(place, len(values) - 1)]])
