"""What may stand at an open place of a space, in words."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.schemas.operators import plain
from nasport.schemas.space import Pick, Times
from nasport.toolkit.drawing.pieces import clean

MAX_VALUES = 16


def place_words(place: object) -> str:
    """A value; `32 | 64` where one of several may stand, with the name of a named choice; `×2` of a relative width."""
    if isinstance(place, Times):
        return f"\N{MULTIPLICATION SIGN}{plain(place.factor)}"
    if isinstance(place, Pick):
        values = " | ".join(value_words(place.values))
        return f"{values} ({clean(place.name)})" if place.name else values
    return clean(str(plain(place) if isinstance(place, float) else place))


def value_words(values: Sequence[object]) -> list[str]:
    """Each of several values, and how many more there are where they are many."""
    shown = [place_words(value) for value in values[:MAX_VALUES]]
    return [*shown, f"and {len(values) - MAX_VALUES} more"] if len(values) > MAX_VALUES else shown


def range_words(least: int, most: int) -> str:
    """A number, or from which to which."""
    return f"{most}" if least == most else f"{least} to {most}"
