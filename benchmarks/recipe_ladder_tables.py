"""What the variants of `recipe_ladder.py` read of a benchmark table: statistics, graphs, labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nasport.models.path_predictor import GLOBALS, STATISTICS, PathPredictor
from nasport.models.path_training import quantiles
from nasport.models.tgnas_training import TrainingGraphs, training_graphs
from nasport.runtime.encoder import Encoder
from nasport.runtime.features import operator_table
from nasport.runtime.globals import global_table
from nasport.runtime.operators import PATH_ATTRIBUTES
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.graphs.document_graph import GraphBatch, NodeKind
from nasport.schemas.operators import vocabulary
from nasport.toolkit.laboratory.recipes.universal import CONFIG, TAUGHT
from nasport.toolkit.laboratory.recipes.universal_tables import statistics
from nasport.toolkit.laboratory.tables import read_table
from nasport.toolkit.notations import notation

IDENTITIES = "identities"
# Statistics that only variants read; those of cells as written begin with `WRITTEN`.
PARAMETERS, IDENTITY_SHARE, WRITTEN = "parameters", "identity share", "written "
# Architectures of a table that graph networks see.
FEW = 2_500


@dataclass(frozen=True)
class Space:
    """A table of G architectures.

    Attributes:
        graphs: canonical.
        columns: (G,) of every statistic that a variant reads, by name.
        reachable: (G,) log(1 + reachable parameters).
        labels: by name, (G,).
        targets: (G,) Gaussian quantiles of the labels that are trained on.
    """

    graphs: GraphBatch
    columns: Mapping[str, Tensor]
    reachable: Tensor
    labels: Mapping[str, NDArray[np.float64]]
    targets: Tensor


@cache
def load(name: str) -> Space:
    """Read a table."""
    table = read_table(name).with_any_label()
    batch = notation(table.notation).encoded(table.texts)
    graphs = canonicalize(batch.graphs)
    reachable = reachable_parameters(graphs)
    network = global_table(GLOBALS, batch, graphs, reachable)
    labels = [table.labels[label] for label in TAUGHT.get(name, ()) or table.labels]
    return Space(
        graphs,
        _columns(graphs, batch.graphs, network),
        torch.from_numpy(np.log1p(reachable).astype(np.float32)),
        table.labels,
        quantiles(labels),
    )


def _columns(graphs: GraphBatch, written: GraphBatch, network: NDArray[np.float32]) -> dict[str, Tensor]:
    """Every statistic, (G,); those of cells as written begin with `WRITTEN`."""
    model = PathPredictor(CONFIG)
    found = dict(zip(STATISTICS, statistics(model, graphs, network).unbind(1), strict=True))
    as_written = zip(STATISTICS, statistics(model, written, network).unbind(1), strict=True)
    operators = statistics(model, all_identities(graphs), network)[:, STATISTICS.index(IDENTITIES)]
    return {
        **found,
        **{WRITTEN + name: values for name, values in as_written},
        IDENTITY_SHARE: found[IDENTITIES] / operators.clamp(min=1e-6),
        PARAMETERS: torch.from_numpy(network[:, GLOBALS.index("log_live_parameters")]),
    }


def all_identities(graphs: GraphBatch) -> GraphBatch:
    """The same graphs with an identity for every operator: identities on a walk are now operators on it."""
    identity = NodeKind((vocabulary()["skip_connect"],))
    kept = ("input", "output", "sum")
    kinds = tuple(kind if kind.kind in kept else identity for kind in graphs.kinds)
    return replace(graphs, kinds=kinds)


@cache
def node_graphs(name: str) -> TrainingGraphs:
    """The graphs of the first `FEW` rows drawn, with embeddings and path attributes of their operators."""
    graphs, rows = load(name).graphs, drawn(len(load(name).graphs), FEW)
    few = replace(
        graphs,
        index=graphs.index[rows],
        labels=graphs.labels[rows],
        mask=graphs.mask[rows],
        skeletons=tuple(graphs.skeletons[row] for row in rows.tolist()),
    )
    embed = encoder().encode
    found = training_graphs(few, embed)
    size = int(found.mask.sum(dim=1).max())
    operators = torch.from_numpy(operator_table(few.kinds, ("embedding", *PATH_ATTRIBUTES), embed))
    return TrainingGraphs(
        operators, found.index[:, :size], found.adjacency[:, :size, :size], found.mask[:, :size]
    )


@cache
def encoder() -> Encoder:
    """The shipped one."""
    return Encoder.load("minilm")


def drawn(size: int, few: int | None) -> NDArray[np.intp]:
    """The rows of a table of that size to look at, the same for every variant and seed."""
    return np.sort(np.random.default_rng(0).permutation(size)[:few])
