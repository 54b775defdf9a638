"""What a picture is made of, before any place is known: boxes and links of panels, chips of a strip, a legend.

All text of a document passes `clean` on its way here: names come from anybody, and a control character in one must reach
neither an XML file nor a terminal.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_NAME = 30


@dataclass(frozen=True)
class Box:
    """One node of a cell.

    Attributes:
        title: key of the operator, or its role where it is an input or output.
        lines: candidates of a supernet's node, numbers that differ from the operator's own, how several inputs are
            joined where that is not by their sum.
        kind: of the operator; `mixed` for a supernet's node.
        pale: it carries nothing from an input to an output.
        tooltip: id and description in full.
    """

    title: str
    lines: tuple[str, ...]
    kind: str
    pale: bool
    tooltip: str


@dataclass(frozen=True)
class Link:
    """One edge between boxes, with what is written at its end: a port number, a multiplicity."""

    source: int
    target: int
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """One cell: its boxes, numbered as they stand, and its links, each pair once."""

    title: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Chip:
    """One part of the skeleton: a stage, or the input and the classes at its ends."""

    title: str
    detail: str
    kind: str
    part: str = ""


@dataclass(frozen=True)
class Content:
    """A whole picture.

    Attributes:
        title: on top; empty: none.
        subtitle: below the title.
        panels: side by side.
        strip: the skeleton, from the input to the classes.
        legend: key, kind and description of operators.
    """

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    strip: tuple[Chip, ...] = ()
    legend: tuple[tuple[str, str, str], ...] = ()


def repeated(count: int) -> str:
    """`×3` of what stands more than once."""
    return f"\N{MULTIPLICATION SIGN}{count}" if count > 1 else ""


def clean(text: str, limit: int = MAX_NAME) -> str:
    """Text with nothing but printable characters, at most `limit` of them."""
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
