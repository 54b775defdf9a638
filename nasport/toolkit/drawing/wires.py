"""The lines of a cell: where they lead, where they end, which carry something; for pictures and for characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nasport.toolkit.drawing.coordinates import Edge
from nasport.toolkit.drawing.layout import Arrangement
from nasport.toolkit.drawing.pieces import Panel


def graph_of(panel: Panel) -> tuple[list[Edge], set[int], set[int]]:
    """The edges of a cell, its inputs and its outputs, which stand on top and at the bottom; see `arrange`."""
    kinds = [box.kind for box in panel.boxes]
    inputs, outputs = ({at for at, kind in enumerate(kinds) if kind == end} for end in ("input", "output"))
    return [(link.source, link.target) for link in panel.links], inputs, outputs


def wire_ends(
    arrangement: Arrangement, x: Sequence[float], apart: Callable[[int, int], float]
) -> dict[Edge, float]:
    """The x at which each wire ends: those of one node spread around its middle, in the order of where they come from.

    Args:
        arrangement: of a cell.
        x: middle of every node and bend.
        apart: the distance between two ends, given the node and how many end there.
    """
    coming: dict[int, list[int]] = {}
    for upper, lower in arrangement.wires:
        coming.setdefault(lower, []).append(upper)
    ends = {}
    for lower, uppers in coming.items():
        uppers.sort(key=x.__getitem__)
        step = apart(lower, len(uppers))
        for at, upper in enumerate(uppers):
            ends[upper, lower] = x[lower] + (at - (len(uppers) - 1) / 2) * step
    return ends


def live_wires(panel: Panel, arrangement: Arrangement) -> dict[Edge, bool]:
    """Whether a wire carries something to a box that is not pale, itself or through the bends below it."""
    boxes = panel.boxes
    lively = [not box.pale for box in boxes] + [False] * (len(arrangement.x) - len(boxes))
    layer_of = {node: at for at, layer in enumerate(arrangement.layers) for node in layer}
    live: dict[Edge, bool] = {}
    for upper, lower in sorted(arrangement.wires, key=lambda wire: -layer_of[wire[1]]):
        live[upper, lower] = lively[lower] and not boxes[arrangement.owner[upper]].pale
        if upper >= len(boxes) and live[upper, lower]:
            lively[upper] = True
    return live
