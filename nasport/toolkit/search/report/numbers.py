"""Format numbers for people, and place the ticks of an axis."""

from __future__ import annotations

import math
from itertools import pairwise

_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
UNKNOWN = "\N{EN DASH}"


def number(value: float | None, digits: int = 4) -> str:
    """Format a number with `digits` significant digits, whole numbers in full, and a missing number as `–`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace("-", "\N{MINUS SIGN}")
    text = f"{value:,.{digits}g}" if 1e-4 <= abs(value) < 1e6 else f"{value:.{digits - 1}e}"
    return text.replace("-", "\N{MINUS SIGN}")


def short(value: float | None, digits: int = 3) -> str:
    """Format a large number with a prefix, such as 1.29 M."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    for size, prefix in _PREFIXES:
        if abs(value) >= size:
            return f"{value / size:.{digits}g} {prefix}"
    return number(value, digits)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return about `most` round numbers from `low` to `high`, spaced by 1, 2 or 5 times a power of ten."""
    width = high - low
    if not width > 0:
        return [low]
    rough = width / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{place * step:.12g}") for place in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers for a logarithmic axis: 1, 2 and 5 times each power of ten, or only powers for long axes."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(powers) <= 4 else (1,)
    found = [factor * 10.0**power for power in powers for factor in factors]
    shown = [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
    return shown[:: len(shown) // 8 + 1]


def tick_text(value: float, all_ticks: list[float]) -> str:
    """Format the number of a tick with as many digits as distinguish it from its neighbors."""
    largest = max(map(abs, all_ticks), default=0.0)
    for size, prefix in _PREFIXES:
        if largest >= size * (10 if prefix == "k" else 1):
            return f"{value / size:.12g}".replace("-", "\N{MINUS SIGN}") + (f" {prefix}" if value else "")
    steps = [abs(b - a) for a, b in pairwise(all_ticks)]
    digits = max(0, -math.floor(math.log10(min(steps)) + 1e-9)) if steps and min(steps) > 0 else 3
    digits = min(digits, 10)
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
