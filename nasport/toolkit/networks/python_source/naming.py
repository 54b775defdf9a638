"""Names and texts of a document as they may stand in Python source: nothing of a document is ever executed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nasport.toolkit.networks.cell_module import unused

_LONGEST = 40


def escaped(text: str, limit: int) -> str:
    """A text within a docstring: printable ASCII, without quotes and backslashes but those of escapes."""
    found = ""
    for char in text:
        plain = char.isascii() and char.isprintable() and char not in "\"'`\\"
        part = char if plain else char.encode("unicode_escape").decode().replace("\\", "\\\\", 1)
        if char in "\"'`\\":
            part = f"\\\\x{ord(char):02x}"
        if len(found) + len(part) > limit:
            return found.rstrip() + "..."
        found += part
    return found.strip()


def class_names(cells: Iterable[str]) -> dict[str, str]:
    """For each cell the name of its class: `normal` is `NormalCell`; letters and digits, and like no other name.

    No other name in a written module ends in `Cell`.
    """
    taken: set[str] = set()
    found = {}
    for cell in cells:
        words = [word for word in re.split("[^0-9A-Za-z]+", cell[:_LONGEST]) if word]
        plain = "".join(word[0].upper() + word[1:] for word in words)
        plain = plain if plain.endswith("Cell") else f"{plain}Cell"
        plain = plain if plain[0].isalpha() else f"A{plain}"
        found[cell] = unused(plain, taken)
    return found
