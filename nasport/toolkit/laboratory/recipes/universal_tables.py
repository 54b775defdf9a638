"""Benchmark tables as training data of the universal predictor: graphs of every architecture, and targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nasport.models.ranking import quantiles
from nasport.models.taught_training import GraphArrays
from nasport.models.universal_predictor import STATISTICS, Seen, UniversalPredictor
from nasport.runtime.distance import Distance, fitted
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.laboratory.recipes.teaching import graph_arrays
from nasport.toolkit.laboratory.tables import read_table

CHUNK = 512
# Statistics whose excess counts from the low end of the range upwards; chosen on held-out tables other than NAS-Bench-201,
# docs/reports/unfamiliar.md.
GROWS = ("size",)


@dataclass(frozen=True)
class PreparedTable:
    """A table for training or scoring.

    Attributes:
        graphs: G canonical graphs.
        arrays: the same graphs as input of the predictor.
        labels: names of the labels that are trained on.
        targets: (G,) Gaussian quantiles of the ranks by all these labels together.
    """

    graphs: GraphBatch
    arrays: GraphArrays
    labels: tuple[str, ...]
    targets: Tensor


def prepare(name: str, labels: tuple[str, ...], folder: Path | None) -> PreparedTable:
    """Read a table.

    Args:
        name: name of the table.
        labels: labels to train on, averaged as quantiles; empty for all.
        folder: folder of the tables; None for that of NASPORT_DATA.

    Raises:
        InputError: the table is missing or wrong.
    """
    table = read_table(name, folder)
    labels = labels or tuple(table.labels)
    table = table.with_labels(labels)
    batch, _ = table.encoded()
    graphs, arrays = graph_arrays(batch)
    return PreparedTable(graphs, arrays, labels, quantiles([table.labels[label] for label in labels]))


def seen(model: UniversalPredictor, arrays: GraphArrays) -> Seen:
    """Return the inputs of a predictor's head for G architectures."""
    count = len(arrays.mask)
    parts = [
        GraphArrays(*(each[start : start + CHUNK] for each in arrays)) for start in range(0, count, CHUNK)
    ]
    with torch.no_grad():
        found = [model.observe(*part.of_size(max(part.largest, 2))) for part in parts]
    return Seen(*(torch.cat(list(each)) for each in zip(*found, strict=True)))


def scores(model: UniversalPredictor, batch: EncodedBatch) -> NDArray[np.float32]:
    """Return (B,) scores of encoded architectures by a trained predictor in torch."""
    with torch.no_grad():
        found: NDArray[np.float32] = model.head(seen(model, graph_arrays(batch)[1])).numpy()
    return found


def training_distance(model: UniversalPredictor, tables: Iterable[PreparedTable]) -> Distance:
    """Return the distance of architectures from these tables (`runtime/distance.py`), which does not depend on labels."""
    statistics = [seen(model, table.arrays).statistics.numpy() for table in tables]
    return fitted(STATISTICS, statistics, GROWS)
