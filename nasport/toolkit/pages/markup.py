"""HTML that is safe by construction: what is not markup already is text, and is escaped where it is put in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from nasport.toolkit.drawing.pieces import clean

LONGEST = 300
_VOID = ("br", "img", "meta", "hr")


class Markup(str):
    """Text that is HTML already."""


def tag(name: str, /, *parts: str, **attributes: str | float) -> Markup:
    """An element.

    Args:
        name: of the element.
        parts: what it holds; markup as it is, other text escaped.
        attributes: `class_` is `class`, other underscores become hyphens; values are escaped.
    """
    opening = f"<{name}"
    for key, value in attributes.items():
        escaped = value if isinstance(value, Markup) else text(str(value), 10_000)
        opening += f' {key.rstrip("_").replace("_", "-")}="{escaped}"'
    return Markup(f"{opening}>" if name in _VOID else f"{opening}>{joined(*parts)}</{name}>")


def joined(*parts: str) -> Markup:
    """Parts one after the other."""
    return Markup("".join(part if isinstance(part, Markup) else text(part) for part in parts))


def text(value: str, limit: int = LONGEST) -> Markup:
    """Text of anybody as HTML: printable characters only, at most `limit` of them, escaped."""
    return Markup(escape(clean(value, limit), quote=True))


def code(value: str, limit: int = 4_000) -> Markup:
    """Text to be copied; a click selects all of it."""
    return Markup(f"<code>{text(value, limit)}</code>")


def table(rows: Iterable[Sequence[str]], titles: Sequence[str] = (), style: str = "plain") -> Markup:
    """A table that scrolls within its box where the window is narrow.

    Args:
        rows: what its cells hold; without titles the first cell of each row is its heading.
        titles: of the columns; none: rows of pairs.
        style: class of the table.
    """
    head = tag("thead", tag("tr", *(tag("th", title, scope="col") for title in titles))) if titles else ""
    body = []
    for row in rows:
        heading = [] if titles else [tag("th", row[0], scope="row")]
        body.append(tag("tr", *heading, *(tag("td", cell) for cell in row[len(heading) :])))
    return tag("div", tag("table", head, tag("tbody", *body), class_=style), class_="scroll")
