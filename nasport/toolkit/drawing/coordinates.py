"""Horizontal coordinates of a layered layout: long lines are straight, and parents are centered over their children.

The method is that of Brandes and Koepf, "Fast and simple horizontal coordinate assignment" (2002). Every node is
aligned with its median neighbor in four ways (from above or below, leftmost or rightmost first). Each alignment is
packed as tightly as the order of its layers allows. The coordinate of a node is the mean of the two middle ones of its
four coordinates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Edge = tuple[int, int]
Layers = Sequence[Sequence[int]]
Neighbors = Sequence[Sequence[int]]


def neighbors(count: int, edges: Iterable[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the sources and the targets of each of the nodes 0 .. count-1, in the order of the edges."""
    fed_by: list[list[int]] = [[] for _ in range(count)]
    feeds: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        fed_by[target].append(source)
        feeds[source].append(target)
    return fed_by, feeds


def centers(
    layers: Layers, wires: Sequence[Edge], sizes: Sequence[float], *, gap: float, first_bend: int
) -> tuple[list[float], float]:
    """Return the horizontal centers of all nodes and bends, and the total width.

    Args:
        layers: nodes and bends of each layer from left to right.
        wires: (upper, lower) pairs of nodes or bends in neighboring layers.
        sizes: width of every node and bend.
        gap: minimum space between neighbors in a layer.
        first_bend: number of the first bend; nodes have smaller numbers. Lines between bends are straightened
            before other lines.
    """
    count = len(sizes)
    above, below = neighbors(count, wires)
    conflicts = _conflicts(layers, above, first_bend)
    candidates: list[list[float]] = []
    for upside_down in (False, True):
        for mirrored in (False, True):
            turned = [list(layer)[::-1] if mirrored else list(layer) for layer in layers]
            if upside_down:
                turned.reverse()
            root = _blocks(turned, below if upside_down else above, conflicts, count)
            x = _packed(turned, root, sizes, gap)
            candidates.append([-value for value in x] if mirrored else x)
    return _combined(candidates, sizes)


def _conflicts(layers: Layers, above: Neighbors, first_bend: int) -> set[Edge]:
    """Return the wires that cross a line between two bends; the alignment ignores them (type 1 conflicts in the paper)."""
    conflicts: set[Edge] = set()
    for upper, lower in pairwise(layers):
        place = {node: at for at, node in enumerate(upper)}
        left, begin = -1, 0
        for at, node in enumerate(lower):
            parents = [u for u in above[node] if node >= first_bend and u >= first_bend]
            if not parents and at < len(lower) - 1:
                continue
            right = place[parents[0]] if parents else len(upper)
            for other in lower[begin : at + 1]:
                for u in above[other]:
                    inner = other >= first_bend and u >= first_bend
                    if not inner and not left <= place[u] <= right:
                        conflicts.add((u, other))
            begin, left = at + 1, right
    return conflicts


def _blocks(layers: Layers, neighbors: Neighbors, conflicts: set[Edge], count: int) -> list[int]:
    """Return the root of every node's block; all nodes of a block get the same coordinate."""
    place = [0] * count
    for layer in layers:
        for at, node in enumerate(layer):
            place[node] = at
    root = list(range(count))
    taken: set[int] = set()
    for layer in layers:
        last = -1
        for node in layer:
            ordered = sorted(neighbors[node], key=place.__getitem__)
            middle = len(ordered) - 1
            for other in ordered[middle // 2 : (middle + 1) // 2 + 1]:
                free = root[node] == node and other not in taken and last < place[other]
                if free and (other, node) not in conflicts and (node, other) not in conflicts:
                    root[node] = root[other]
                    taken.add(other)
                    last = place[other]
    return root


def _packed(layers: Layers, root: list[int], sizes: Sequence[float], gap: float) -> list[float]:
    """Return the coordinate of every node.

    Each block is first placed as far left as possible, then moved as far right as its right neighbors allow.
    """
    after: dict[int, dict[int, float]] = {block: {} for block in root}
    waiting = dict.fromkeys(after, 0)
    for layer in layers:
        for left, right in pairwise(layer):
            a, b = root[left], root[right]
            distance = (sizes[left] + sizes[right]) / 2 + gap
            if b not in after[a]:
                waiting[b] += 1
            after[a][b] = max(after[a].get(b, 0.0), distance)
    x = dict.fromkeys(after, 0.0)
    order = [block for block in after if not waiting[block]]
    for block in order:  # the loop appends to `order`
        for other, distance in after[block].items():
            x[other] = max(x[other], x[block] + distance)
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    for block in reversed(order):
        if after[block]:
            x[block] = max(x[block], min(x[other] - distance for other, distance in after[block].items()))
    return [x[block] for block in root]


def _combined(candidates: list[list[float]], sizes: Sequence[float]) -> tuple[list[float], float]:
    """Align the four layouts with the narrowest one and average the two middle coordinates of each node.

    Returns:
        centers, with the leftmost border at 0, and the total width.
    """
    if not sizes:
        return [], 0.0
    borders = [_borders(x, sizes) for x in candidates]
    narrowest = min(borders, key=lambda border: border[1] - border[0])
    sides = (0, 1, 0, 1)  # align leftmost layouts by their left border, rightmost ones by their right border
    shifts = [narrowest[side] - border[side] for side, border in zip(sides, borders, strict=True)]
    moved = [[value + shift for value in x] for shift, x in zip(shifts, candidates, strict=True)]
    middles = [sum(sorted(four)[1:3]) / 2 for four in zip(*moved, strict=True)]
    left, right = _borders(middles, sizes)
    return [value - left for value in middles], right - left


def _borders(x: Sequence[float], sizes: Sequence[float]) -> tuple[float, float]:
    """Return the left and the right border of a layout."""
    pairs = list(zip(x, sizes, strict=True))
    return min(v - s / 2 for v, s in pairs), max(v + s / 2 for v, s in pairs)
