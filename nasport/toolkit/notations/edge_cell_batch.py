"""Many cells of four nodes straight to arrays.

All of them have the same nodes and edges but for `none`, so the arrays are one template, repeated, with another kind of
node on each edge. Parameters and FLOPs are sums over the edges of what one operator there adds, taken from the costs of
31 documents, so that nothing is counted in two places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs import costs
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs import GraphBatch, NodeKind, raw_graph
from nasport.toolkit.notations.edge_cell import EDGES, edge_cell

NONE = "none"


class EdgeCellEncoder:
    """Encodes cells of four nodes given as codes.

    Args:
        keys: operator keys; a code is an index into them. `none` is one of them.
        architecture: the document with these six operators, in the order of `EDGES`, in its skeleton.
    """

    def __init__(self, keys: Sequence[str], architecture: Callable[[tuple[str, ...]], Architecture]) -> None:
        graphs = [raw_graph(architecture((key,) * len(EDGES))) for key in keys if key != NONE]
        self.kinds: tuple[NodeKind, ...] = (
            *graphs[0].kinds[:1],
            *dict.fromkeys(graph.kinds[1] for graph in graphs),
            *graphs[0].kinds[-1:],
        )
        # A node that is masked out has kind 0.
        self.kind_of_code = np.array(
            [0 if key == NONE else 1 + [k for k in keys if k != NONE].index(key) for key in keys], np.int64
        )
        self.none = list(keys).index(NONE)
        self.skeleton = graphs[0].skeleton
        self.labels = _template()
        self.costs, self.base = _added_costs(keys, architecture)

    def encode(self, names: Sequence[str], codes: NDArray[np.int64]) -> EncodedBatch:
        """Cells to arrays.

        Args:
            names: B names.
            codes: (B, 6) indices into the keys, in the order of `EDGES`.
        """
        count = len(codes)
        index = np.zeros((count, len(EDGES) + 2), np.int64)
        index[:, 1:-1] = self.kind_of_code[codes]
        index[:, -1] = len(self.kinds) - 1
        mask = np.ones(index.shape, np.bool_)
        mask[:, 1:-1] = codes != self.none
        labels = np.where(mask[:, :, None] & mask[:, None, :], self.labels, np.int32(0))
        added = self.costs[np.arange(len(EDGES)), codes].sum(axis=1) + self.base
        parameters, flops = added.T.tolist()
        graphs = GraphBatch(self.kinds, index, labels, mask, (self.skeleton,) * count)
        return EncodedBatch(tuple(names), graphs, tuple(parameters), tuple(flops))


def _template() -> NDArray[np.int32]:
    """(8, 8): how the nodes of the cell feed each other."""
    cell = edge_cell([NONE] * len(EDGES))
    place = {node.id: position for position, node in enumerate(cell.nodes)}
    labels = np.zeros((len(place), len(place)), np.int32)
    for node in cell.nodes:
        for source in node.inputs:
            labels[place[node.id], place[source]] = 1
    return labels


def _added_costs(
    keys: Sequence[str], architecture: Callable[[tuple[str, ...]], Architecture]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(6, K, 2) parameters and FLOPs that an operator on an edge adds to (2,) those of the empty cell."""

    def cost(operators: tuple[str, ...]) -> tuple[int, int]:
        found = costs(architecture(operators))
        assert found is not None, "the costs of these operators are known"
        return found.parameters, found.flops

    empty = (NONE,) * len(EDGES)
    table = [[cost((*empty[:edge], key, *empty[edge + 1 :])) for key in keys] for edge in range(len(EDGES))]
    base = np.array(cost(empty), np.int64)
    return np.array(table, np.int64) - base, base
