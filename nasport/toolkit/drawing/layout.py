"""Layered layout of a directed acyclic graph: which layer, which order, which place.

The method of Sugiyama, Tagawa and Toda (1981). Layers by longest paths, as late as possible, so that an operator
stands next to what it feeds. Edges over several layers get a bend in each layer between, so that no edge runs through
a node; the edges of one node share their bends, like the branches of one trunk. Orders by barycentre sweeps and
exchanges of neighbors, the fewest crossings kept. Places in `coordinates.py`. Nothing is random, and the work is
bounded: what would need too many bends is left to be drawn straight.
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
_EXCHANGE_UP_TO = 250  # nodes and bends; beyond, exchanging neighbors costs more than it shows
_SWEEPS = 12
_FEW_SWEEPS = 4  # of graphs too large for exchanges


@dataclass(frozen=True)
class Arrangement:
    """Where everything stands. Nodes are 0 .. n-1 as given, bends are n and above.

    Attributes:
        layers: nodes and bends of each layer, left to right, the first layer on top.
        x: center of every node and bend; the leftmost border is 0.
        width: of the whole.
        wires: (upper, lower) in neighboring layers, each once, whichever edges run through it.
        direct: edges without bends over more than one layer.
        owner: of every node and bend, the node from which its wires come.
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
    most: int | None = None,
) -> Arrangement:
    """Arrange a graph.

    Args:
        widths: of the nodes.
        edges: distinct (source, target) pairs without a cycle.
        first: nodes without inputs that belong into the top layer.
        last: nodes without outputs that belong into the bottom layer.
        gap: least space between neighbors of a layer.
        bend_width: space for a line that passes a layer.
        max_bends: most bends there may be.
        most: most nodes in a layer, except the `first` and the `last` ones; None: as the longest paths have it.
    """
    level = _levels(len(widths), edges, set(first), set(last))
    if most is not None:
        level = _narrowed(level, edges, set(first), set(last), most)
    owner, wires, direct, levels = _with_bends(level, edges, max_bends)
    layers = _best_order(tuple(levels), tuple(wires), len(widths))
    sizes = [*widths, *[bend_width] * (len(levels) - len(widths))]
    x, width = centers(layers, wires, sizes, gap=gap, first_bend=len(widths))
    return Arrangement(
        tuple(tuple(layer) for layer in layers), tuple(x), width, tuple(wires), tuple(direct), tuple(owner)
    )


def topological(count: int, edges: Sequence[Edge]) -> list[int]:
    """The nodes 0 .. count-1, sources first; the nodes of a cycle are left out."""
    sources, targets = neighbors(count, edges)
    waiting = [len(fed) for fed in sources]
    order = [node for node in range(count) if not waiting[node]]
    for node in order:  # grows while it is walked
        for target in targets[node]:
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    return order


def _levels(count: int, edges: Sequence[Edge], first: set[int], last: set[int]) -> list[int]:
    """The layer of every node: as low as what it feeds allows; dead ends as high as what feeds them allows."""
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
    """Layers of at most `most` nodes, filled from the bottom (Coffman and Graham's way), the lowest nodes first."""
    fed_by, feeds = neighbors(len(level), edges)
    waiting = [len(fed) for fed in feeds]
    ready = [(-level[node], node) for node, count in enumerate(waiting) if not count]
    heapify(ready)
    height = [0] * len(level)  # from the bottom, where the `last` ones stand
    there: dict[int, int] = {}
    while ready:
        _, node = heappop(ready)
        if node not in last:
            height[node] = max((height[target] + 1 for target in feeds[node]), default=1)
            while there.get(height[node], 0) >= most and node not in first:
                height[node] += 1
            there[height[node]] = there.get(height[node], 0) + (node not in first)
        for source in fed_by[node]:
            waiting[source] -= 1
            if not waiting[source]:
                heappush(ready, (-level[source], source))
    top = max((height[node] for node in range(len(level)) if node not in first), default=0) + 1
    found = [0 if node in first else top - height[node] for node in range(len(level))]
    lowest = min(found, default=0) if first else 1
    return [value - lowest for value in found]


def _with_bends(
    level: list[int], edges: Sequence[Edge], max_bends: int
) -> tuple[list[int], list[Edge], list[Edge], list[int]]:
    """Owners, wires, unrouted edges and layers, with one bend for each node and each layer that its edges pass."""
    _, targets = neighbors(len(level), edges)
    trunk = {u: max(level[v] for v in fed) - level[u] - 1 for u, fed in enumerate(targets) if fed}
    owner, levels = list(range(len(level))), level.copy()
    wires: list[Edge] = []
    direct: list[Edge] = []
    left = max_bends
    for source in sorted(trunk, key=lambda u: (trunk[u], u)):  # short ones first, they gain most
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


@lru_cache(maxsize=64)  # cells of winners differ in operators more often than in wires
def _best_order(levels: Sequence[int], wires: Sequence[Edge], nodes: int) -> list[list[int]]:
    """The order with the fewest crossings among those met on sweeps, of small graphs from two beginnings."""
    above, below = neighbors(len(levels), wires)
    best: list[list[int]] = []
    fewest = -1
    small = len(levels) <= _EXCHANGE_UP_TO
    starts = [_walk_order(levels, below, nodes), list(range(len(levels)))]
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


def _walk_order(levels: Sequence[int], below: Neighbors, nodes: int) -> list[int]:
    """Depth first from the top, so that what belongs together begins side by side."""
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
    """Sort every layer by the mean place of its neighbors in the layer that was sorted before."""
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
    """Swap neighbors of a layer as long as that removes crossings."""
    for _ in range(8):
        place = {node: at for layer in layers for at, node in enumerate(layer)}
        changed = False
        for layer in layers:
            for at in range(len(layer) - 1):
                left, right = layer[at], layer[at + 1]
                gained = 0
                for side in (above, below):
                    a = [place[other] for other in side[left]]
                    b = [place[other] for other in side[right]]
                    gained += sum((p > q) - (p < q) for p in a for q in b)
                if gained > 0:
                    layer[at], layer[at + 1] = right, left
                    place[left], place[right] = at + 1, at
                    changed = True
        if not changed:
            return


def _crossings(layers: list[list[int]], below: Neighbors) -> int:
    """Pairs of wires that cross, by counting inversions."""
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
