"""Structural similarity of architectures, for lists of candidates without genes.

GenNAS mutates candidates of NDS and NAS-Bench-NLP to the most similar of several random candidates, by graph2vec (section 4).
Here each architecture has a vector. It counts operators and pairs of connected operators in the canonical graph (one round
of Weisfeiler and Lehman, "A reduction of a graph to a canonical form", 1968), and adds size, depth and costs of the network
and, if the skeletons differ, the numbers of its stages. Every column is scaled to [0, 1], so that all columns have equal
weight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind

# Attributes of operators that `_numbers` and `_stage_numbers` cover.
_COVERED = ("channels", "stride")

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
# Meaning of a column: an operator, or an operator and its successor.
Column = tuple[str, ...]


def structural_vectors(
    batches: Iterable[EncodedBatch], architectures: Callable[[], Sequence[Architecture]]
) -> Floats:
    """Return the vectors of all architectures, (B, D) in [0, 1] with D at least 1.

    Args:
        batches: encoded architectures.
        architectures: function that returns their documents in the same order; called only if skeletons differ.
    """
    columns: defaultdict[Column, int] = defaultdict(count().__next__)  # numbers new columns consecutively
    counts: list[tuple[Whole, Whole, Whole]] = []
    numbers: list[Floats] = [np.zeros((0, 5))]
    skeletons: set[bytes] = set()
    start = 0
    for batch in batches:
        graphs = canonicalize(batch.graphs)
        rows, found, times = _counts(graphs, columns)
        counts.append((rows + start, found, times))
        numbers.append(_numbers(batch, graphs))
        skeletons.update(graphs.skeletons)
        start += len(graphs)
    counted = np.zeros((start, len(columns)))
    for rows, found, times in counts:
        counted[rows, found] = times
    # Sorted columns make the result independent of the order of the architectures.
    parts = [counted[:, [columns[column] for column in sorted(columns)]], np.concatenate(numbers)]
    if len(skeletons) > 1:
        parts.append(_stage_numbers(architectures()))
    return scaled(np.concatenate(parts, axis=1))


def scaled(table: Floats) -> Floats:
    """Scale every column to [0, 1] and drop constant columns. If all columns are constant, return one column of zeros."""
    lowest, highest = table.min(axis=0, initial=np.inf), table.max(axis=0, initial=-np.inf)
    varies = highest > lowest
    if not varies.any():
        return np.zeros((len(table), 1))
    return np.asarray((table[:, varies] - lowest[varies]) / (highest[varies] - lowest[varies]))


def distances(vectors: Floats, one: Floats) -> Floats:
    """Return the squared Euclidean distances (B,) of (B, D) vectors from one vector (D,)."""
    difference = vectors - one
    return np.asarray(np.einsum("bd,bd->b", difference, difference))


def _counts(graphs: GraphBatch, columns: defaultdict[Column, int]) -> tuple[Whole, Whole, Whole]:
    """Return (row, column, count) arrays of all operators and pairs; new columns are added to `columns`."""
    names = [_name(kind) for kind in graphs.kinds]
    single = np.array([columns[name,] for name in names], np.int64)
    rows, nodes = np.nonzero(graphs.mask)
    b, v, u = np.nonzero(graphs.labels)
    kinds = max(len(names), 1)
    pairs = graphs.index[b, u] * kinds + graphs.index[b, v]
    distinct, place = np.unique(pairs, return_inverse=True)
    fed = (divmod(pair, kinds) for pair in distinct.tolist())
    double = np.array([columns[names[source], names[target]] for source, target in fed], np.int64)
    where = np.concatenate([rows, b])
    which = np.concatenate([single[graphs.index[rows, nodes]], double[place.reshape(-1)]])
    both, times = np.unique(where * len(columns) + which, return_counts=True)
    return both // len(columns), both % len(columns), times


def _name(kind: NodeKind) -> str:
    """Return a text that identifies a kind of node, without width and stride, which other columns contain."""
    parts = [
        (operator.text, [(name, number) for name, number in operator.attributes if name not in _COVERED])
        for operator in kind.operators
    ]
    return repr((parts, kind.role, kind.cell))


def _numbers(batch: EncodedBatch, graphs: GraphBatch) -> Floats:
    """Return (B, 5): nodes, edges, depth, and the logarithms of parameters and FLOPs (0 if unknown)."""
    links = graphs.labels != 0
    depth = np.zeros_like(graphs.index)
    for v in range(links.shape[1]):  # topological order
        depth[:, v] = np.where(links[:, v], depth + 1, 0).max(axis=1, initial=0)
    costs = [np.nan_to_num(np.log1p(cost)) for cost in (batch.reachable.parameters, batch.reachable.flops)]
    sizes = [graphs.mask.sum(axis=1), links.sum(axis=(1, 2)), depth.max(axis=1, initial=0)]
    return np.stack([*sizes, *costs], axis=1).astype(np.float64)


def _stage_numbers(architectures: Sequence[Architecture]) -> Floats:
    """Return a table of repeats, width, stride, resolution and attributes of every stage.

    Each column belongs to one stage and one number; 0 if an architecture has no such stage. Widths are logarithms, because
    networks double them.
    """
    columns: defaultdict[Column, int] = defaultdict(count().__next__)
    entries: list[tuple[int, int, float]] = []
    for row, architecture in enumerate(architectures):
        skeleton = architecture.skeleton
        stages = (*skeleton.stem, *skeleton.stages) if skeleton else ()
        for place, stage in enumerate(stages):
            numbers = {
                "repeats": float(stage.repeats),
                "width": float(np.log1p(stage.width or 0)),
                "stride": float(stage.stride),
                "resolution": float(stage.resolution or 0),
                **{name: value for name, value in stage.attributes if not isinstance(value, str)},
                **{f"{name} {value}": 1.0 for name, value in stage.attributes if isinstance(value, str)},
            }
            entries += [(row, columns[str(place), name], number) for name, number in numbers.items()]
    table = np.zeros((len(architectures), len(columns)))
    for row, column, number in entries:
        table[row, column] = number
    return table
