"""The taught network of the universal predictors: learned once from the judgements of the world, without any label.

The same for every bundle of a seed, whatever tables its head learns from.
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
from nasport.toolkit.laboratory.world.judgements import read_judgements

# Evaluators that are foretold, in the order of the predictor's outputs; of GenNAS regression by the name of its task.
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
    """A predictor whose taught network is trained and whose head weighs nothing yet."""
    with seeded(seed):
        model = UniversalPredictor(EVALUATORS, CONFIG)
    output = OPERATOR_FEATURES.index("output")
    teach(model.taught, output, evaluated_spaces(), TEACHING, seed, say=_say(seed))
    return model.eval()


@cache
def evaluated_spaces() -> tuple[EvaluatedSpace, ...]:
    """The judged architectures of the world, as the taught network takes them; cells in the common skeleton by kind."""
    judgements = read_judgements()
    verdicts = judgements.of(EVALUATORS)
    own: list[EvaluatedSpace] = []
    common: dict[tuple[str, bool], list[tuple[Architecture, int]]] = {}
    for space, architectures, rows in judgements.spaces():
        if not space.has_common_skeleton:
            own.append(EvaluatedSpace(graph_arrays(encode(architectures))[1], verdicts[rows]))
            continue
        for architecture, row in zip(architectures, rows.tolist(), strict=True):
            # Those that the dearest judge heard apart, so that enough of them meet in a step.
            key = space.kind, bool(np.isfinite(verdicts[row, 0]))
            common.setdefault(key, []).append((architecture, row))
    for key in sorted(common):
        architectures, places = map(list, zip(*common[key], strict=True))
        graphs = graph_arrays(encode(architectures))[1]
        own.append(EvaluatedSpace(graphs, verdicts[places], one_skeleton=True))
    return tuple(own)


def graph_arrays(batch: EncodedBatch) -> tuple[GraphBatch, GraphArrays]:
    """Canonical graphs, and the same as the networks here take them."""
    graphs = canonicalize(batch.graphs)
    count = len(graphs)
    table = torch.from_numpy(operator_table(graphs.kinds, OPERATOR_FEATURES, no_embedding))
    parts = predictor_inputs(graphs, count)
    size = max(part.mask.shape[1] for part in parts)
    nodes, adjacency = torch.zeros(count, size, table.shape[1]), torch.zeros(count, size, size)
    mask = torch.zeros(count, size)
    for part in parts:
        rows, here = torch.from_numpy(part.rows), part.mask.shape[1]
        mask[rows, :here] = there = torch.from_numpy(part.mask)
        adjacency[rows, :here, :here] = torch.from_numpy(part.adjacency)
        nodes[rows, :here] = node_features(table, torch.from_numpy(part.index), there)
    network = global_table(GLOBALS, batch, graphs, reachable_parameters(graphs))
    return graphs, GraphArrays(nodes, adjacency, mask, torch.from_numpy(network))


def no_embedding(texts: Sequence[str]) -> NDArray[np.float32]:
    """Of no operator of the world or of a table only a description is known."""
    raise ValueError(f"no embedding of {texts}")


def _say(seed: int) -> Callable[[str], None]:
    return lambda text: print(f"taught network, seed {seed}, {text}", file=sys.stderr)
