"""Conversion of names and texts of a document to safe Python source, so that no text of a document is ever executed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nasport.toolkit.networks.cell_module import unused

_LONGEST = 40


def escaped(text: str, limit: int) -> str:
    """Escape a text for a docstring: the result is printable ASCII without quotes, and backslashes only begin escapes.

    Args:
        text: any text.
        limit: largest length of the result; a longer one ends with `...`.
    """
    escaped_text = ""
    for char in text:
        plain = char.isascii() and char.isprintable() and char not in "\"'`\\"
        part = char if plain else char.encode("unicode_escape").decode().replace("\\", "\\\\", 1)
        if char in "\"'`\\":
            part = f"\\\\x{ord(char):02x}"
        if len(escaped_text) + len(part) > limit:
            return escaped_text.rstrip() + "..."
        escaped_text += part
    return escaped_text.strip()


def class_names(cells: Iterable[str]) -> dict[str, str]:
    """Return a unique class name for each cell, e.g. `NormalCell` for `normal`, of letters and digits.

    Other names in a written module never end in `Cell`.
    """
    taken: set[str] = set()
    names = {}
    for cell in cells:
        words = [word for word in re.split("[^0-9A-Za-z]+", cell[:_LONGEST]) if word]
        plain = "".join(word[0].upper() + word[1:] for word in words)
        plain = plain if plain.endswith("Cell") else f"{plain}Cell"
        plain = plain if plain[0].isalpha() else f"A{plain}"
        names[cell] = unused(plain, taken)
    return names
