"""Describe the choices of a search space in words."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.schemas.operators import plain
from nasport.schemas.space import Pick, Times
from nasport.toolkit.drawing.pieces import clean

MAX_VALUES = 16


def choice_text(value: object) -> str:
    """Return a value as text: `32 | 64` for a choice, followed by its name if it has one, and `×2` for a relative width."""
    if isinstance(value, Times):
        return f"\N{MULTIPLICATION SIGN}{plain(value.factor)}"
    if isinstance(value, Pick):
        values = " | ".join(choice_texts(value.values))
        return f"{values} ({clean(value.name)})" if value.name else values
    return clean(str(plain(value) if isinstance(value, float) else value))


def choice_texts(values: Sequence[object]) -> list[str]:
    """Return the values as texts; after `MAX_VALUES` of them, the number of the others."""
    shown = [choice_text(value) for value in values[:MAX_VALUES]]
    return [*shown, f"and {len(values) - MAX_VALUES} more"] if len(values) > MAX_VALUES else shown


def range_text(least: int, most: int) -> str:
    """Return a range as text: one number, or `1 to 3`."""
    return f"{most}" if least == most else f"{least} to {most}"
