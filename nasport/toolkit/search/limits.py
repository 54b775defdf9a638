"""Limits on what an architecture may cost: `parameters=1.5M` at most, `flops=600M` at least.

A broken limit is no yes or no but a number, so that a searcher finds its way from what breaks it to what keeps it.
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
"""The violation by an architecture of which the fact is not known: it can never win, so it is worse than any other."""

Bound = float | str
Bounds = Bound | Sequence[Bound | None]
"""The most that is allowed, or the least and the most."""

_FACTORS = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9}
_VALUE = re.compile(r"([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([kKMGB]?)")


@dataclass(frozen=True)
class Limit:
    """A bound on one fact.

    Attributes:
        fact: one of `FACTS`.
        bound: the last value allowed.
        at_most: whether larger values are wrong, else smaller ones are.
    """

    fact: str
    bound: float
    at_most: bool = True

    def violation(self, facts: Mapping[str, float | None]) -> float:
        """By how much it is broken, in parts of the bound; 0 where it is kept, `UNKNOWN` where it is not known."""
        value = facts.get(self.fact)
        if value is None:
            return UNKNOWN
        excess = value - self.bound if self.at_most else self.bound - value
        return max(excess, 0.0) / (abs(self.bound) or 1.0)

    def to_json(self) -> dict[str, Any]:
        """As settings.json has it."""
        return {"fact": self.fact, "max" if self.at_most else "min": self.bound}

    def __str__(self) -> str:
        return f"{'max' if self.at_most else 'min'} {self.fact}={self.bound:,.10g}"


def parse_limit(text: str, at_most: bool) -> Limit:
    """`NAME=VALUE`, the value as in 1500000, 1.5e6 or 1.5M (k, M, G: thousands, millions, billions).

    Raises:
        InputError: no such fact, or no number.
    """
    name, equals, value = text.partition("=")
    fact, found = check_fact(name.strip()), _VALUE.fullmatch(value.strip())
    if not equals or found is None:
        raise InputError(
            f"the limit {text!r}, expected NAME=VALUE such as parameters=1.5e6 or flops=600M (k, M or G)"
        )
    bound = float(found[1]) * _FACTORS[found[2]]
    if not math.isfinite(bound):
        raise InputError(f"the limit {text!r}, expected a finite number")
    return Limit(fact, bound, at_most)


def limits_of(limits: Mapping[str, Bounds] | Iterable[Limit]) -> tuple[Limit, ...]:
    """Limits as callers of Python give them.

    Args:
        limits: the bound of each fact, which is the most that is allowed, or a pair of the least and the most, None where
            an end is open; bounds as numbers or as texts (`"1.5M"`). Or limits as they are.

    Raises:
        InputError: no such fact, or no number.
        TypeError: neither a mapping nor limits.
    """
    if isinstance(limits, Mapping):
        return tuple(limit for fact, bounds in limits.items() for limit in _limits_of_fact(fact, bounds))
    found = tuple(limits) if isinstance(limits, Iterable) else (limits,)
    for each in found:
        if not isinstance(each, Limit):
            raise TypeError(f"{each!r:.60} is no Limit, expected {{'parameters': 4e6}} or several Limit")
    return found


def _limits_of_fact(fact: str, bounds: Bounds) -> list[Limit]:
    low, high = bounds if isinstance(bounds, tuple | list) and len(bounds) == 2 else (None, bounds)
    if (low, high) == (None, None):
        raise InputError(f"no bound of {fact!r:.60}, expected a number or a pair of the least and the most")
    ends = ((low, False), (high, True))
    return [parse_limit(f"{fact}={bound}", at_most) for bound, at_most in ends if bound is not None]


def check_fact(name: str) -> str:
    """The name.

    Raises:
        InputError: it names nothing that is known of an architecture.
    """
    if name not in FACTS:
        raise InputError(
            f"nothing known is called {name!r:.100}{did_you_mean(name, FACTS)}expected one of {', '.join(FACTS)}"
        )
    return name


def check_together(limits: Sequence[Limit]) -> None:
    """Raises InputError where two limits leave nothing between them."""
    for low in (limit for limit in limits if not limit.at_most):
        for high in (limit for limit in limits if limit.at_most and limit.fact == low.fact):
            if low.bound > high.bound:
                raise InputError(f"{low} and {high} leave nothing between them")


def total_violation(limits: Iterable[Limit], facts: Mapping[str, float | None]) -> float:
    """The sum over all limits; 0 where all are kept."""
    return sum((limit.violation(facts) for limit in limits), 0.0)


def nearest_miss(limits: Sequence[Limit], misses: Iterable[Mapping[str, float | None]]) -> str:
    """Words for the end of a search that found nothing that keeps the limits.

    Args:
        misses: facts of every member evaluated.
    """
    misses = list(misses)
    words = f"no architecture was found that keeps {' and '.join(map(str, limits))}"
    if not misses:
        return words
    for fact in dict.fromkeys(limit.fact for limit in limits):
        if all(facts.get(fact) is None for facts in misses):
            return f"{words}: {fact} unknown for all"
    nearest = min(misses, key=lambda facts: total_violation(limits, facts))
    broken = []
    for limit in limits:
        value, beyond = nearest.get(limit.fact), limit.violation(nearest)
        if value is None:
            broken.append(f"{limit.fact} unknown")
        elif beyond:
            broken.append(f"{limit.fact} {value:,.10g}, which breaks {limit} by {beyond:.2%} of it")
    return f"{words}; the nearest has {'; '.join(broken)}"
