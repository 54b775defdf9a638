"""Places by the panel, as a table for people: best first, with what each evaluator says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasport.toolkit.printing.terminal import table

HEADER = ("rank", "between", "name", "reason")


def rank_table(records: Sequence[Mapping[str, Any]]) -> str:
    """A table of ranked records, best first; empty where there are none."""
    if not records:
        return ""
    rows = [
        (str(each["rank"]), f"{each['low']}-{each['high']}", each["name"], each["reason"]) for each in records
    ]
    foot = "between: the ranks when any one evaluator is left out; behind an evaluator the rank that it gives"
    return "\n".join([*table([HEADER, *rows], (0,), name=2), "", foot]) + "\n"
