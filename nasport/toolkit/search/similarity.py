"""How alike architectures are: vectors of what they are made of, for lists of candidates that no genes describe.

GenNAS mutates candidates of NDS and NAS-Bench-NLP to the most similar of a few drawn, by graph2vec (section 4). Here a
vector counts the operators, and which operator feeds which (one round of Weisfeiler and Lehman, "A reduction of a graph
to a canonical form", 1968), of the canonical graph; then its size and depth, what the network costs, and the numbers of
its stages where these differ. Every column is scaled to [0, 1], so that each may matter as much as any other.
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

# Numbers of operators that `_numbers` and `_stage_numbers` tell.
_TOLD = ("channels", "stride")

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
# What a column is of: an operator, or one that feeds another.
Column = tuple[str, ...]


def structural_vectors(
    batches: Iterable[EncodedBatch], architectures: Callable[[], Sequence[Architecture]]
) -> Floats:
    """Vectors of all architectures of some batches, (B, D) in [0, 1]; D is 1 at least.

    Args:
        batches: encoded architectures.
        architectures: gives their documents, in the same order; asked for only where their skeletons differ.
    """
    columns: defaultdict[Column, int] = defaultdict(count().__next__)  # those that are new are counted on
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
    # In whatever order the columns were met.
    parts = [counted[:, [columns[column] for column in sorted(columns)]], np.concatenate(numbers)]
    if len(skeletons) > 1:
        parts.append(_stage_numbers(architectures()))
    return scaled(np.concatenate(parts, axis=1))


def scaled(table: Floats) -> Floats:
    """Every column from 0 to 1, those that are the same everywhere left out; one of zeros where all are."""
    lowest, highest = table.min(axis=0, initial=np.inf), table.max(axis=0, initial=-np.inf)
    varies = highest > lowest
    if not varies.any():
        return np.zeros((len(table), 1))
    return np.asarray((table[:, varies] - lowest[varies]) / (highest[varies] - lowest[varies]))


def distances(vectors: Floats, one: Floats) -> Floats:
    """Squared Euclidean distances of (B, D) vectors from (D,) numbers, (B,)."""
    difference = vectors - one
    return np.asarray(np.einsum("bd,bd->b", difference, difference))


def _counts(graphs: GraphBatch, columns: defaultdict[Column, int]) -> tuple[Whole, Whole, Whole]:
    """Row, column and number of all that occurs; new columns are added to `columns`."""
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
    """What a node is, apart from its width and stride, which the numbers tell."""
    parts = [
        (operator.text, [(name, number) for name, number in operator.attributes if name not in _TOLD])
        for operator in kind.operators
    ]
    return repr((parts, kind.role, kind.cell))


def _numbers(batch: EncodedBatch, graphs: GraphBatch) -> Floats:
    """Nodes, edges, depth, and the logarithms of parameters and FLOPs, 0 where unknown: (B, 5)."""
    links = graphs.labels != 0
    depth = np.zeros_like(graphs.index)
    for v in range(links.shape[1]):  # topological order
        depth[:, v] = np.where(links[:, v], depth + 1, 0).max(axis=1, initial=0)
    costs = [np.nan_to_num(np.log1p(cost)) for cost in (batch.live.parameters, batch.live.flops)]
    sizes = [graphs.mask.sum(axis=1), links.sum(axis=(1, 2)), depth.max(axis=1, initial=0)]
    return np.stack([*sizes, *costs], axis=1).astype(np.float64)


def _stage_numbers(architectures: Sequence[Architecture]) -> Floats:
    """Repeats, width, stride, resolution and attributes of every stage, by its place and the name of the number.

    0 where an architecture has no such stage; widths as logarithms, since they double.
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
