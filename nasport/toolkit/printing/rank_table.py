"""Ranks by the panel of evaluators as a text table, best first, with the rank by each evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasport.toolkit.printing.terminal import table

HEADER = ("rank", "between", "name", "reason")


def rank_table(records: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of ranked records, best first; empty without records."""
    if not records:
        return ""
    rows = [
        (str(each["rank"]), f"{each['low']}-{each['high']}", each["name"], each["reason"]) for each in records
    ]
    foot = "between: ranks if any one evaluator is left out; reason: the rank by each evaluator"
    return "\n".join([*table([HEADER, *rows], (0,), name=2), "", foot]) + "\n"
