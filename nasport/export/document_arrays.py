"""The arrays that the ONNX graph of a predictor reads for one document, without padding, for vectors and other languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle
from nasport.runtime.description_reader import Reader
from nasport.runtime.embeddings import Embeddings
from nasport.runtime.encoding import encode
from nasport.runtime.features import KNOWS, operator_table, padded_size, predictor_inputs
from nasport.runtime.globals import global_table
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.canonical import canonicalize


@dataclass(frozen=True)
class DocumentArrays:
    """The input of a predictor's ONNX graph for one document with N nodes.

    Attributes:
        operators: (K, F) float32, one row for each distinct node kind, in the order of their first node.
        index: N rows of `operators`.
        edges: pairs (target, source) of nodes, sorted.
        globals: (G,) float32 numbers of the whole network.
    """

    operators: NDArray[np.float32]
    index: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]
    globals: NDArray[np.float32]


class ArrayEncoder:
    """Encode documents as the arrays that one predictor bundle reads.

    Args:
        bundle: bundle of a predictor.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._features: list[str] = list(bundle.manifest.get("features", ["embedding"]))
        self._globals: list[str] = list(bundle.manifest.get("globals", []))
        self._embeddings = Embeddings(bundle, ["cpu"])

    def __call__(self, architecture: Architecture) -> DocumentArrays:
        """Return the arrays of one document.

        Raises:
            InputError: the document needs an encoder that is missing.
        """
        batch = encode([architecture])
        if batch.worded and KNOWS in self._features and self._reader is not None:
            batch = self._reader.in_known_operators(batch)
        graphs = canonicalize(batch.graphs)
        network = global_table(self._globals, batch, graphs, reachable_parameters(graphs))
        (padded,) = predictor_inputs(graphs, 1)
        count = int(padded.mask.sum())
        rows = padded.index[0, :count].tolist()
        kinds = list(dict.fromkeys(rows))
        table = operator_table([graphs.kinds[row] for row in kinds], self._features, self._embeddings)
        edges = np.argwhere(padded.adjacency[0]).tolist()
        return DocumentArrays(
            table,
            tuple(map(kinds.index, rows)),
            tuple((target, source) for target, source in edges),
            network[0],
        )

    @cached_property
    def _reader(self) -> Reader | None:
        return Reader.of(self._embeddings.encoder_bundle(), ["cpu"])


def onnx_inputs(
    operators: Sequence[Sequence[float]] | NDArray[np.float32],
    index: Sequence[int],
    edges: Sequence[Sequence[int]],
    numbers: Sequence[float] | NDArray[np.float32],
) -> Mapping[str, NDArray[Any]]:
    """Return the inputs of the ONNX graph, a batch of one document padded as nasport pads; arguments as `DocumentArrays`."""
    count, size = len(index), padded_size(len(index))
    rows, adjacency, mask = np.zeros((1, size), np.int64), np.zeros((1, size, size)), np.zeros((1, size))
    rows[0, :count] = index
    mask[0, :count] = 1
    for target, source in edges:
        adjacency[0, target, source] = 1
    return {
        "operators": np.asarray(operators, np.float32),
        "index": rows,
        "adjacency": adjacency.astype(np.float32),
        "mask": mask.astype(np.float32),
        "globals": np.asarray(numbers, np.float32)[None, :],
    }


def short_number(value: float) -> float | int:
    """Return the number with the fewest digits that rounds to the same float32; whole numbers as int."""
    short = float(str(np.float32(value)))
    return int(short) if short.is_integer() and abs(short) < 2**53 else short


def short_numbers(values: NDArray[np.float32]) -> list[Any]:
    """Return an array as nested lists of short numbers."""
    return [
        short_numbers(value) if isinstance(value, np.ndarray) else short_number(value) for value in values
    ]
