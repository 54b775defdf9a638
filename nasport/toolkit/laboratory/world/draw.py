"""Random choices: one of several values, some of them, a width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Json = dict[str, Any]

EVEN = 4
"""Widths are multiples of this number, so that groups, heads and halves divide them."""


class Draw:
    """A stream of random choices, which the numbers passed to the constructor determine."""

    def __init__(self, *numbers: int) -> None:
        self.rng = np.random.default_rng(numbers)

    def chance(self, probability: float) -> bool:
        """Return True with a probability."""
        return bool(self.rng.random() < probability)

    def whole(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def one(self, values: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """Return one of the values, with probabilities in proportion to the weights."""
        shares = None if weights is None else np.array(weights) / np.sum(weights)
        return values[int(self.rng.choice(len(values), p=shares))]

    def some(self, values: Sequence[T], low: int, high: int) -> list[T]:
        """Return `low` to `high` different values in their order."""
        count = self.whole(min(low, len(values)), min(high, len(values)))
        return [values[k] for k in sorted(self.rng.choice(len(values), count, replace=False))]

    def width(self, low: int, high: int) -> int:
        """Return a width from `low` to `high`, log-uniform."""
        return rounded(float(np.exp(self.rng.uniform(np.log(low), np.log(high)))))


def rounded(width: float) -> int:
    """Return the nearest multiple of `EVEN`, at least 8."""
    return max(8, EVEN * round(width / EVEN))
