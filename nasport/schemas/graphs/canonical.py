"""The canonical form of architectures, which predictors score and from which the hash is computed.

The canonical form drops the nodes that are not reachable and puts the others into a topological order that depends only on
the graph, so isomorphic documents give equal arrays. A whole batch is processed together: colors are refined by the colors
of the neighbors (Weisfeiler and Leman) in 64-bit arithmetic, and nodes are sorted by depth and color. Graphs of up to 64
nodes whose nodes still share colors are then ordered one at a time (`exact_order.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.document_graph import INPUT, OUTPUT, GraphBatch, raw_graph, stack
from nasport.schemas.graphs.exact_order import exact_order
from nasport.schemas.graphs.wiring import JOIN_STEP, ORDERED

Colors = NDArray[np.uint64]
MAX_EXACT_NODES = 64

_ODD = [
    np.uint64(value)
    for value in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
]


def canonicalize(batch: GraphBatch) -> GraphBatch:
    """Return the canonical form of every graph of a batch.

    Args:
        batch: B graphs in topological order, from `stack`; they must not contain nodes of kind `none`.

    Returns:
        the B graphs with only their reachable nodes, in canonical order, padding last; graphs without an input-output path
        have no nodes.
    """
    active = _on_path(batch)
    edges = _plain_single_inputs(np.where(active[:, :, None] & active[:, None, :], batch.labels, np.int32(0)))
    depth = depths(edges, active)
    digests = np.array([kind.digest for kind in batch.kinds] or [0], np.uint64)
    colors = _refine(_initial(digests[batch.index], depth, edges, active), edges, active)
    order = np.lexsort((colors, depth, ~active), axis=-1)
    size = int(active.sum(axis=1).max(initial=0))
    ordered = _permuted(batch, edges, active, order[:, :size])
    return _break_ties(ordered, np.take_along_axis(colors, order[:, :size], 1), digests)


def hashes(batch: GraphBatch) -> list[str]:
    """Return a hash of each graph of a canonical batch, 128 bits in hexadecimal; isomorphic architectures have equal hashes.

    The hash depends on the kinds of the nodes, the labels of the edges and the skeleton.
    """
    digests = np.array([kind.digest for kind in batch.kinds] or [0], "<u8")[batch.index]
    labels = batch.labels.astype("<i4")
    counts = batch.mask.sum(axis=1)
    result = [""] * len(batch)
    for n in set(counts.tolist()):  # graphs of one size share a block of bytes
        rows = np.flatnonzero(counts == n)
        kinds = digests[rows, :n].tobytes()
        edges = labels[rows, :n, :n].tobytes()
        for place, row in enumerate(rows.tolist()):
            nodes = kinds[8 * n * place : 8 * n * (place + 1)]
            links = edges[4 * n * n * place : 4 * n * n * (place + 1)]
            result[row] = hashlib.sha256(nodes + links + batch.skeletons[row]).hexdigest()[:32]
    return result


def architecture_hash(architecture: Architecture) -> str:
    """Return the hash of one architecture; `hashes` is faster for many."""
    return hashes(canonicalize(stack([raw_graph(architecture)])))[0]


def _kind_is(batch: GraphBatch, name: str) -> NDArray[np.bool_]:
    found = np.array([kind.kind == name for kind in batch.kinds] or [False])
    return np.asarray(found[batch.index] & batch.mask)


def _on_path(batch: GraphBatch) -> NDArray[np.bool_]:
    """Return (B, N) flags of the nodes on a path from an input to an output."""
    edges = (batch.labels != 0) & batch.mask[:, :, None] & batch.mask[:, None, :]
    reached = _kind_is(batch, INPUT)
    reaching = _kind_is(batch, OUTPUT)
    size = batch.index.shape[1]
    for v in range(size):
        reached[:, v] |= (edges[:, v, :v] & reached[:, :v]).any(axis=1)
    for u in range(size - 2, -1, -1):
        reaching[:, u] |= (edges[:, u + 1 :, u] & reaching[:, u + 1 :]).any(axis=1)
    return np.asarray(reached & reaching)


def _plain_single_inputs(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Remove the join rule from the labels of nodes with a single remaining input, in place."""
    flat, size = labels.reshape(-1), max(labels.shape[2], 1)
    joined = np.flatnonzero((flat >= JOIN_STEP) & (flat < ORDERED))
    inputs = np.count_nonzero(labels.reshape(-1, size)[joined // size], axis=1)
    flat[joined[inputs == 1]] %= JOIN_STEP
    return labels


def depths(edges: NDArray[np.int32], active: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return (B, N) lengths of the longest paths from an input, in edges."""
    # Count the nodes of each path; a path has one edge fewer than it has nodes.
    nodes, linked = np.ones(active.shape, np.int16), edges != 0
    for v in range(1, active.shape[1]):
        nodes[:, v] += (linked[:, v, :v] * nodes[:, :v]).max(axis=1, initial=0)
    return nodes - np.int16(1)


def _initial(
    digests: Colors,
    depth: NDArray[np.int16],
    edges: NDArray[np.int32],
    active: NDArray[np.bool_],
) -> Colors:
    """Return the initial colors, from the kind of a node, its depth and its distance to the end."""
    reverse = np.ascontiguousarray(edges[:, ::-1, ::-1].transpose(0, 2, 1))
    height = depths(reverse, active[:, ::-1])[:, ::-1]
    place = depth.astype(np.uint64) * _ODD[1] + height.astype(np.uint64) * _ODD[2]
    return np.where(active, _mix(digests + place), np.uint64(0))


def _refine(colors: Colors, edges: NDArray[np.int32], active: NDArray[np.bool_]) -> Colors:
    """Refine the colors of each graph until their partition is stable; the result depends only on the graph."""
    colors = colors.copy()
    counts = active.sum(axis=1)
    classes = _class_count(colors, active)
    todo = np.flatnonzero(classes < counts)
    links = _Links.of(edges, todo)
    while todo.size:
        refined = _round(colors[todo], links, active[todo])
        now = _class_count(refined, active[todo])
        colors[todo] = refined
        going = (now > classes[todo]) & (now < counts[todo])
        classes[todo] = now
        todo, links = todo[going], links.of_graphs(going)
    return colors


class _Links(NamedTuple):
    """The edges of some graphs, one after the other, because most entries of large adjacency matrices are zero.

    Attributes:
        graphs, targets, sources: (E,) positions of the graph and of both nodes of every edge.
        weights: (E,) odd number for each label.
    """

    graphs: NDArray[np.int64]
    targets: NDArray[np.int64]
    sources: NDArray[np.int64]
    weights: Colors

    @classmethod
    def of(cls, edges: NDArray[np.int32], rows: NDArray[np.int64]) -> _Links:
        """Return the edges of the graphs `rows` of a batch."""
        some = edges[rows]
        graphs, targets, sources = some.nonzero()
        labels = some[graphs, targets, sources].astype(np.uint64)
        return cls(graphs, targets, sources, _mix(labels * _ODD[0]) | np.uint64(1))

    def of_graphs(self, kept: NDArray[np.bool_]) -> _Links:
        """Return the edges of the graphs with a flag, which are numbered anew."""
        edges = kept[self.graphs]
        numbers = np.cumsum(kept) - 1
        return _Links(
            numbers[self.graphs[edges]], self.targets[edges], self.sources[edges], self.weights[edges]
        )


def _round(colors: Colors, links: _Links, active: NDArray[np.bool_]) -> Colors:
    graphs, targets, sources, weights = links
    as_source, as_target = _mix(colors * _ODD[1]), _mix(colors * _ODD[2])
    inward, outward = np.zeros_like(colors), np.zeros_like(colors)
    np.add.at(inward, (graphs, targets), weights * as_source[graphs, sources])
    np.add.at(outward, (graphs, sources), weights * as_target[graphs, targets])
    mixed = _mix(colors * _ODD[0] + _mix(inward) * _ODD[1] + _mix(outward + _ODD[3]) * _ODD[2])
    return np.where(active, mixed, np.uint64(0))


def _class_count(colors: Colors, active: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (B,) numbers of distinct colors of the active nodes."""
    ordered = np.sort(np.where(active, colors, np.uint64(0)), axis=1)
    changes = (ordered[:, 1:] != ordered[:, :-1]).sum(axis=1)
    some_padding = ~active.all(axis=1)
    if active.shape[1] == 0:
        return np.zeros(len(active), np.int64)
    return np.asarray(changes + 1 - some_padding, np.int64)


def _mix(values: Colors) -> Colors:
    """Apply the finalizer of splitmix64, in which every input bit changes about half of the output bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _permuted(
    batch: GraphBatch,
    edges: NDArray[np.int32],
    active: NDArray[np.bool_],
    order: NDArray[np.int64],
) -> GraphBatch:
    rows = np.arange(len(batch))[:, None]
    mask = active[rows, order]
    index = np.where(mask, batch.index[rows, order], 0)
    labels = edges[rows[:, :, None], order[:, :, None], order[:, None, :]]
    return GraphBatch(batch.kinds, index, labels, mask, batch.skeletons)


def _break_ties(batch: GraphBatch, colors: Colors, digests: Colors) -> GraphBatch:
    """Order the nodes that still share a color, unless exchanging them leaves the graph unchanged."""
    for b in _with_ties(batch, colors):
        count = int(batch.mask[b].sum())
        if count > MAX_EXACT_NODES:
            continue
        kinds = digests[batch.index[b, :count]]
        order = exact_order(kinds, batch.labels[b, :count, :count])
        batch.index[b, :count] = batch.index[b, order]
        batch.labels[b, :count, :count] = batch.labels[b][np.ix_(order, order)]
    return batch


def _with_ties(batch: GraphBatch, colors: Colors) -> Sequence[int]:
    """Return the graphs in which two nodes share a color but not all sources and targets, so that they are not twins."""
    labels = batch.labels
    if colors.shape[1] < 2:
        return ()
    tied = (colors[:, 1:] == colors[:, :-1]) & batch.mask[:, 1:]
    candidates = np.flatnonzero(tied.any(axis=1))
    rows, columns = labels[candidates], labels[candidates].transpose(0, 2, 1)
    same = (rows[:, 1:] == rows[:, :-1]).all(axis=2) & (columns[:, 1:] == columns[:, :-1]).all(axis=2)
    return [int(b) for b in candidates[(tied[candidates] & ~same).any(axis=1)]]
