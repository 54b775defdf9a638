"""Which architectures a predictor's scores compare: networks of one family, for the same images and classes."""

from __future__ import annotations

from collections.abc import Iterable

from nasport.schemas.architecture import Architecture

UNKNOWN = ""


def group_of(architecture: Architecture) -> str:
    """What a network compares with, in words; `UNKNOWN` where it has no skeleton, of which its score has a warning."""
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
    """A warning where some of these groups differ; empty where none do, or it is not known."""
    known = [group for group in dict.fromkeys(groups) if group != UNKNOWN]
    if len(known) < 2:
        return ""
    names = f"{', '.join(known[:-1])} and {known[-1]}"
    return f"the scores of {names} do not compare: a rank tells something within one of these groups alone"
