"""Encoder of many four-node cells (`edge_cell.py`) directly as arrays.

Apart from `none`, all cells have the same nodes and edges, so that the arrays repeat one template with different kinds of nodes on
the edges. Parameters and FLOPs are sums over the edges of the cost that each operator adds. The added costs are measured on about
30 documents, so that only `nasport.runtime.costs` counts costs. Reachable costs are the sums over the edges on a path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs import ReachableCosts
from nasport.runtime.costs.skeleton import NetworkCost, network_cost
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind, raw_graph
from nasport.toolkit.notations.edge_cell import EDGES, edge_cell

NONE = "none"


class EdgeCellEncoder:
    """Encoder of four-node cells from operator codes.

    Args:
        keys: operator keys, including `none`; a code is an index into them.
        architecture: function that returns the document of six operator keys in the order of `EDGES`.
    """

    def __init__(self, keys: Sequence[str], architecture: Callable[[tuple[str, ...]], Architecture]) -> None:
        graphs = [raw_graph(architecture((key,) * len(EDGES))) for key in keys if key != NONE]
        self.kinds: tuple[NodeKind, ...] = (
            *graphs[0].kinds[:1],
            *dict.fromkeys(graph.kinds[1] for graph in graphs),
            *graphs[0].kinds[-1:],
        )
        # A masked node has kind 0.
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
        """Encode cells as arrays.

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
        reachable = self._reachable_costs(added, codes != self.none)
        return EncodedBatch(tuple(names), graphs, tuple(parameters), tuple(flops), reachable)

    def _reachable_costs(self, added: NDArray[np.int64], present: NDArray[np.bool_]) -> ReachableCosts:
        """Return the costs of the edges on a path.

        Args:
            added: (B, 6, 2 + L) costs that the operators add.
            present: (B, 6) edges with an operator other than `none`.
        """
        on_path = _on_path(present)
        counts = ((added * on_path[:, :, None]).sum(axis=1) + self.base).T.astype(np.float64)
        levels = list(zip(self.resolutions, counts[2:], strict=True))
        return ReachableCosts.of(counts[0], counts[1], levels, self.around)


def _on_path(present: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the (B, 6) edges on a path from node 0 to node 3, from the (B, 6) edges that are present."""
    ones = np.ones(len(present), np.bool_)
    after_input, before_output = [ones, ~ones, ~ones, ~ones], [~ones, ~ones, ~ones, ones]
    for edge, (source, target) in enumerate(EDGES):
        after_input[target] = after_input[target] | (after_input[source] & present[:, edge])
    for edge, (source, target) in reversed(list(enumerate(EDGES))):
        before_output[source] = before_output[source] | (before_output[target] & present[:, edge])
    on_path = [after_input[source] & before_output[target] for source, target in EDGES]
    return present & np.stack(on_path, axis=1)


def _template() -> NDArray[np.int32]:
    """Return the (8, 8) adjacency matrix of the cell: 1 if the row's node reads the column's node."""
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
    """Return the costs of the network of empty cells, and the costs that each operator adds on each edge.

    Costs are parameters, FLOPs and the parameters at each of L resolutions, highest resolution first.

    Returns:
        (2 + L,) costs of the empty network, and (6, K, 2 + L) added costs of K operators.
    """

    def cost(operators: tuple[str, ...]) -> NDArray[np.int64]:
        network = network_cost(architecture(operators))
        levels = [network.levels[positions] for positions in _finest_first(network)]
        return np.array([network.cost.parameters, network.cost.flops, *levels], np.int64)

    empty = (NONE,) * len(EDGES)
    table = [[cost((*empty[:edge], key, *empty[edge + 1 :])) for key in keys] for edge in range(len(EDGES))]
    return cost(empty), np.array(table) - cost(empty)
