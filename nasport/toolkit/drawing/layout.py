"""Layered layout of a directed acyclic graph: the layer, the order within the layer, and the position of each node.

The method is that of Sugiyama, Tagawa and Toda (1981):

1. Layers follow longest paths, as late as possible, so that an operator is close to its targets.
2. Edges over several layers get a bend in each layer between, so that no edge runs through a node. All edges of one
   node share their bends, like the branches of a trunk.
3. Orders come from barycenter sweeps and exchanges of neighbors; the order with the fewest crossings wins.
4. Horizontal positions come from `coordinates.py`.

The layout is deterministic, and its work is bounded: edges that would need too many bends are drawn straight.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import pairwise

from nasport.toolkit.drawing.coordinates import Edge, Neighbors, centers, neighbors

MAX_BENDS = 4_000
_EXCHANGE_UP_TO = (
    250  # nodes and bends; in larger graphs, exchanging neighbors takes too long for its small effect
)
_SWEEPS = 12
_FEW_SWEEPS = 4  # for graphs too large for exchanges


@dataclass(frozen=True)
class Arrangement:
    """Layout of a graph. Nodes are numbered 0 .. n-1 as in the input, bends from n on.

    Attributes:
        layers: nodes and bends of each layer from left to right, from the top layer to the bottom layer.
        x: center of every node and bend; the leftmost border is 0.
        width: total width.
        wires: distinct (upper, lower) pairs in neighboring layers; several edges may share a wire.
        direct: edges over several layers that are drawn straight, without bends.
        owner: source node of the wires that leave each node or bend.
    """

    layers: tuple[tuple[int, ...], ...]
    x: tuple[float, ...]
    width: float
    wires: tuple[Edge, ...]
    direct: tuple[Edge, ...]
    owner: tuple[int, ...]


def arrange(
    widths: Sequence[float],
    edges: Sequence[Edge],
    first: Collection[int] = (),
    last: Collection[int] = (),
    *,
    gap: float,
    bend_width: float,
    max_bends: int = MAX_BENDS,
    max_per_layer: int | None = None,
) -> Arrangement:
    """Arrange a graph.

    Args:
        widths: width of each node.
        edges: distinct (source, target) pairs without a cycle.
        first: nodes without inputs that belong in the top layer.
        last: nodes without outputs that belong in the bottom layer.
        gap: minimum space between neighbors in a layer.
        bend_width: space for a line that passes a layer.
        max_bends: maximum number of bends.
        max_per_layer: maximum number of nodes in a layer, not counting `first` and `last` (default: no limit).
    """
    level = _levels(len(widths), edges, set(first), set(last))
    if max_per_layer is not None:
        level = _narrowed(level, edges, set(first), set(last), max_per_layer)
    owner, wires, direct, levels = _with_bends(level, edges, max_bends)
    layers = _best_order(tuple(levels), tuple(wires), len(widths))
    sizes = [*widths, *[bend_width] * (len(levels) - len(widths))]
    x, width = centers(layers, wires, sizes, gap=gap, first_bend=len(widths))
    return Arrangement(
        tuple(tuple(layer) for layer in layers), tuple(x), width, tuple(wires), tuple(direct), tuple(owner)
    )


def topological(count: int, edges: Sequence[Edge]) -> list[int]:
    """Return the nodes 0 .. count-1 with sources before targets; nodes on or after a cycle are left out."""
    sources, targets = neighbors(count, edges)
    waiting = [len(inputs) for inputs in sources]
    order = [node for node in range(count) if not waiting[node]]
    for node in order:  # the loop appends to `order`
        for target in targets[node]:
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    return order


def _levels(count: int, edges: Sequence[Edge], first: set[int], last: set[int]) -> list[int]:
    """Return the layer of every node, counted from the top.

    A node is as low as its targets allow. A node without targets is as high as its sources allow, or in the bottom
    layer if it is in `last`.
    """
    order = topological(count, edges)
    fed_by, feeds = neighbors(count, edges)
    depth = [0] * count
    for node in order:
        depth[node] = max((depth[source] + 1 for source in fed_by[node]), default=0)
    bottom = max(depth, default=0)
    level = depth.copy()
    for node in reversed(order):
        if feeds[node]:
            level[node] = 0 if node in first else min(level[target] for target in feeds[node]) - 1
        elif node in last:
            level[node] = bottom
    return level


def _narrowed(
    level: list[int], edges: Sequence[Edge], first: set[int], last: set[int], most: int
) -> list[int]:
    """Return layers of at most `most` nodes, filled from the bottom with the lowest nodes first (Coffman and Graham)."""
    fed_by, feeds = neighbors(len(level), edges)
    waiting = [len(targets) for targets in feeds]
    ready = [(-level[node], node) for node, count in enumerate(waiting) if not count]
    heapify(ready)
    height = [0] * len(level)  # counted from the bottom layer, which holds `last`
    filled: dict[int, int] = {}
    while ready:
        _, node = heappop(ready)
        if node not in last:
            height[node] = max((height[target] + 1 for target in feeds[node]), default=1)
            while filled.get(height[node], 0) >= most and node not in first:
                height[node] += 1
            filled[height[node]] = filled.get(height[node], 0) + (node not in first)
        for source in fed_by[node]:
            waiting[source] -= 1
            if not waiting[source]:
                heappush(ready, (-level[source], source))
    top = max((height[node] for node in range(len(level)) if node not in first), default=0) + 1
    narrowed = [0 if node in first else top - height[node] for node in range(len(level))]
    lowest = min(narrowed, default=0) if first else 1
    return [value - lowest for value in narrowed]


def _with_bends(
    level: list[int], edges: Sequence[Edge], max_bends: int
) -> tuple[list[int], list[Edge], list[Edge], list[int]]:
    """Add one bend for each node and each layer that its edges pass.

    Returns:
        owner, wires, direct edges (see `Arrangement`) and layer of each node and bend.
    """
    _, targets = neighbors(len(level), edges)
    trunk = {u: max(level[v] for v in ends) - level[u] - 1 for u, ends in enumerate(targets) if ends}
    owner, levels = list(range(len(level))), level.copy()
    wires: list[Edge] = []
    direct: list[Edge] = []
    left = max_bends
    # Short trunks come first, because they need the fewest bends.
    for source in sorted(trunk, key=lambda u: (trunk[u], u)):
        if trunk[source] > left:
            direct += [(source, v) for v in targets[source] if level[v] > level[source] + 1]
            wires += [(source, v) for v in targets[source] if level[v] == level[source] + 1]
            continue
        left -= trunk[source]
        bends = [source, *range(len(levels), len(levels) + trunk[source])]
        levels += range(level[source] + 1, level[source] + trunk[source] + 1)
        owner += [source] * trunk[source]
        wires += pairwise(bends)
        wires += [(bends[level[v] - level[source] - 1], v) for v in targets[source]]
    return owner, wires, direct, levels


@lru_cache(maxsize=64)  # the winners of a search often share wires
def _best_order(levels: Sequence[int], wires: Sequence[Edge], nodes: int) -> list[list[int]]:
    """Return the order with the fewest crossings that the sweeps find; small graphs are tried from two initial orders."""
    above, below = neighbors(len(levels), wires)
    best: list[list[int]] = []
    fewest = -1
    small = len(levels) <= _EXCHANGE_UP_TO
    starts = [_depth_first_order(levels, below, nodes), list(range(len(levels)))]
    for start in starts if small else starts[:1]:
        layers: list[list[int]] = [[] for _ in range(max(levels, default=-1) + 1)]
        for node in start:
            layers[levels[node]].append(node)
        for sweep in range((_SWEEPS if small else _FEW_SWEEPS) + 1):
            if sweep:
                _sweep(layers, above, below, downwards=sweep % 2 == 1)
                if small:
                    _exchange(layers, above, below)
            count = _crossings(layers, below)
            if fewest < 0 or count < fewest:
                fewest, best = count, [layer.copy() for layer in layers]
            if not count:
                return best
    return best


def _depth_first_order(levels: Sequence[int], below: Neighbors, nodes: int) -> list[int]:
    """Return a depth-first order from the top, which puts connected nodes side by side."""
    seen: set[int] = set()
    order: list[int] = []
    for start in sorted(range(nodes), key=lambda node: (levels[node], node)):
        stack = [start]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                order.append(node)
                stack.extend(reversed(below[node]))
    return order


def _sweep(layers: list[list[int]], above: Neighbors, below: Neighbors, *, downwards: bool) -> None:
    """Sort every layer by the mean position of each node's neighbors in the layer sorted before it."""
    ordered = layers if downwards else layers[::-1]
    before = above if downwards else below
    for fixed, layer in pairwise(ordered):
        place = {node: at for at, node in enumerate(fixed)}
        keys: dict[int, float] = {}
        for at, node in enumerate(layer):
            known = [place[other] for other in before[node]]
            keys[node] = sum(known) / len(known) if known else at * len(fixed) / len(layer)
        layer.sort(key=keys.__getitem__)


def _exchange(layers: list[list[int]], above: Neighbors, below: Neighbors) -> None:
    """Swap neighbors in a layer while that removes crossings, in at most 8 passes."""
    for _ in range(8):
        place = {node: at for layer in layers for at, node in enumerate(layer)}
        changed = False
        for layer in layers:
            for at in range(len(layer) - 1):
                left, right = layer[at], layer[at + 1]
                removed = 0
                for side in (above, below):
                    a = [place[other] for other in side[left]]
                    b = [place[other] for other in side[right]]
                    removed += sum((p > q) - (p < q) for p in a for q in b)
                if removed > 0:
                    layer[at], layer[at + 1] = right, left
                    place[left], place[right] = at + 1, at
                    changed = True
        if not changed:
            return


def _crossings(layers: list[list[int]], below: Neighbors) -> int:
    """Count the pairs of wires that cross, by counting inversions."""
    count = 0
    for upper, lower in pairwise(layers):
        place = {node: at for at, node in enumerate(lower)}
        ends: list[int] = []
        for node in upper:
            new = [place[other] for other in below[node]]
            count += sum(len(ends) - bisect_right(ends, end) for end in new)
            for end in new:
                insort(ends, end)
    return count
