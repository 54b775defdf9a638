"""Many cells of four nodes straight to arrays.

All of them have the same nodes and edges but for `none`, so the arrays are one template, repeated, with another kind of
node on each edge. Parameters and FLOPs are sums over the edges of what one operator there adds, taken from the costs of
some 30 documents, so that nothing is counted in two places. Live costs are the same sums over the edges on a path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs import LiveCosts
from nasport.runtime.costs.skeleton import NetworkCost, network_cost
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind, raw_graph
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
        self.base, self.costs = _added_costs(keys, architecture)
        empty = network_cost(architecture((NONE,) * len(EDGES)))
        self.resolutions = [float(positions) for positions in _finest_first(empty)]
        self.around = (float(empty.layers), float(empty.width), float(empty.positions))

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
        added = self.costs[np.arange(len(EDGES)), codes]
        parameters, flops = (added[:, :, :2].sum(axis=1) + self.base[:2]).T.tolist()
        graphs = GraphBatch(self.kinds, index, labels, mask, (self.skeleton,) * count)
        live = self._live(added, codes != self.none)
        return EncodedBatch(tuple(names), graphs, tuple(parameters), tuple(flops), live)

    def _live(self, added: NDArray[np.int64], there: NDArray[np.bool_]) -> LiveCosts:
        kept = _on_path(there)
        counts = ((added * kept[:, :, None]).sum(axis=1) + self.base).T.astype(np.float64)
        levels = list(zip(self.resolutions, counts[2:], strict=True))
        return LiveCosts.of(counts[0], counts[1], levels, self.around)


def _on_path(there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(B, 6): the edges on a path from node 0 to node 3, of those that are there."""
    ones = np.ones(len(there), np.bool_)
    reached, reaching = [ones, ~ones, ~ones, ~ones], [~ones, ~ones, ~ones, ones]
    for edge, (source, target) in enumerate(EDGES):
        reached[target] = reached[target] | (reached[source] & there[:, edge])
    for edge, (source, target) in reversed(list(enumerate(EDGES))):
        reaching[source] = reaching[source] | (reaching[target] & there[:, edge])
    kept = [reached[source] & reaching[target] for source, target in EDGES]
    return there & np.stack(kept, axis=1)


def _template() -> NDArray[np.int32]:
    """(8, 8): how the nodes of the cell feed each other."""
    cell = edge_cell([NONE] * len(EDGES))
    place = {node.id: position for position, node in enumerate(cell.nodes)}
    labels = np.zeros((len(place), len(place)), np.int32)
    for node in cell.nodes:
        for source in node.inputs:
            labels[place[node.id], place[source]] = 1
    return labels


def _finest_first(network: NetworkCost) -> list[int]:
    return sorted(network.levels, reverse=True)


def _added_costs(
    keys: Sequence[str], architecture: Callable[[tuple[str, ...]], Architecture]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(2 + L,) costs of the empty cell's network, and (6, K, 2 + L) what an operator on an edge adds to them.

    Costs are parameters, FLOPs and the parameters at each of the L resolutions, the finest first.
    """

    def cost(operators: tuple[str, ...]) -> NDArray[np.int64]:
        found = network_cost(architecture(operators))
        levels = [found.levels[positions] for positions in _finest_first(found)]
        return np.array([found.cost.parameters, found.cost.flops, *levels], np.int64)

    empty = (NONE,) * len(EDGES)
    table = [[cost((*empty[:edge], key, *empty[edge + 1 :])) for key in keys] for edge in range(len(EDGES))]
    return cost(empty), np.array(table) - cost(empty)
