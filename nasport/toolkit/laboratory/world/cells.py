"""Random spaces of cells: free graphs (NAS-Bench-101), operators on edges (NAS-Bench-201, TransNAS), pairs (DARTS, ENAS).

Each function draws the document of one space, without the keys that all documents have.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from nasport.toolkit.laboratory.world.draw import Draw, Json
from nasport.toolkit.laboratory.world.skeletons import cell_skeleton

NORMAL, REDUCTION = "normal", "reduction"
CONVOLUTIONS = (
    "nor_conv_3x3",
    "nor_conv_1x1",
    "conv_5x5",
    "conv_7x7",
    "conv_3x1_1x3",
    "conv_7x1_1x7",
    "conv_9x9",
)
LIGHT = (
    "sep_conv_3x3",
    "sep_conv_5x5",
    "sep_conv_7x7",
    "sep_conv_9x9",
    "dil_conv_3x3",
    "dil_conv_5x5",
    "dil_conv_7x7",
    "dil_sep_conv_3x3",
    "dw_conv_3x3",
    "dw_conv_5x5",
    "dw_conv_7x7",
)
GROUPED = ("group_conv_3x3_g2", "group_conv_3x3_g4")
BLOCKS = ("mb_3x3_e1", "mb_3x3_e3", "mb_5x5_e3", "res_bottleneck_block", "convnext_block")
POOLINGS = ("avg_pool_3x3", "max_pool_3x3", "avg_pool_5x5", "max_pool_5x5", "avg_pool_7x7")
POINTWISE = (
    "squeeze_excitation",
    "feed_forward_e2",
    "gated_linear_unit",
    "batch_norm",
    "layer_norm",
    "relu",
    "gelu",
    "silu",
    "channel_shuffle",
)
SEPARABLE = {"kind": "separable_convolution", "repeats": 1}
APART = {"kind": "convolution", "dilation": 2}
DILATED = {"kind": "dilated_convolution", "dilation": 3}
CROSS = {"kind": "rectangular_convolution"}
OWN: Mapping[str, Json] = {
    "conv 2": {"text": "Convolution 2 by 2", "kind": "convolution", "kernel": 2},
    "conv 4": {"text": "Convolution 4 by 4", "kind": "convolution", "kernel": 4},
    "conv 3 apart 2": {"text": "Convolution 3 by 3 with dilation 2", **APART, "kernel": 3},
    "depthwise 9": {"text": "Depthwise convolution 9 by 9", "kind": "depthwise_convolution", "kernel": 9},
    "separable 3 once": {"text": "Depthwise separable convolution 3 by 3, once", **SEPARABLE, "kernel": 3},
    "separable 5 once": {"text": "Depthwise separable convolution 5 by 5, once", **SEPARABLE, "kernel": 5},
    "dilated 3 apart 3": {"text": "Dilated convolution 3 by 3 with dilation 3", **DILATED, "kernel": 3},
    "cross 5": {"text": "Convolution 5 by 1 followed by convolution 1 by 5", **CROSS, "kernel": 5},
}
"""Operators that are not in the vocabulary, by their keys in documents."""
OWN_SHARE = 0.12
PAIR_OPERATORS = (
    "sep_conv_3x3",
    "sep_conv_5x5",
    "sep_conv_7x7",
    "dil_conv_3x3",
    "dil_conv_5x5",
    "nor_conv_1x1",
    "nor_conv_3x3",
    "conv_7x1_1x7",
    "conv_3x1_1x3",
)


def free_cells(draw: Draw) -> Json:
    """Draw a space of free graphs of up to nine vertices, whose channels are split, stacked or equal."""
    channels, join = draw.one((("split", "concat"), ("same", "sum"), ("stack", "concat")), (0.55, 0.3, 0.15))
    vertices = draw.whole(5, 9)
    operators = _operators(draw, even=channels != "split")
    if draw.chance(0.25):
        operators.append("skip_connect")
    graph = {
        "vertices": {"min": draw.whole(2, 4), "max": vertices},
        "edges": {"max": vertices + draw.whole(1, 4)},
        "operators": operators,
        "join": draw.one(("sum", "mean"), (0.9, 0.1)),
        "output_join": join,
    }
    cell = {"channels": channels, "graph": graph}
    return {"cells": {NORMAL: cell}, **_stated(operators), **cell_skeleton(draw, NORMAL)}


def edge_cells(draw: Draw) -> Json:
    """Draw a space with an operator on every edge between three to five nodes; some spaces leave edges out."""
    nodes = draw.one((3, 4, 5), (0.2, 0.55, 0.25))
    pairs = list(combinations(range(nodes), 2))
    if draw.chance(0.3):
        spare = [pair for pair in pairs if pair[1] > pair[0] + 1]
        left_out = draw.some(spare, 1, max(1, len(spare) // 2))
        pairs = [pair for pair in pairs if pair not in left_out]
    candidates = ["none"] if draw.chance(0.8) else []
    candidates += ["skip_connect"] if draw.chance(0.9) else []
    candidates += _operators(draw, even=True)
    into = {v: [f"{a}->{b}" for a, b in pairs if b == v] or ["input"] for v in range(nodes)}
    edges = [{"id": f"{a}->{b}", "candidates": candidates, "inputs": into[a]} for a, b in pairs]
    output = {"id": "output", "op": "output", "inputs": into[nodes - 1]}
    cell = {"nodes": [{"id": "input", "op": "input"}, *edges, output]}
    return {"cells": {NORMAL: cell}, **_stated(candidates), **cell_skeleton(draw, NORMAL)}


def pair_cells(draw: Draw) -> Json:
    """Draw a space of normal and reduction cells that read the two previous cells.

    A node sums two operators on earlier nodes.
    """
    candidates = ["skip_connect", *draw.some(PAIR_OPERATORS, 2, 5), *draw.some(POOLINGS, 1, 2)]
    candidates += draw.some(list(OWN), 1, 2) if draw.chance(OWN_SHARE) else []
    candidates += ["none"] if draw.chance(0.25) else []
    inputs = ["c_{k-2}", "c_{k-1}"]
    inner = list(map(str, range(2, 2 + draw.one((2, 3, 4, 5), (0.15, 0.25, 0.35, 0.25)))))
    repeat, loose = draw.chance(0.4), draw.chance(0.4)
    nodes: list[Json] = [{"id": name, "op": "input", "role": name} for name in inputs]
    for place, name in enumerate(inner):
        sources = [*inputs, *inner[:place]]
        chosen = {"choose": 2, "from": sources, "repeat": repeat, "candidates": candidates}
        nodes.append({"id": name, "op": "sum", "inputs": chosen})
    ends = {"loose": inner} if loose else inner
    nodes.append({"id": "output", "op": "output", "inputs": ends, "join": "concat"})
    cell: Json = {"channels": "stack", "nodes": nodes}
    cells = {NORMAL: cell, REDUCTION: {**cell, "role": "reduction"}}
    skeleton = cell_skeleton(draw, NORMAL, REDUCTION, stem_factor=3)
    return {"cells": cells, **_stated(candidates), **skeleton}


def _operators(draw: Draw, *, even: bool) -> list[str]:
    """Draw the operators of a space: a few convolutions, sometimes rarer operators, usually a pooling.

    Args:
        draw: random choices of the space.
        even: whether widths are multiples of four, so that operators with groups are possible.
    """
    found = draw.some(CONVOLUTIONS[:2], 1, 2)
    found += draw.some(CONVOLUTIONS[2:], 1, 2) if draw.chance(0.25) else []
    found += draw.some(LIGHT, 1, 3) if draw.chance(0.4) else []
    found += draw.some(list(OWN), 1, 2) if draw.chance(OWN_SHARE) else []
    found += draw.some(POOLINGS, 1, 2) if draw.chance(0.75) else []
    if even:
        found += draw.some(GROUPED, 1, 2) if draw.chance(0.15) else []
        found += draw.some(BLOCKS, 1, 2) if draw.chance(0.15) else []
        found += draw.some(POINTWISE, 1, 2) if draw.chance(0.1) else []
    return found


def _stated(operators: list[str]) -> Json:
    """Return the key `operators` of a document, with the operators that are not in the vocabulary."""
    stated = {key: OWN[key] for key in operators if key in OWN}
    return {"operators": stated} if stated else {}
