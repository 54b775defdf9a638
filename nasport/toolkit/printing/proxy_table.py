"""What proxies say, as a table for people: architectures in rows, of a single one the proxies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nasport.toolkit.printing.terminal import footnotes, table


class ProxyRow(NamedTuple):
    """One judged architecture.

    Attributes:
        values: by proxy; None where it has none.
        failed: why not, by proxy.
    """

    name: str
    values: Mapping[str, float | None]
    failed: Mapping[str, str]


def proxy_table(rows: Sequence[ProxyRow], says: Mapping[str, str]) -> str:
    """A table, in the order of the rows.

    Args:
        says: of each proxy in a few words, beside its value where there is one architecture alone.
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
    """Whole numbers with commas, others with four digits."""
    return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
