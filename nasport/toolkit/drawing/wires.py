"""Wires of a cell, for pictures and for text: the graph, the ends of the wires, and which wires are reachable."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nasport.toolkit.drawing.coordinates import Edge
from nasport.toolkit.drawing.layout import Arrangement
from nasport.toolkit.drawing.pieces import Panel


def graph_of(panel: Panel) -> tuple[list[Edge], set[int], set[int]]:
    """Return the edges of a cell, its inputs (top layer) and its outputs (bottom layer), as arguments of `arrange`."""
    kinds = [box.kind for box in panel.boxes]
    inputs, outputs = ({at for at, kind in enumerate(kinds) if kind == end} for end in ("input", "output"))
    return [(link.source, link.target) for link in panel.links], inputs, outputs


def wire_ends(
    arrangement: Arrangement, x: Sequence[float], spacing: Callable[[int, int], float]
) -> dict[Edge, float]:
    """Return the x at which each wire ends.

    The ends at one node are spread around its center, in the order of the wires' beginnings.

    Args:
        arrangement: layout of a cell.
        x: center of every node and bend.
        spacing: function that returns the distance between two ends, given the node and the number of its ends.
    """
    sources: dict[int, list[int]] = {}
    for upper, lower in arrangement.wires:
        sources.setdefault(lower, []).append(upper)
    ends = {}
    for lower, uppers in sources.items():
        uppers.sort(key=x.__getitem__)
        step = spacing(lower, len(uppers))
        for at, upper in enumerate(uppers):
            ends[upper, lower] = x[lower] + (at - (len(uppers) - 1) / 2) * step
    return ends


def reachable_wires(panel: Panel, arrangement: Arrangement) -> dict[Edge, bool]:
    """Return whether each wire is reachable, that is, leads from one reachable box to another.

    A wire into a bend is reachable if any wire below that bend is reachable.
    """
    boxes = panel.boxes
    reached = [not box.pale for box in boxes] + [False] * (len(arrangement.x) - len(boxes))
    layer_of = {node: at for at, layer in enumerate(arrangement.layers) for node in layer}
    reachable: dict[Edge, bool] = {}
    for upper, lower in sorted(arrangement.wires, key=lambda wire: -layer_of[wire[1]]):
        reachable[upper, lower] = reached[lower] and not boxes[arrangement.owner[upper]].pale
        if upper >= len(boxes) and reachable[upper, lower]:
            reached[upper] = True
    return reachable
