"""Groups of architectures whose scores are comparable: networks of one family for the same images and classes."""

from __future__ import annotations

from collections.abc import Iterable

from nasport.schemas.architecture import Architecture

UNKNOWN = ""


def group_of(architecture: Architecture) -> str:
    """Return the group of a network in words.

    The group of a network without a skeleton is `UNKNOWN`; its score has a warning.
    """
    if architecture.is_recurrent:
        return "recurrent cells"
    skeleton = architecture.skeleton
    if skeleton is None:
        return UNKNOWN
    size = dict(skeleton.input)
    shape = f" for images of {size['height']}x{size['width']}" if {"height", "width"} <= size.keys() else ""
    classes = f" in {skeleton.classes:,} classes" if skeleton.classes is not None else ""
    return f"{'cells' if architecture.used_cells else 'chains of layers'}{shape}{classes}"


def not_comparable(groups: Iterable[str]) -> str:
    """Return a warning if known groups differ, otherwise an empty text."""
    known = [group for group in dict.fromkeys(groups) if group != UNKNOWN]
    if len(known) < 2:
        return ""
    names = f"{', '.join(known[:-1])} and {known[-1]}"
    return f"scores of {names} are not comparable: compare ranks only within one of these groups"
