"""Convert canonical graphs to the arrays that a predictor reads.

Nodes of kind `sum` are dissolved, so that both operators of a DARTS node feed the targets of that node. The operator table
has one row per distinct node kind of the batch, so that the first layer of the predictor runs once per row instead of once
per node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.operators import PATH_ATTRIBUTES, knows_attributes, path_attributes
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind
from nasport.schemas.operators import ATTRIBUTE_NAMES, Operator, vocabulary

# Graphs are padded to one of these sizes, which depends only on the graph, so that no score depends on the other graphs.
SIZES = (8, 16, 32, 64, 128, 256, 512)
# Larger graphs run one at a time, because ONNX Runtime's matrix products round differently in batches of such sizes.
LARGEST_IN_BATCH = 256

# Components of the embeddings of MiniLM, the encoder of all bundles.
EMBEDDING_WIDTH = 384

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class PredictorInput:
    """Inputs of the ONNX graph of a predictor.

    Attributes:
        rows: (B,) int64, positions of the graphs in the batch.
        index: (B, N) int64, rows of the operator table; 0 for padding.
        adjacency: (B, N, N) float32, `adjacency[b, v, u]` is 1 if node u feeds node v.
        mask: (B, N) float32, 1 for nodes and 0 for padding.
    """

    rows: NDArray[np.int64]
    index: NDArray[np.int64]
    adjacency: NDArray[np.float32]
    mask: NDArray[np.float32]


def predictor_inputs(batch: GraphBatch, chunk: int) -> list[PredictorInput]:
    """Split a canonical batch into predictor inputs with at most `chunk` graphs of one padded size each."""
    index, adjacency, mask = _without_joins(batch)
    counts = mask.sum(axis=1)
    padded = np.array([padded_size(int(count)) for count in range(int(counts.max(initial=0)) + 1)])[counts]
    inputs = []
    for size in sorted(set(padded.tolist())):  # np.unique would import numpy.ma, which takes 15 ms
        rows = np.flatnonzero(padded == size)
        step = chunk if size <= LARGEST_IN_BATCH else 1
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            have = min(size, index.shape[1])
            cut = PredictorInput(
                part,
                np.zeros((len(part), size), np.int64),
                np.zeros((len(part), size, size), np.float32),
                np.zeros((len(part), size), np.float32),
            )
            cut.index[:, :have] = index[part, :have]
            cut.adjacency[:, :have, :have] = adjacency[part, :have, :have]
            cut.mask[:, :have] = mask[part, :have]
            inputs.append(cut)
    return inputs


def operator_table(kinds: Sequence[NodeKind], features: Sequence[str], embed: Embed) -> NDArray[np.float32]:
    """Return the operator table, (K, F) float32: one row per node kind, features in the order of the bundle.

    Args:
        kinds: K node kinds of the batch.
        features: names from the manifest: `embedding`, attributes of operators (`ATTRIBUTE_NAMES`) or of paths
            (`PATH_ATTRIBUTES`), `knows_attributes`, or the position of the node (`in_reduction`, `in_chain`).
        embed: function from descriptions to embeddings, (len(texts), E) float32.

    Raises:
        InputError: this release of nasport does not know a feature of the bundle.
    """
    if not kinds:  # no graph has a node, so the content of the row does not matter
        kinds = [NodeKind((vocabulary()["input"],))]
    blocks = [np.zeros((len(kinds), 0), np.float32)]
    for name in features:
        if name == "embedding":
            blocks.append(_embeddings(kinds, embed, only_unknown=KNOWS in features))
        elif name in _COLUMNS or name in _OF_KINDS:
            of_kind = _OF_KINDS.get(name) or partial(NodeKind.mean, number=_COLUMNS[name])
            column = [of_kind(kind) for kind in kinds]
            blocks.append(np.array(column, np.float32)[:, None])
        else:
            problem = (
                f"the bundle reads the unknown feature {name!r}, expected one of this release; update nasport"
            )
            raise InputError(problem)
    return np.ascontiguousarray(np.concatenate(blocks, axis=1), np.float32)


def _without_joins(batch: GraphBatch) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """Return index, adjacency and mask without `sum` nodes, whose sources feed their targets directly; padding last."""
    links = batch.labels != 0
    joins = np.array([kind.kind == "sum" for kind in batch.kinds] or [False])[batch.index] & batch.mask
    if not joins.any():
        return batch.index, links.astype(np.float32), batch.mask
    # Dissolve `sum` nodes in topological order, so that the sources of each are final when its turn comes.
    for s in np.flatnonzero(joins.any(axis=0)).tolist():
        after, before = joins[:, s, None] & links[:, s + 1 :, s], links[:, s, :s]
        links[:, s + 1 :, :s] |= after[:, :, None] & before[:, None, :]
    kept = batch.mask & ~joins
    order = np.argsort(~kept, axis=1, kind="stable")[:, : int(kept.sum(axis=1).max(initial=0))]
    rows = np.arange(len(batch))[:, None]
    mask = kept[rows, order]
    both = mask[:, :, None] & mask[:, None, :]
    adjacency = links[rows[:, :, None], order[:, :, None], order[:, None, :]] & both
    return np.where(mask, batch.index[rows, order], 0), adjacency.astype(np.float32), mask


def padded_size(count: int) -> int:
    """Return the size to which a graph of `count` nodes is padded."""
    return next((size for size in SIZES if count <= size), -(-count // SIZES[-1]) * SIZES[-1])


def _embeddings(kinds: Sequence[NodeKind], embed: Embed, only_unknown: bool) -> NDArray[np.float32]:
    """Return one embedding per node kind; that of a mixed node is the mean over its candidates.

    If `only_unknown`, kinds whose operators all have known attributes get zeros, and their descriptions are not embedded.
    """
    read = [not (only_unknown and all(map(knows_attributes, kind.operators))) for kind in kinds]
    wanted = [kind for kind, reads in zip(kinds, read, strict=True) if reads]
    if not wanted:
        return np.zeros((len(kinds), EMBEDDING_WIDTH), np.float32)
    texts = list(dict.fromkeys(op.text for kind in wanted for op in kind.operators))
    vectors = dict(zip(texts, embed(texts), strict=True))
    zeros = np.zeros_like(vectors[texts[0]])
    return np.stack(
        [
            np.mean([vectors[op.text] for op in kind.operators], axis=0, dtype=np.float32) if reads else zeros
            for kind, reads in zip(kinds, read, strict=True)
        ]
    )


def _stated_number(name: str, operator: Operator) -> float:
    return operator.attribute(name, 0.0)


def _path_number(place: int, operator: Operator) -> float:
    return path_attributes(operator)[place]


KNOWS = "knows_attributes"
_COLUMNS: dict[str, Callable[[Operator], float]] = {
    **{name: partial(_stated_number, name) for name in ATTRIBUTE_NAMES},
    **{name: partial(_path_number, place) for place, name in enumerate(PATH_ATTRIBUTES)},
    KNOWS: lambda operator: float(knows_attributes(operator)),
}
_OF_KINDS: dict[str, Callable[[NodeKind], float]] = {
    "in_reduction": lambda kind: float(kind.cell.startswith("reduction")),
    "in_chain": lambda kind: float(kind.cell.startswith("chain")),
}
