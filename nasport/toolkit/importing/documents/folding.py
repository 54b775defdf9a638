"""Equal parts in a row as one stage, and groups of parts that repeat as one cell."""

from __future__ import annotations

from dataclasses import replace

from nasport.toolkit.importing.documents.parts import Part, cell_part

LONGEST_GROUP = 6
# What begins or ends a network, and no group.
_STRANGERS = frozenset(["class_token", "positional_embedding", "global_avg_pool"])


def grouped(parts: list[Part], batch: int) -> list[Part]:
    """Cells that repeat in groups as one cell: attention and feed-forward network of a transformer, say."""
    found: list[Part] = []
    place = 0
    while place < len(parts):
        length = _period(parts, place)
        if length == 1:
            found.append(parts[place])
            place += 1
            continue
        times = _times(parts, place, length)
        for repeat in range(times):
            group = parts[place + repeat * length : place + (repeat + 1) * length]
            found.append(_merged(group, batch))
        place += times * length
    return found


def _period(parts: list[Part], place: int) -> int:
    """How many parts from here on repeat as a group; 1 where none do, or they do one by one."""
    if place + 1 < len(parts) and parts[place].identity == parts[place + 1].identity:
        return 1
    for length in range(2, LONGEST_GROUP + 1):
        group = parts[place : place + length]
        if sum(part.cell is not None for part in group) < 1 or any(
            part.stage.op in _STRANGERS for part in group
        ):
            continue
        if _times(parts, place, length) > 1:
            return length
    return 1


def _times(parts: list[Part], place: int, length: int) -> int:
    """How often the group of parts from here on stands in a row."""
    group, times = [part.identity for part in parts[place : place + length]], 1
    widths = [part.target for part in parts[place : place + length]]
    if len(group) < length:
        return 0
    while True:
        start = place + times * length
        following = parts[start : start + length]
        if [part.identity for part in following] != group or [part.target for part in following] != widths:
            return times
        times += 1


def _merged(group: list[Part], batch: int) -> Part:
    layers = tuple(layer for part in group for layer in part.layers)
    return cell_part(layers, group[0].input, group[-1].outputs, group[0].source, batch)


def folded(parts: list[Part]) -> list[Part]:
    """Equal parts in a row as one part with repeats."""
    found: list[Part] = []
    for part in parts:
        before = found[-1] if found else None
        if before is not None and _follows(before, part):
            found[-1] = replace(
                before,
                stage=replace(before.stage, repeats=before.stage.repeats + 1),
                target=part.target,
                layers=(*before.layers, *part.layers),
                outputs=part.outputs,
            )
        else:
            found.append(part)
    return found


def _follows(before: Part, part: Part) -> bool:
    same = (
        before.identity == part.identity and before.stage.width == part.stage.width and part.stage.stride == 1
    )
    return same and (part.is_block or part.source == part.target)
