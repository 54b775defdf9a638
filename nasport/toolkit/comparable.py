"""Groups of architectures whose scores are comparable: networks of one family for the same images and classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nasport.runtime.bundle_limits import GUESSED_SIZE
from nasport.runtime.predictor import Score, ranked
from nasport.schemas.architecture import Architecture

UNKNOWN = ""
ESTIMATED = "networks of estimated size"


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


def group_of_score(score: Score, architecture: Architecture) -> str:
    """Return the group of a scored network; networks whose size the predictor had to estimate are a group of their own."""
    return ESTIMATED if GUESSED_SIZE in score.warnings else group_of(architecture)


def ranked_in_groups(scores: Sequence[Score], groups: Sequence[str]) -> tuple[list[Score], str]:
    """Rank scores, best first; if some of them are not comparable, each group has its own ranks.

    Args:
        scores: scores without ranks.
        groups: group of each score.

    Returns:
        the scores with ranks, in the given order, and the warning of `not_comparable`.
    """
    warning = not_comparable(groups)
    if not warning:
        return ranked(scores), ""
    results = list(scores)
    for name in dict.fromkeys(groups):
        members = [index for index, group in enumerate(groups) if group == name]
        for index, score in zip(members, ranked([scores[index] for index in members]), strict=True):
            results[index] = score
    return results, warning


def not_comparable(groups: Iterable[str]) -> str:
    """Return a warning if known groups differ, otherwise an empty text."""
    known = [group for group in dict.fromkeys(groups) if group != UNKNOWN]
    if len(known) < 2:
        return ""
    names = f"{', '.join(known[:-1])} and {known[-1]}"
    return f"scores of {names} are not comparable: compare only within one of these groups"
