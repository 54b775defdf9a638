"""Random graphs as inputs of the taught network and the universal predictor, and small spaces with planted evaluators."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from nasport.export.random_graphs import random_batch, universal_layout
from nasport.models.taught_network import TaughtConfig
from nasport.models.taught_training import EvaluatedSpace, GraphArrays
from nasport.models.universal_predictor import OPERATOR_FEATURES, node_features

OUTPUT = OPERATOR_FEATURES.index("output")
TINY = TaughtConfig(width=16, layers=2, readout=16)


def random_arrays(seed: int, count: int = 12, nodes: int = 9) -> GraphArrays:
    """Return random graphs of up to `nodes` nodes with operators of the vocabulary."""
    batch = random_batch(np.random.default_rng(seed), count, nodes, 17, universal_layout())
    found = {name: torch.from_numpy(values) for name, values in batch.items()}
    features = node_features(found["operators"], found["index"], found["mask"])
    return GraphArrays(features, found["adjacency"], found["mask"], found["globals"])


def trained_layers(graphs: GraphArrays) -> NDArray[np.float64]:
    """Return the number of trainable layers of each graph, (M,), which the planted evaluator rewards."""
    return np.asarray(graphs.nodes[:, :, OPERATOR_FEATURES.index("layer")].sum(dim=1).double().numpy())


def evaluated_spaces(count: int = 8) -> list[EvaluatedSpace]:
    """Return spaces with values of two planted evaluators. The first counts trainable layers with a different offset in
    each space, and lacks a value for every second graph. The second has no values.
    """
    found = []
    for seed in range(count):
        graphs = random_arrays(seed, nodes=9 if seed % 2 else 20)
        verdicts = np.full((len(graphs.mask), 2), np.nan)
        verdicts[::2, 0] = trained_layers(graphs)[::2] + 0.1 * seed
        found.append(EvaluatedSpace(graphs, verdicts))
    return found
