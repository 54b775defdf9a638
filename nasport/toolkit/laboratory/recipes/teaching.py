"""The taught network of the universal predictors: a graph network that learns to predict the values of evaluators.

It learns from evaluations of synthetic architectures (`world`), without any label, and is the same for all bundles of a seed,
whatever tables their head is trained on. In the exported predictor its outputs are called `opinions` (the predicted values of
the evaluators) and `doubts` (their uncertainty).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from nasport.models.optimization import seeded
from nasport.models.taught_network import TaughtConfig
from nasport.models.taught_training import EvaluatedSpace, GraphArrays, TeachingConfig, teach
from nasport.models.universal_predictor import (
    GLOBALS,
    OPERATOR_FEATURES,
    UniversalPredictor,
    node_features,
)
from nasport.runtime.encoding import EncodedBatch, encode
from nasport.runtime.features import operator_table, predictor_inputs
from nasport.runtime.globals import global_table
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.laboratory.world.evaluations import read_evaluations

# Evaluators whose values are predicted, in the order of the predictor's outputs; GenNAS regression with the name of its task.
EVALUATORS = (
    "gennas:search-N",
    "nwot",
    "az_expressivity",
    "az_progressivity",
    "synflow",
    "zen",
    "grad_norm",
    "jacov",
)
CONFIG = TaughtConfig()
TEACHING = TeachingConfig()


@cache
def taught_predictor(seed: int) -> UniversalPredictor:
    """Return a predictor with a trained taught network and an untrained head."""
    with seeded(seed):
        model = UniversalPredictor(EVALUATORS, CONFIG)
    output = OPERATOR_FEATURES.index("output")
    teach(model.taught, output, evaluated_spaces(), TEACHING, seed, say=_say(seed))
    return model.eval()


@cache
def evaluated_spaces() -> tuple[EvaluatedSpace, ...]:
    """Return the evaluated synthetic architectures for the training of the taught network.

    Cells in the common skeleton are grouped by the kind of their space, because their values can be compared across spaces.
    """
    evaluations = read_evaluations()
    values = evaluations.of(EVALUATORS)
    own: list[EvaluatedSpace] = []
    common: dict[tuple[str, bool], list[tuple[Architecture, int]]] = {}
    for space, architectures, rows in evaluations.spaces():
        if not space.has_common_skeleton:
            own.append(EvaluatedSpace(graph_arrays(encode(architectures))[1], values[rows]))
            continue
        for architecture, row in zip(architectures, rows.tolist(), strict=True):
            # GenNAS, the slowest evaluator, evaluated only few cells. They form a separate group, so that a training step
            # compares enough of them.
            key = space.kind, bool(np.isfinite(values[row, 0]))
            common.setdefault(key, []).append((architecture, row))
    for key in sorted(common):
        architectures, places = map(list, zip(*common[key], strict=True))
        graphs = graph_arrays(encode(architectures))[1]
        own.append(EvaluatedSpace(graphs, values[places], one_skeleton=True))
    return tuple(own)


def graph_arrays(batch: EncodedBatch) -> tuple[GraphBatch, GraphArrays]:
    """Return canonical graphs, and their arrays as input of the networks."""
    graphs = canonicalize(batch.graphs)
    count = len(graphs)
    table = torch.from_numpy(operator_table(graphs.kinds, OPERATOR_FEATURES, no_embedding))
    parts = predictor_inputs(graphs, count)
    size = max(part.mask.shape[1] for part in parts)
    nodes, adjacency = torch.zeros(count, size, table.shape[1]), torch.zeros(count, size, size)
    mask = torch.zeros(count, size)
    for part in parts:
        rows, width = torch.from_numpy(part.rows), part.mask.shape[1]
        mask[rows, :width] = part_mask = torch.from_numpy(part.mask)
        adjacency[rows, :width, :width] = torch.from_numpy(part.adjacency)
        nodes[rows, :width] = node_features(table, torch.from_numpy(part.index), part_mask)
    network = global_table(GLOBALS, batch, graphs, reachable_parameters(graphs))
    return graphs, GraphArrays(nodes, adjacency, mask, torch.from_numpy(network))


def no_embedding(texts: Sequence[str]) -> NDArray[np.float32]:
    """Refuse to embed texts: all operators of the synthetic architectures and of the tables have a known kind."""
    raise ValueError(f"no embedding of {texts}")


def _say(seed: int) -> Callable[[str], None]:
    return lambda text: print(f"taught network, seed {seed}, {text}", file=sys.stderr)
