"""Folding of equal consecutive parts into one stage, and of repeated groups of parts into one cell."""

from __future__ import annotations

from dataclasses import replace

from nasport.toolkit.importing.documents.parts import Part, cell_part

LONGEST_GROUP = 6
# Operators at the beginning or the end of a network, which are never part of a group.
_UNGROUPED = frozenset(["class_token", "positional_embedding", "global_avg_pool"])


def grouped(parts: list[Part], batch: int) -> list[Part]:
    """Merge each group of parts that repeats into one cell, e.g. attention and feed-forward network of a transformer."""
    merged: list[Part] = []
    index = 0
    while index < len(parts):
        length = _period(parts, index)
        if length == 1:
            merged.append(parts[index])
            index += 1
            continue
        times = _times(parts, index, length)
        for repeat in range(times):
            group = parts[index + repeat * length : index + (repeat + 1) * length]
            merged.append(_merged(group, batch))
        index += times * length
    return merged


def _period(parts: list[Part], index: int) -> int:
    """Return the length of the repeated group that begins at an index; 1 if there is none, or a single part repeats."""
    if index + 1 < len(parts) and parts[index].identity == parts[index + 1].identity:
        return 1
    for length in range(2, LONGEST_GROUP + 1):
        group = parts[index : index + length]
        if sum(part.cell is not None for part in group) < 1 or any(
            part.stage.op in _UNGROUPED for part in group
        ):
            continue
        if _times(parts, index, length) > 1:
            return length
    return 1


def _times(parts: list[Part], index: int, length: int) -> int:
    """Return how often the group of parts that begins at an index occurs consecutively."""
    group, times = [part.identity for part in parts[index : index + length]], 1
    targets = [part.target for part in parts[index : index + length]]
    if len(group) < length:
        return 0
    while True:
        start = index + times * length
        following = parts[start : start + length]
        if [part.identity for part in following] != group or [part.target for part in following] != targets:
            return times
        times += 1


def _merged(group: list[Part], batch: int) -> Part:
    layers = tuple(layer for part in group for layer in part.layers)
    return cell_part(layers, group[0].input, group[-1].outputs, group[0].source, batch)


def folded(parts: list[Part]) -> list[Part]:
    """Fold equal consecutive parts into one part with repeats."""
    stages: list[Part] = []
    for part in parts:
        before = stages[-1] if stages else None
        if before is not None and _repeats(before, part):
            stages[-1] = replace(
                before,
                stage=replace(before.stage, repeats=before.stage.repeats + 1),
                target=part.target,
                layers=(*before.layers, *part.layers),
                outputs=part.outputs,
            )
        else:
            stages.append(part)
    return stages


def _repeats(before: Part, part: Part) -> bool:
    """Return whether a part repeats the part before it."""
    is_equal = (
        before.identity == part.identity and before.stage.width == part.stage.width and part.stage.stride == 1
    )
    return is_equal and (part.is_block or part.source == part.target)
