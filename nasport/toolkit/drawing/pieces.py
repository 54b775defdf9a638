"""Parts of a picture without positions: boxes and links of panels, chips of a strip, and a legend.

All text of a document passes through `clean` first: documents come from untrusted sources, and control characters must
not reach an XML file or a terminal.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_NAME = 30


@dataclass(frozen=True)
class Box:
    """One node of a cell.

    Attributes:
        title: key of the operator, or the role of an input or output.
        lines: candidates of a supernet node, attributes of the node, and how it joins several inputs other than by sum.
        kind: kind of the operator; `mixed` for a supernet node.
        pale: whether the node is unreachable.
        tooltip: id of the node and description of its operator.
    """

    title: str
    lines: tuple[str, ...]
    kind: str
    pale: bool
    tooltip: str


@dataclass(frozen=True)
class Link:
    """One edge between boxes, with a note at its end, such as a port number or a multiplicity."""

    source: int
    target: int
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """One cell: its boxes, and its links between the indices of boxes; each pair occurs once."""

    title: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Chip:
    """One part of the skeleton: a stage, the input, or the classes."""

    title: str
    detail: str
    kind: str
    part: str = ""


@dataclass(frozen=True)
class Content:
    """Content of a whole picture.

    Attributes:
        title: title at the top; may be empty.
        subtitle: line below the title; may be empty.
        panels: cells, drawn side by side.
        strip: skeleton from the input to the classes.
        legend: key, kind and description of each operator.
    """

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    strip: tuple[Chip, ...] = ()
    legend: tuple[tuple[str, str, str], ...] = ()


def repeated(count: int) -> str:
    """Return `×3` for a count of 3; empty for a count of 1."""
    return f"\N{MULTIPLICATION SIGN}{count}" if count > 1 else ""


def clean(text: str, limit: int = MAX_NAME) -> str:
    """Return text with unprintable characters replaced, shortened to at most `limit` characters."""
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
