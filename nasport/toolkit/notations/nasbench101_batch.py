"""Encoder of many NAS-Bench-101 lines directly as arrays, without documents.

Lines are grouped by their number of vertices, and the bits and digits of a group are read as one block of characters. Channels of
the vertices, parameters, FLOPs and reachable costs are counted for the whole group in the same way as `nasport.runtime.costs` counts
them for one document. The costs of the layers outside the cells come from one document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs import ReachableCosts
from nasport.runtime.costs.skeleton import network_cost
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.document_graph import GraphBatch, raw_graph
from nasport.schemas.graphs.wiring import JOIN_STEP, JOINS
from nasport.toolkit.notations.nasbench101_cell import MAX_EDGES, MAX_VERTICES, OPERATORS, Module

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Width, number of positions, and sum of the input channels of the three cells of each stack.
STACKS = ((128, 32 * 32, 128 * 3), (256, 16 * 16, 128 + 256 * 2), (512, 8 * 8, 256 + 512 * 2))
CELLS_PER_STACK = 3
# Number of weights of each operator per pair of input and output channels.
KERNELS = np.array([9, 1, 0], np.int64)

_is_hash = re.compile("[0-9a-f]{32}").fullmatch


class ModuleEncoder:
    """Encoder of lines.

    Args:
        document: document of the example.
        example: cell that is the chain of the three operators in their order.
    """

    def __init__(self, document: Architecture, example: Module) -> None:
        graph = raw_graph(document)
        self.kinds = graph.kinds  # input, the three operators, output
        self.skeleton = graph.skeleton
        network = network_cost(document)
        levels = [network.levels[positions] for _, positions, _ in STACKS]
        edges, operators = np.array([example.edges], np.bool_), np.array([example.operators], np.int64)
        cells = _reachable_counts(edges, operators, np.zeros(1, np.int64))[0]
        self.network = (float(network.layers), float(network.width), float(network.positions))
        # Costs of the network without its cells: parameters, FLOPs, and the parameters at the resolution of each stack.
        self.around: Ints = np.array([network.cost.parameters, network.cost.flops, *levels], np.int64) - cells

    def encode(self, texts: Sequence[str]) -> EncodedBatch | None:
        """Encode lines as arrays; None if a line is invalid or outside NAS-Bench-101."""
        names: list[str] = []
        groups: dict[str, tuple[list[int], list[str], list[str]]] = {
            str(size): ([], [], []) for size in range(2, MAX_VERTICES + 1)
        }
        for row, text in enumerate(texts):
            fields = text.split()
            if fields and _is_hash(fields[0]):
                names.append(fields.pop(0))
            else:
                names.append(" ".join(fields))
            if len(fields) == 2:
                fields.append("")
            if len(fields) != 3 or fields[0] not in groups:
                return None
            rows, bits, ops = groups[fields[0]]
            rows.append(row)
            bits.append(fields[1])
            ops.append(fields[2])
        return self._arrays(names, {int(size): group for size, group in groups.items() if group[0]})

    def _arrays(
        self, names: Sequence[str], groups: dict[int, tuple[list[int], list[str], list[str]]]
    ) -> EncodedBatch | None:
        """Return the arrays of lines, given by number of vertices as (rows, bits, operator digits)."""
        count, width = len(names), max(groups, default=0)
        index = np.zeros((count, width), np.int64)
        labels = np.zeros((count, width, width), np.int32)
        mask = np.zeros((count, width), np.bool_)
        costs = np.zeros((count, 2), np.int64)
        reachable = np.zeros((count, len(self.around)), np.int64)
        for size, (places, bits, ops) in groups.items():
            rows = np.array(places)
            number: dict[str, int] = {}
            which = np.array([number.setdefault(text, len(number)) for text in bits])
            digits = _block(list(number), size * (size - 1) // 2, 2)
            operators = _block(ops, size - 2, len(OPERATORS))
            if digits is None or operators is None:
                return None
            edges = np.zeros((len(number), size, size), np.bool_)
            edges[:, *np.triu_indices(size, 1)] = digits
            pruned = _pruned(edges)
            count_edges = pruned.sum(axis=(1, 2))
            if (count_edges < 1).any() or (count_edges > MAX_EDGES).any():
                return None
            index[rows, 1 : size - 1] = operators + 1
            index[rows, size - 1] = len(self.kinds) - 1
            labels[rows, :size, :size] = _labels(edges)[which]
            mask[rows, :size] = True
            costs[rows] = self.around[:2] + cell_costs(pruned, operators, which)
            reachable[rows] = self.around + _reachable_counts(pruned, operators, which)
        parameters, flops = costs.T.tolist()
        graphs = GraphBatch(self.kinds, index, labels, mask, (self.skeleton,) * count)
        counts = reachable.T.astype(np.float64)
        levels = [
            (float(positions), count) for (_, positions, _), count in zip(STACKS, counts[2:], strict=True)
        ]
        reachable_costs = ReachableCosts.of(counts[0], counts[1], levels, self.network)
        return EncodedBatch(tuple(names), graphs, tuple(parameters), tuple(flops), reachable_costs)


def cell_costs(edges: Bools, operators: Ints, which: Ints) -> Ints:
    """Return the (B, 2) parameters and FLOPs of all nine cells of each network.

    Args:
        edges: (U, n, n) edges of U different pruned graphs; `edges[u, s, t]` is True if vertex t reads vertex s.
        operators: (B, n - 2) indices into `OPERATORS`; those of pruned vertices have no effect.
        which: (B,) indices of the networks' graphs in `edges`.
    """
    used = edges[:, 1:-1].any(axis=2)
    added = np.zeros((*used.shape, len(KERNELS), 2), np.int64)  # costs that each operator adds on each vertex
    around = np.zeros((len(edges), 2), np.int64)
    for width, positions, inputs in STACKS:
        channels = _channels(edges, width)
        weights = CELLS_PER_STACK * channels[:, :, None] ** 2 * KERNELS
        normalized = (channels * used)[:, :, None] * (KERNELS > 0)
        projected = (edges[:, 0, 1:-1] * channels).sum(axis=1) + edges[:, 0, -1] * width
        added[..., 0] += weights + 2 * CELLS_PER_STACK * normalized
        added[..., 1] += weights * positions
        around[:, 0] += projected * inputs + 2 * CELLS_PER_STACK * projected
        around[:, 1] += projected * inputs * positions
    return np.asarray(added[which[:, None], np.arange(used.shape[1]), operators].sum(axis=1) + around[which])


def _reachable_counts(edges: Bools, operators: Ints, which: Ints) -> Ints:
    """Return the (B, 5) parameters and FLOPs of all nine cells and the parameters of each stack, with evenly split channels.

    The counts follow the even split in `nasport.runtime.costs.cells.place_cell`: the weighted mean, rounded to an integer, of the
    cell whose vertices all have the smaller number of channels and of the cell whose vertices all have the larger number.

    Args:
        edges: (U, n, n) edges as in `cell_costs`.
        operators: (B, n - 2) operators as in `cell_costs`.
        which: (B,) indices as in `cell_costs`.
    """
    used = np.asarray(edges[:, 1:-1].any(axis=2))
    kernels = KERNELS[operators] * used[which]
    squares, normalized = kernels.sum(axis=1), (kernels > 0).sum(axis=1)
    projected, direct = edges[:, 0, 1:-1].sum(axis=1)[which], edges[:, 0, -1].astype(np.int64)[which]
    parts = np.maximum(edges[:, 1:-1, -1].sum(axis=1), 1)[which]
    result = np.zeros((2 + len(STACKS), len(which)), np.int64)
    for stack, (width, positions, all_inputs) in enumerate(STACKS):
        narrow, wider = width // parts, width % parts
        # Sums over `parts` cells; the vertices of `wider` of them have `narrow` + 1 channels, the others `narrow`.
        channels = width
        channels_squared = narrow**2 * parts + (2 * narrow + 1) * wider
        entering = projected * channels + direct * width * parts
        scales_and_biases = 2 * (normalized * channels + entering)
        others = CELLS_PER_STACK - 1
        for inputs, cells in ((all_inputs - others * width, 1), (width, others)):
            weights = squares * channels_squared + entering * inputs
            parameters = cells * ((weights + scales_and_biases + parts // 2) // parts)
            result[0] += parameters
            result[1] += cells * ((weights * positions + parts // 2) // parts)
            result[2 + stack] += parameters
    return result.T


def _channels(edges: Bools, width: int) -> Ints:
    """Return the (U, n - 2) channels of the vertices between input and output, 0 for pruned vertices."""
    inner = edges[:, 1:-1, 1:-1]
    concatenated = edges[:, 1:-1, -1]
    parts = np.maximum(concatenated.sum(axis=1, keepdims=True), 1)
    more = np.cumsum(concatenated, axis=1) <= width % parts
    channels: Ints = np.where(concatenated, width // parts + more, 0)
    for v in range(channels.shape[1] - 2, -1, -1):
        widest = (inner[:, v, v + 1 :] * channels[:, v + 1 :]).max(axis=1)
        channels[:, v] = np.where(concatenated[:, v], channels[:, v], widest)
    return channels


def _pruned(edges: Bools) -> Bools:
    """Remove the edges of vertices that are not on a path from input to output."""
    size = edges.shape[1]
    after_input = np.zeros(edges.shape[:2], np.bool_)
    before_output = np.zeros(edges.shape[:2], np.bool_)
    after_input[:, 0] = before_output[:, -1] = True
    for v in range(1, size):
        after_input[:, v] = (edges[:, :v, v] & after_input[:, :v]).any(axis=1)
    for u in range(size - 2, -1, -1):
        before_output[:, u] = (edges[:, u, u + 1 :] & before_output[:, u + 1 :]).any(axis=1)
    on_path = after_input & before_output
    return np.asarray(edges & on_path[:, :, None] & on_path[:, None, :])


def _labels(edges: Bools) -> NDArray[np.int32]:
    """Return the (U, n, n) edge labels, [u, target, source]; an output with several inputs concatenates them."""
    labels = edges.transpose(0, 2, 1).astype(np.int32)
    several = labels[:, -1].sum(axis=1, keepdims=True) > 1
    labels[:, -1] += np.where(several, labels[:, -1] * (JOINS["concat"] * JOIN_STEP), 0).astype(np.int32)
    return labels


def _block(texts: Sequence[str], length: int, base: int) -> Ints | None:
    """Return the (B, length) digits of B texts; None if a text has another length or another character.

    Args:
        texts: B texts.
        length: number of digits of each text.
        base: number of allowed digits, from 0.
    """
    if {length} != set(map(len, texts)):
        return None
    try:
        characters = np.frombuffer("".join(texts).encode("ascii"), np.uint8)
    except UnicodeEncodeError:
        return None
    digits = characters.reshape(len(texts), length).astype(np.int64) - ord("0")
    return digits if ((digits >= 0) & (digits < base)).all() else None
