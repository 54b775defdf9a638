"""The benchmark tables as the universal predictor is trained on them: statistics of every architecture, and targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nasport.models.path_predictor import (
    GLOBALS,
    OPERATOR_FEATURES,
    STATISTICS,
    PathConfig,
    PathPredictor,
    StatisticScale,
)
from nasport.models.path_training import CAPACITY, quantiles, scale_of
from nasport.runtime.distance import Distance, fitted
from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.features import operator_table, predictor_inputs
from nasport.runtime.globals import global_table
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.laboratory.tables import read_table

CHUNK = 2048
# The statistic whose distance counts from the small end upwards; chosen on left-out tables other than NAS-Bench-201,
# docs/unfamiliar.md.
GROWS = ("capacity",)


@dataclass(frozen=True)
class PreparedTable:
    """One table, ready to be trained on or to be scored.

    Attributes:
        graphs: G canonical graphs.
        labels: names of the labels that are trained on.
        statistics: (G, S).
        reachable: (G,) log(1 + reachable parameters).
        targets: (G,) Gaussian quantiles of all its labels together.
    """

    graphs: GraphBatch
    labels: tuple[str, ...]
    statistics: Tensor
    reachable: Tensor
    targets: Tensor


def prepare(name: str, labels: tuple[str, ...], config: PathConfig, folder: Path | None) -> PreparedTable:
    """Read a table and compute what the head of the predictor sees.

    Args:
        name: of the table.
        labels: to train on, averaged as quantiles; empty: all of them.
        config: of the predictor.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the table is missing or wrong.
    """
    table = read_table(name, folder)
    labels = labels or tuple(table.labels)
    table = table.with_labels(labels)
    batch, graphs = table.encoded()
    model = PathPredictor(config)
    network = _network(batch, graphs)
    return PreparedTable(
        graphs,
        labels,
        statistics(model, graphs, network),
        statistics(model, graphs, np.zeros_like(network))[:, CAPACITY],
        quantiles([table.labels[label] for label in labels]),
    )


def training_distance(tables: Iterable[PreparedTable]) -> Distance:
    """How far an architecture is from these tables, whole networks, without their labels (`runtime/distance.py`)."""
    return fitted(STATISTICS, [table.statistics.numpy() for table in tables], GROWS)


def common_scale(tables: list[PreparedTable]) -> StatisticScale:
    """Of the statistics of all tables."""
    return scale_of([table.statistics for table in tables], [table.reachable for table in tables])


def scores(model: PathPredictor, batch: EncodedBatch) -> NDArray[np.float32]:
    """(B,) scores of encoded architectures by a trained predictor in torch."""
    graphs = canonicalize(batch.graphs)
    with torch.no_grad():
        found: NDArray[np.float32] = model.head(statistics(model, graphs, _network(batch, graphs))).numpy()
    return found


def statistics(model: PathPredictor, graphs: GraphBatch, network: NDArray[np.float32]) -> Tensor:
    """(G, S) statistics of canonical graphs.

    Args:
        model: in torch.
        graphs: canonical.
        network: (G, 3) numbers of the whole networks.
    """
    table = torch.from_numpy(operator_table(graphs.kinds, OPERATOR_FEATURES, _no_embedding))
    found = torch.zeros((len(graphs), len(model.mean)))
    with torch.no_grad():
        for part in predictor_inputs(graphs, CHUNK):
            arrays = (part.index, part.adjacency, part.mask, network[part.rows])
            found[part.rows] = model.statistics(table, *map(torch.from_numpy, arrays))
    return found


def _network(batch: EncodedBatch, graphs: GraphBatch) -> NDArray[np.float32]:
    return global_table(GLOBALS, batch, graphs, reachable_parameters(graphs))


def _no_embedding(texts: object) -> NDArray[np.float32]:
    """Of no operator in the tables only a description is known."""
    raise ValueError(f"no embedding of {texts}")
