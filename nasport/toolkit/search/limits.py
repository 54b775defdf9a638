"""Upper and lower limits on quantities of architectures, such as at most `parameters=1.5M` or at least `flops=600M`.

The violation of a limit is a number, so that a searcher can move step by step towards architectures within the limits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.search.result import FACTS

UNKNOWN = 1e12
"""Violation of an architecture whose fact is unknown. It can never win, so its violation exceeds all others."""

Bound = float | str
Bounds = Bound | Sequence[Bound | None]
"""An upper bound, or a pair of lower and upper bound."""

_FACTORS = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9}
_VALUE = re.compile(r"([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([kKMGB]?)")


@dataclass(frozen=True)
class Limit:
    """A bound on one fact.

    Attributes:
        fact: name from `FACTS`.
        bound: last allowed value.
        at_most: True for an upper limit, False for a lower limit.
    """

    fact: str
    bound: float
    at_most: bool = True

    def violation(self, facts: Mapping[str, float | None]) -> float:
        """Return the violation relative to the bound: 0 within the limit, `UNKNOWN` if the fact is unknown."""
        value = facts.get(self.fact)
        if value is None:
            return UNKNOWN
        excess = value - self.bound if self.at_most else self.bound - value
        return max(excess, 0.0) / (abs(self.bound) or 1.0)

    def to_json(self) -> dict[str, Any]:
        """Return the limit as JSON values, as in settings.json."""
        return {"fact": self.fact, "max" if self.at_most else "min": self.bound}

    def __str__(self) -> str:
        return f"{'max' if self.at_most else 'min'} {self.fact}={self.bound:,.10g}"


def parse_limit(text: str, at_most: bool) -> Limit:
    """Parse a limit `NAME=VALUE` with a value such as 1500000, 1.5e6 or 1.5M.

    The suffixes k, M and G mean thousands, millions and billions.

    Raises:
        InputError: unknown fact, or not a number.
    """
    name, equals, value = text.partition("=")
    fact, found = check_fact(name.strip()), _VALUE.fullmatch(value.strip())
    if not equals or found is None:
        raise InputError(
            f"invalid limit {text!r}, expected NAME=VALUE such as parameters=1.5e6 or flops=600M (k, M or G)"
        )
    bound = float(found[1]) * _FACTORS[found[2]]
    if not math.isfinite(bound):
        raise InputError(f"infinite limit {text!r}, expected a finite number")
    return Limit(fact, bound, at_most)


def limits_of(limits: Mapping[str, Bounds] | Iterable[Limit]) -> tuple[Limit, ...]:
    """Convert limits of the Python API to `Limit` objects.

    Args:
        limits: mapping from each fact to its upper bound, or to a pair of lower and upper bound with None for an open end;
            bounds are numbers or texts (`"1.5M"`). Or `Limit` objects, which are returned unchanged.

    Raises:
        InputError: unknown fact, or not a number.
        TypeError: neither a mapping nor `Limit` objects.
    """
    if isinstance(limits, Mapping):
        return tuple(limit for fact, bounds in limits.items() for limit in _limits_of_fact(fact, bounds))
    found = tuple(limits) if isinstance(limits, Iterable) else (limits,)
    for each in found:
        if not isinstance(each, Limit):
            raise TypeError(
                f"{each!r:.60} is no Limit, expected a mapping like {{'parameters': 4e6}} or Limit objects"
            )
    return found


def _limits_of_fact(fact: str, bounds: Bounds) -> list[Limit]:
    low, high = bounds if isinstance(bounds, tuple | list) and len(bounds) == 2 else (None, bounds)
    if (low, high) == (None, None):
        raise InputError(f"no bound for {fact!r:.60}, expected a number, or a pair of lower and upper bound")
    ends = ((low, False), (high, True))
    return [parse_limit(f"{fact}={bound}", at_most) for bound, at_most in ends if bound is not None]


def check_fact(name: str) -> str:
    """Return a name if it is one of `FACTS`.

    Raises:
        InputError: unknown name.
    """
    if name not in FACTS:
        raise InputError(
            f"unknown quantity {name!r:.100}{did_you_mean(name, FACTS)}expected one of {', '.join(FACTS)}"
        )
    return name


def check_together(limits: Sequence[Limit]) -> None:
    """Raise InputError if a lower limit exceeds an upper limit of the same fact."""
    for low in (limit for limit in limits if not limit.at_most):
        for high in (limit for limit in limits if limit.at_most and limit.fact == low.fact):
            if low.bound > high.bound:
                raise InputError(f"{low} exceeds {high}, expected a lower limit below the upper limit")


def total_violation(limits: Iterable[Limit], facts: Mapping[str, float | None]) -> float:
    """Return the sum of violations of all limits; 0 within all limits."""
    return sum((limit.violation(facts) for limit in limits), 0.0)


def nearest_miss(limits: Sequence[Limit], misses: Iterable[Mapping[str, float | None]]) -> str:
    """Return an error message for a search that found no architecture within the limits.

    Args:
        misses: facts of every evaluated member.
    """
    misses = list(misses)
    words = f"no architecture was found within {' and '.join(map(str, limits))}"
    if not misses:
        return words
    for fact in dict.fromkeys(limit.fact for limit in limits):
        if all(facts.get(fact) is None for facts in misses):
            return f"{words}: {fact} unknown for all of them"
    nearest = min(misses, key=lambda facts: total_violation(limits, facts))
    broken = []
    for limit in limits:
        value, beyond = nearest.get(limit.fact), limit.violation(nearest)
        if value is None:
            broken.append(f"{limit.fact} unknown")
        elif beyond:
            broken.append(f"{limit.fact} {value:,.10g}, which breaks {limit} by {beyond:.2%} of it")
    return f"{words}; the nearest has {'; '.join(broken)}"
