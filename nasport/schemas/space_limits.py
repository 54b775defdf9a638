"""How many rows of digits keep their limits: counted, not listed.

A row of `length` digits over `options` symbols is counted by walking the places with, for every limit, how many of
its digits have been used; rows that agree in these counts are counted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import add, ge, le
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
    least = [limit.get("min", 0) for limit in limits]
    most = [limit.get("max", max(wanted)) for limit in limits]
    rows: Counter[tuple[int, ...]] = Counter({(0,) * len(limits): 1})
    total = 0
    for length in range(1, max(wanted) + 1):
        longer: Counter[tuple[int, ...]] = Counter()
        for used, number in rows.items():
            for adds in membership:
                now = tuple(map(add, used, adds))
                if all(map(le, now, most)):
                    longer[now] += number
        rows = longer
        if length in wanted:
            total += sum(number for used, number in rows.items() if all(map(ge, used, least)))
    return total
