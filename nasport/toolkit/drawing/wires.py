"""A cell's arrangement, and which of its lines carry something; the same for pictures and for characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nasport.toolkit.drawing.coordinates import Edge
from nasport.toolkit.drawing.layout import MAX_BENDS, Arrangement, arrange
from nasport.toolkit.drawing.pieces import Panel


def arranged(
    panel: Panel,
    widths: Sequence[float],
    *,
    gap: float,
    bend_width: float,
    max_bends: int = MAX_BENDS,
    most: int | None = None,
) -> Arrangement:
    """The layered layout of a cell, inputs on top and outputs at the bottom. Arguments as of `arrange`."""
    return arrange(
        widths,
        [(link.source, link.target) for link in panel.links],
        first={at for at, box in enumerate(panel.boxes) if box.kind == "input"},
        last={at for at, box in enumerate(panel.boxes) if box.kind == "output"},
        gap=gap,
        bend_width=bend_width,
        max_bends=max_bends,
        most=most,
    )


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
