"""The classes and functions of nasport's own files that a written network needs, copied with what they need in turn."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from nasport.toolkit.networks import cell_module, image
from nasport.toolkit.networks.operators import FAMILIES
from nasport.toolkit.networks.python_source import helpers
from nasport.toolkit.networks.python_source.line_breaking import LINE

Copied = type | Any


@dataclass(frozen=True)
class Written:
    """The parts of a written module.

    Attributes:
        classes: the lines of each of its own classes, in order.
        needs: classes and functions to copy.
        main: the lines that run when it is run as a script.
        usage: lines of an example.
        notes: lines of the docstring after it.
    """

    classes: list[list[str]]
    needs: list[Copied]
    main: list[str]
    usage: list[str]
    notes: list[str]


_USED = {
    file.__name__: {getattr(value, "__module__", "") for value in vars(file).values()} for file in FAMILIES
}
# Their definitions come in this order, each file's as they stand in it, files after those whose definitions they use.
_FILES = (
    *TopologicalSorter({name: (used & {*_USED}) - {name} for name, used in _USED.items()}).static_order(),
    *(file.__name__ for file in (cell_module, image, helpers)),
)


def copied_blocks(wanted: Iterable[Copied]) -> list[list[str]]:
    """The source lines of these classes and functions and of all that they use, in an order that runs."""
    found: dict[str, Copied] = {}
    waiting = list(wanted)
    while waiting:
        item = waiting.pop()
        if item.__qualname__ not in found:
            found[item.__qualname__] = item
            tree, file = ast.parse(inspect.getsource(item)), sys.modules[item.__module__]
            named = [getattr(file, node.id, None) for node in ast.walk(tree) if isinstance(node, ast.Name)]
            waiting += [other for other in named if callable(other) and is_copied(other)]
    ordered = sorted(found.values(), key=_place)
    return [_rewrapped(inspect.getsource(item)) for item in ordered]


def is_copied(item: Copied) -> bool:
    """Whether it is defined in one of these files or an extension's, and not in torch."""
    name = getattr(item, "__module__", None) or ""
    return name in _FILES if name.startswith("nasport.") else hasattr(sys.modules.get(name), "BUILDERS")


def _place(item: Copied) -> tuple[int, str, int]:
    """Where a definition comes: nasport's files in their order, then those of extensions, each as it is written."""
    file = item.__module__
    return _FILES.index(file) if file in _FILES else len(_FILES), file, inspect.getsourcelines(item)[1]


def _rewrapped(source: str) -> list[str]:
    """The lines, with docstrings of one line and comments that are too long here wrapped."""
    lines: list[str] = []
    for line in source.rstrip().splitlines():
        text = line.strip()
        docstring = text.startswith('"""') and text.endswith('"""') and len(text) > 6
        if len(line) <= LINE or not (docstring or text.startswith("# ")):
            lines.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        mark = "" if docstring else "# "
        plain = text.removesuffix('"""') if docstring else text.removeprefix("# ")
        room = LINE - len(indent) - (3 if docstring else len(mark))
        wrapped = textwrap.wrap(plain, room, break_long_words=False)
        lines += [indent + mark + part for part in wrapped]
        lines += [f'{indent}"""'] if docstring else []
    return lines
