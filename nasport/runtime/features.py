"""From canonical graphs to the arrays a predictor reads.

A predictor sees operators: nodes that only join others (`sum`) dissolve, so that the two operators of a DARTS node
both feed what the node feeds. Its operator table has one row a distinct operator of the batch, so that the first layer
runs once an operator, not once a node.
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

# Graphs are padded to one of these sizes, chosen by the graph alone: a score must not depend on its neighbors.
SIZES = (8, 16, 32, 64, 128, 256, 512)
# Above this size ONNX Runtime's matrix products round differently in company, so such graphs run one at a time.
LARGEST_IN_COMPANY = 256

# Of MiniLM, the encoder of all bundles.
EMBEDDING_WIDTH = 384

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class PredictorInput:
    """What the ONNX graph of a predictor takes.

    Attributes:
        rows: which graphs of the batch these are, (B,) int64.
        index: (B, N) int64, rows of the operator table; 0 where there is no node.
        adjacency: (B, N, N) float32, `adjacency[b, v, u]` is 1 where node u feeds node v.
        mask: (B, N) float32, 1 where there is a node.
    """

    rows: NDArray[np.int64]
    index: NDArray[np.int64]
    adjacency: NDArray[np.float32]
    mask: NDArray[np.float32]


def predictor_inputs(batch: GraphBatch, chunk: int) -> list[PredictorInput]:
    """The graphs of a canonical batch as predictor inputs of at most `chunk` graphs of one padded size each."""
    index, adjacency, mask = _without_joins(batch)
    counts = mask.sum(axis=1)
    padded = np.array([padded_size(int(count)) for count in range(int(counts.max(initial=0)) + 1)])[counts]
    inputs = []
    for size in sorted(set(padded.tolist())):  # np.unique would import numpy.ma, 15 ms
        rows = np.flatnonzero(padded == size)
        step = chunk if size <= LARGEST_IN_COMPANY else 1
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
    """(K, F) float32: one row a kind of node, its features side by side in the bundle's order.

    Args:
        kinds: of the batch.
        features: names from the manifest: `embedding`, an attribute of the document (`ATTRIBUTE_NAMES`) or of paths
            (`PATH_ATTRIBUTES`), `knows_attributes`, or where the node stands (`in_reduction`, `in_chain`).
        embed: descriptions to embeddings, (len(texts), E) float32.

    Raises:
        InputError: the bundle asks for a feature that this nasport does not know.
    """
    if not kinds:  # graphs without a node: nothing indexes the table
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
            problem = f"the bundle reads a feature {name!r} that this nasport does not know, update nasport"
            raise InputError(problem)
    return np.ascontiguousarray(np.concatenate(blocks, axis=1), np.float32)


def _without_joins(batch: GraphBatch) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """Index, adjacency and mask with `sum` nodes dissolved into the nodes that they feed, nodes first."""
    links = batch.labels != 0
    joins = np.array([kind.kind == "sum" for kind in batch.kinds] or [False])[batch.index] & batch.mask
    if not joins.any():
        return batch.index, links.astype(np.float32), batch.mask
    # In topological order: what feeds a join is final by then.
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
    """How many places for nodes a graph of so many nodes is padded to."""
    return next((size for size in SIZES if count <= size), -(-count // SIZES[-1]) * SIZES[-1])


def _embeddings(kinds: Sequence[NodeKind], embed: Embed, only_unknown: bool) -> NDArray[np.float32]:
    """A mixed node of a supernet is the mean of its candidates.

    A bundle that looks at descriptions only where an operator's numbers are not known has zeros elsewhere, and the
    sentence encoder is not loaded for them.
    """
    read = [not (only_unknown and all(map(knows_attributes, kind.operators))) for kind in kinds]
    wanted = [kind for kind, reads in zip(kinds, read, strict=True) if reads]
    if not wanted:
        return np.zeros((len(kinds), EMBEDDING_WIDTH), np.float32)
    texts = list(dict.fromkeys(op.text for kind in wanted for op in kind.operators))
    vectors = dict(zip(texts, embed(texts), strict=True))
    nothing = np.zeros_like(vectors[texts[0]])
    return np.stack(
        [
            np.mean([vectors[op.text] for op in kind.operators], axis=0, dtype=np.float32)
            if reads
            else nothing
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
