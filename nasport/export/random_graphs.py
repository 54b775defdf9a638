"""Random inputs to prove an exported predictor with: graphs of many shapes, batched and padded in many ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.models.universal_predictor import GLOBALS
from nasport.runtime.operators import path_attributes
from nasport.schemas.operators import vocabulary

Arrays = dict[str, NDArray[Any]]
Draw = Callable[[np.random.Generator, int], NDArray[np.float32]]


@dataclass(frozen=True)
class InputLayout:
    """What a predictor takes beside index, adjacency and mask.

    Attributes:
        operators: draws (K, F) rows of an operator table.
        width: F.
        globals: draws (B, G) numbers of whole networks; None: it takes none.
    """

    operators: Draw
    width: int
    globals: Draw | None = None


def embedding_layout(width: int) -> InputLayout:
    """Operators are embeddings of length 1."""

    def draw(random: np.random.Generator, count: int) -> NDArray[np.float32]:
        rows = random.standard_normal((count, width)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    return InputLayout(draw, width)


def universal_layout() -> InputLayout:
    """Operators are those of the vocabulary, among them an input and an output, in cells and in chains; networks are known
    or not."""
    words = vocabulary()
    numbers = np.array([path_attributes(operator) for operator in words.values()], np.float32)
    ends = [list(words).index("input"), list(words).index("output")]

    def draw(random: np.random.Generator, count: int) -> NDArray[np.float32]:
        rows = [*ends, *random.integers(0, len(numbers), count).tolist()][:count]
        stands = (random.random((count, 2)) < 0.3).astype(np.float32)
        channels = random.integers(0, 512, (count, 1)) * stands[:, 1:]
        stride = random.integers(0, 3, (count, 1))
        columns = [numbers[rows], channels, stride, stands, np.ones((count, 1))]
        return np.concatenate(columns, axis=1).astype(np.float32)

    def draw_networks(random: np.random.Generator, count: int) -> NDArray[np.float32]:
        knows = (random.random((count, 1)) < 0.7).astype(np.float32)
        numbers = random.uniform(1, 18, (count, len(GLOBALS) - 1)).astype(np.float32)
        return np.concatenate([numbers * knows, knows], axis=1)

    return InputLayout(draw, numbers.shape[1] + 5, draw_networks)


def random_graphs(count: int, seed: int, layout: InputLayout, *, largest: int = 20) -> Iterator[Arrays]:
    """Random graphs of 0 to `largest` nodes in batches of many shapes.

    Args:
        count: of graphs in all.
        seed: of all draws.
        layout: of operators and globals.
        largest: most nodes of a graph.

    Yields:
        The inputs of the predictor by name.
    """
    random = np.random.default_rng(seed)
    while count:
        batch = min(count, int(random.integers(1, 257)))
        count -= batch
        nodes = int(random.integers(1, largest + 1))
        yield random_batch(random, batch, nodes, int(random.integers(1, 17)), layout)


def random_batch(
    random: np.random.Generator, batch: int, nodes: int, operators: int, layout: InputLayout
) -> Arrays:
    """One batch of graphs of up to `nodes` nodes over a table of `operators` rows."""
    table = layout.operators(random, operators)
    mask = np.arange(nodes) < random.integers(0, nodes + 1, (batch, 1))
    density = random.uniform(0.1, 0.9, (batch, 1, 1))
    edges = np.tril(random.random((batch, nodes, nodes)) < density, -1)
    arrays: Arrays = {
        "operators": table,
        "index": np.where(mask, random.integers(0, operators, (batch, nodes)), 0),
        "adjacency": (edges & mask[:, :, None] & mask[:, None, :]).astype(np.float32),
        "mask": mask.astype(np.float32),
    }
    if layout.globals is not None:
        arrays["globals"] = layout.globals(random, batch)
    return arrays


def rearranged(batch: Arrays, others: NDArray[np.float32]) -> dict[str, Iterable[Arrays]]:
    """The same graphs in other batches, with other padding and among other operators; by what was changed.

    Args:
        batch: the inputs of a predictor.
        others: rows to put before its operators.
    """
    table = np.concatenate([others, batch["operators"]])
    among = {**batch, "operators": table, "index": batch["index"] + len(others)}
    return {
        "more padding": [_padded(batch, 12)],
        "more padding, batches of 64": _split(_padded(batch, 1), 64),
        "batches of 7": _split(batch, 7),
        "one at a time": _split(batch, 1),
        "among other operators": _split(among, 100),
        "one at a time, no padding, only its own operators": map(_tight, _split(batch, 1)),
    }


def _split(batch: Arrays, size: int) -> Iterator[Arrays]:
    """The same graphs in batches of `size`."""
    for start in range(0, len(batch["mask"]), size):
        part = slice(start, start + size)
        yield {name: value if name == "operators" else value[part] for name, value in batch.items()}


def _padded(batch: Arrays, more: int) -> Arrays:
    """The same graphs with more padding."""
    side, both = ((0, 0), (0, more)), ((0, 0), (0, more), (0, more))
    changed = {
        "index": np.pad(batch["index"], side),
        "adjacency": np.pad(batch["adjacency"], both),
        "mask": np.pad(batch["mask"], side),
    }
    return {**batch, **changed}


def _tight(graph: Arrays) -> Arrays:
    """One graph without padding and without operators that it does not use.

    At least two nodes: a matrix of one row is multiplied by other kernels. The runtime pads to eight.
    """
    nodes = max(2, int(graph["mask"].sum()))
    used, index = np.unique(graph["index"][:, :nodes], return_inverse=True)
    changed = {
        "operators": graph["operators"][used],
        "index": index.reshape(1, nodes),
        "adjacency": graph["adjacency"][:, :nodes, :nodes],
        "mask": graph["mask"][:, :nodes],
    }
    return {**graph, **changed}
