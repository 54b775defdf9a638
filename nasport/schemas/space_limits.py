"""Count the sequences of digits that meet limits, without listing them.

The count grows digit by digit. For every limit it tracks how many digits so far are among the options of the limit;
sequences that agree in all these numbers are counted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import add, ge, le
from typing import Any


def count_sequences(options: int, lengths: Iterable[int], limits: Sequence[Mapping[str, Any]]) -> int:
    """Return the number of sequences of digits from 0 to options - 1 that have an allowed length and meet the limits.

    Args:
        options: number of different digits.
        lengths: allowed lengths.
        limits: limits, each with the `options` that it counts and an optional `min` and `max` of their number.
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
                counts = tuple(map(add, used, adds))
                if all(map(le, counts, most)):
                    longer[counts] += number
        rows = longer
        if length in wanted:
            total += sum(number for used, number in rows.items() if all(map(ge, used, least)))
    return total
