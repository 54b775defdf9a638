"""HTML that is safe by construction: what is not markup already is text, and is escaped where it is put in."""

from __future__ import annotations

from html import escape

from nasport.toolkit.drawing.pieces import clean

LONGEST = 300
_VOID = ("br", "meta", "hr")


class Markup(str):
    """Text that is HTML already."""


def tag(name: str, /, *parts: str, **attributes: str | float) -> Markup:
    """An element.

    Args:
        name: of the element.
        parts: what it holds; markup as it is, other text escaped.
        attributes: `class_` is `class`, other underscores become hyphens; values are escaped.
    """
    written = "".join(f' {_attribute(key)}="{_value(value)}"' for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(*parts)}</{name}>")


def joined(*parts: str) -> Markup:
    """Parts one after the other."""
    return Markup("".join(part if isinstance(part, Markup) else text(part) for part in parts))


def text(value: str, limit: int = LONGEST) -> Markup:
    """Text of anybody as HTML: printable characters only, at most `limit` of them, escaped."""
    return Markup(escape(clean(value, limit), quote=True))


def code(value: str, limit: int = 4_000) -> Markup:
    """Text to be copied; a click selects all of it."""
    return Markup(f"<code>{text(value, limit)}</code>")


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    return value if isinstance(value, Markup) else text(str(value), 10_000)
