"""How many rows of digits keep their limits: counted, not listed.

A row of `length` digits over `options` symbols is counted by walking the places with, for every limit, how many of
its digits have been used; rows that agree in these counts are counted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def count_rows(options: int, lengths: Iterable[int], limits: Sequence[Mapping[str, Any]]) -> int:
    """The number of rows of digits 0..options-1 of the given lengths within the limits.

    Args:
        options: number of symbols.
        lengths: the lengths that are allowed.
        limits: each with `options` (symbols it counts) and, both optional, `min` and `max`.
    """
    wanted = set(lengths)
    membership = [tuple(int(digit in limit["options"]) for limit in limits) for digit in range(options)]
    rows: Counter[tuple[int, ...]] = Counter({(0,) * len(limits): 1})
    total = 0
    for length in range(1, max(wanted) + 1):
        rows = _one_more(rows, membership, limits)
        if length in wanted:
            total += sum(number for used, number in rows.items() if _enough(used, limits))
    return total


def _one_more(
    rows: Counter[tuple[int, ...]], membership: list[tuple[int, ...]], limits: Sequence[Mapping[str, Any]]
) -> Counter[tuple[int, ...]]:
    longer: Counter[tuple[int, ...]] = Counter()
    for used, number in rows.items():
        for adds in membership:
            now = tuple(a + b for a, b in zip(used, adds, strict=True))
            if not any(n > limit.get("max", n) for n, limit in zip(now, limits, strict=True)):
                longer[now] += number
    return longer


def _enough(used: tuple[int, ...], limits: Sequence[Mapping[str, Any]]) -> bool:
    return all(n >= limit.get("min", 0) for n, limit in zip(used, limits, strict=True))
