"""Values of zero-cost proxies as a text table: one row per architecture, or per proxy for a single architecture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nasport.toolkit.printing.terminal import footnotes, table


class ProxyRow(NamedTuple):
    """One evaluated architecture.

    Attributes:
        name: name of the architecture.
        values: value of each proxy; None if it failed.
        failed: reason for each failed proxy.
    """

    name: str
    values: Mapping[str, float | None]
    failed: Mapping[str, str]


def proxy_table(rows: Sequence[ProxyRow], says: Mapping[str, str]) -> str:
    """Return a table in the order of the rows.

    Args:
        rows: at least one architecture.
        says: short description of each proxy, shown if there is only one architecture.
    """
    notes: dict[str, int] = {}

    def text(row: ProxyRow, proxy: str) -> str:
        value, why = row.values[proxy], row.failed.get(proxy, "")
        mark = f" [{notes.setdefault(why, len(notes) + 1)}]" if why else ""
        return f"{'-' if value is None else number_text(value)}{mark}"

    proxies = list(rows[0].values)
    if len(rows) == 1:
        (row,) = rows
        lines = [row.name, *table([(name, text(row, name), says[name]) for name in proxies], (1,))]
    else:
        cells = [("name", *proxies), *[(row.name, *(text(row, name) for name in proxies)) for row in rows]]
        lines = table(cells, range(1, len(proxies) + 1), name=0)
    return "\n".join([*lines, *(["", *footnotes(notes)] if notes else [])]) + "\n"


def number_text(value: float) -> str:
    """Format whole numbers with commas, and others with four significant digits."""
    return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
