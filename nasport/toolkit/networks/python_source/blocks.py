"""Copies of nasport's classes and functions for a written network, with all definitions that they use."""

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
    """Parts of a written module.

    Attributes:
        classes: lines of each class that was written for the network, in order.
        needs: classes and functions to copy.
        main: lines that run if the module is executed as a script.
        usage: lines of the example in the docstring.
        notes: lines of the docstring after the example.
    """

    classes: list[list[str]]
    needs: list[Copied]
    main: list[str]
    usage: list[str]
    notes: list[str]


_USED = {
    file.__name__: {getattr(value, "__module__", "") for value in vars(file).values()} for file in FAMILIES
}
# Files in the order of their definitions in a written module: a file comes after the files that it uses.
_FILES = (
    *TopologicalSorter({name: (used & {*_USED}) - {name} for name, used in _USED.items()}).static_order(),
    *(file.__name__ for file in (cell_module, image, helpers)),
)


def copied_blocks(wanted: Iterable[Copied]) -> list[list[str]]:
    """Return the source lines of classes and functions, and of all definitions that they use.

    Args:
        wanted: classes and functions.

    Returns:
        lines of each definition, ordered so that every definition follows those that it uses.
    """
    definitions: dict[str, Copied] = {}
    pending = list(wanted)
    while pending:
        item = pending.pop()
        if item.__qualname__ not in definitions:
            definitions[item.__qualname__] = item
            tree, file = ast.parse(inspect.getsource(item)), sys.modules[item.__module__]
            used = [getattr(file, node.id, None) for node in ast.walk(tree) if isinstance(node, ast.Name)]
            pending += [other for other in used if callable(other) and is_copied(other)]
    ordered = sorted(definitions.values(), key=_position)
    return [_rewrapped(inspect.getsource(item)) for item in ordered]


def is_copied(item: Copied) -> bool:
    """Return whether a class or function is defined by nasport's operators or by an extension, and not by torch."""
    name = getattr(item, "__module__", None) or ""
    return name in _FILES if name.startswith("nasport.") else hasattr(sys.modules.get(name), "BUILDERS")


def _position(item: Copied) -> tuple[int, str, int]:
    """Return the sort key of a definition: files of nasport in order, then files of extensions; the line in the file."""
    file = item.__module__
    return _FILES.index(file) if file in _FILES else len(_FILES), file, inspect.getsourcelines(item)[1]


def _rewrapped(source: str) -> list[str]:
    """Return the lines of a definition, with one-line docstrings and comments wrapped if they are too long."""
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
