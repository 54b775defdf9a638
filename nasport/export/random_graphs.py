"""Random inputs for the verification of exported predictors: graphs of many shapes, with various batches and padding."""

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
    """Generators for the inputs of a predictor other than index, adjacency and mask.

    Attributes:
        operators: function that draws K rows (K, F) of an operator table.
        width: width F of a row.
        globals: function that draws numbers (B, G) of whole networks; None if the predictor takes none.
    """

    operators: Draw
    width: int
    globals: Draw | None = None


def embedding_layout(width: int) -> InputLayout:
    """Return the layout of a predictor whose operators are embeddings of length 1."""

    def draw(random: np.random.Generator, count: int) -> NDArray[np.float32]:
        rows = random.standard_normal((count, width)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    return InputLayout(draw, width)


def universal_layout() -> InputLayout:
    """Return the layout of the universal predictor.

    Operators are drawn from the vocabulary, in cells and in chains; input and output come first. The numbers of a network are
    known with probability 0.7.
    """
    operators = vocabulary()
    numbers = np.array([path_attributes(operator) for operator in operators.values()], np.float32)
    ends = [list(operators).index("input"), list(operators).index("output")]

    def draw(random: np.random.Generator, count: int) -> NDArray[np.float32]:
        rows = [*ends, *random.integers(0, len(numbers), count).tolist()][:count]
        reduction_and_chain = (random.random((count, 2)) < 0.3).astype(np.float32)
        channels = random.integers(0, 512, (count, 1)) * reduction_and_chain[:, 1:]
        stride = random.integers(0, 3, (count, 1))
        columns = [numbers[rows], channels, stride, reduction_and_chain, np.ones((count, 1))]
        return np.concatenate(columns, axis=1).astype(np.float32)

    def draw_networks(random: np.random.Generator, count: int) -> NDArray[np.float32]:
        knows = (random.random((count, 1)) < 0.7).astype(np.float32)
        numbers = random.uniform(1, 18, (count, len(GLOBALS) - 1)).astype(np.float32)
        return np.concatenate([numbers * knows, knows], axis=1)

    return InputLayout(draw, numbers.shape[1] + 5, draw_networks)


def random_graphs(count: int, seed: int, layout: InputLayout, *, largest: int = 20) -> Iterator[Arrays]:
    """Yield random graphs of 0 to `largest` nodes in batches of many shapes.

    Args:
        count: total number of graphs.
        seed: seed of all draws.
        layout: generators of operator tables and numbers of networks.
        largest: largest number of nodes of a graph.

    Yields:
        inputs of the predictor by name.
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
    """Return one batch of graphs of up to `nodes` nodes over a table of `operators` rows, as inputs by name."""
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
    """Return the same graphs in other batches, with other padding and other operators.

    Args:
        batch: inputs of a predictor by name.
        others: rows to insert before the operators of the batch.

    Returns:
        batches by a description of the change. The batches of one entry together contain all graphs in the same order.
    """
    table = np.concatenate([others, batch["operators"]])
    with_others = {**batch, "operators": table, "index": batch["index"] + len(others)}
    return {
        "more padding": [_padded(batch, 12)],
        "more padding, batches of 64": _split(_padded(batch, 1), 64),
        "batches of 7": _split(batch, 7),
        "one at a time": _split(batch, 1),
        "more operators": _split(with_others, 100),
        "one at a time, no padding, only its own operators": map(_without_padding, _split(batch, 1)),
    }


def _split(batch: Arrays, size: int) -> Iterator[Arrays]:
    """Yield the same graphs in batches of `size`."""
    for start in range(0, len(batch["mask"]), size):
        part = slice(start, start + size)
        yield {name: value if name == "operators" else value[part] for name, value in batch.items()}


def _padded(batch: Arrays, more: int) -> Arrays:
    """Return the same graphs with `more` additional padding nodes."""
    side, both = ((0, 0), (0, more)), ((0, 0), (0, more), (0, more))
    changed = {
        "index": np.pad(batch["index"], side),
        "adjacency": np.pad(batch["adjacency"], both),
        "mask": np.pad(batch["mask"], side),
    }
    return {**batch, **changed}


def _without_padding(graph: Arrays) -> Arrays:
    """Return one graph without padding and without unused operators.

    At least two nodes remain, because the kernel for a matrix of one row rounds differently. nasport's runtime pads graphs
    to at least eight nodes, so it never uses that kernel.
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
