"""Training the predictor on architectures whose accuracy is known.

As the paper does it (TG-NAS, section 3.3): mean squared error, AdamW with weight decay, a fixed number of epochs. The
accuracies are standardized for training; the trained model gives them back in their own unit, less their mean, which
would only cost the score some of its digits. Nothing is chosen along the way: the last epoch is what ships, and no
labels but the training labels are ever looked at.

The same seed on the same machine gives the same weights to the last bit. Training uses one thread: sums split over more
would round differently, and the matrices of a cell are too small to gain much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import pad

from nasport.models.optimization import one_cycle, seeded
from nasport.models.tgnas import TgnasConfig, TgnasPredictor
from nasport.runtime.features import Embed, operator_table, predictor_inputs
from nasport.schemas.graphs.document_graph import GraphBatch

SCORING_BATCH = 1024


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    Attributes:
        epochs: passes over the training set.
        batch: graphs a step.
        learning_rate: the highest; it rises over the first twentieth of the steps and falls to zero as a cosine.
        weight_decay: on weight matrices; biases and norms are left alone.
    """

    epochs: int = 40
    batch: int = 256
    learning_rate: float = 1e-2
    weight_decay: float = 1e-2


@dataclass(frozen=True)
class TrainingGraphs:
    """G canonical graphs as the predictor reads them.

    Attributes:
        operators: (K, F) float32.
        index: (G, N) int64.
        adjacency: (G, N, N) float32.
        mask: (G, N) float32.
    """

    operators: Tensor
    index: Tensor
    adjacency: Tensor
    mask: Tensor

    def __len__(self) -> int:
        return len(self.mask)

    def rows(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The predictor's inputs for some of the graphs."""
        return self.operators, self.index[rows], self.adjacency[rows], self.mask[rows]


@dataclass(frozen=True)
class Trained:
    """A trained predictor.

    Attributes:
        model: in evaluation mode.
        losses: mean training loss of each epoch, in variances of the labels.
        label_mean: of the training labels; a score says how far above it an architecture should lie.
        label_deviation: of the training labels, the root of the unit of `losses`.
    """

    model: TgnasPredictor
    losses: tuple[float, ...]
    label_mean: float
    label_deviation: float


def training_graphs(batch: GraphBatch, embed: Embed) -> TrainingGraphs:
    """Canonical graphs as tensors, all padded to one size.

    Args:
        batch: as `canonicalize` gives it.
        embed: descriptions to embeddings, (len(texts), F) float32.
    """
    parts = predictor_inputs(batch, max(1, len(batch)))
    size = max(part.mask.shape[1] for part in parts)
    index = np.zeros((len(batch), size), np.int64)
    adjacency = np.zeros((len(batch), size, size), np.float32)
    mask = np.zeros((len(batch), size), np.float32)
    for part in parts:
        have = part.mask.shape[1]
        index[part.rows, :have] = part.index
        adjacency[part.rows, :have, :have] = part.adjacency
        mask[part.rows, :have] = part.mask
    operators = operator_table(batch.kinds, ["embedding"], embed)
    return TrainingGraphs(*(torch.from_numpy(array) for array in (operators, index, adjacency, mask)))


def joined(parts: Sequence[TrainingGraphs]) -> TrainingGraphs:
    """The graphs of several tables as one training set, in order.

    Args:
        parts: one or more, with operator rows of the same width.
    """
    size = max(part.mask.shape[1] for part in parts)
    spare = [size - part.mask.shape[1] for part in parts]
    first = [sum(len(part.operators) for part in parts[:place]) for place in range(len(parts))]
    return TrainingGraphs(
        torch.cat([part.operators for part in parts]),
        torch.cat([pad(part.index + row, (0, n)) for part, n, row in zip(parts, spare, first, strict=True)]),
        torch.cat([pad(part.adjacency, (0, n, 0, n)) for part, n in zip(parts, spare, strict=True)]),
        torch.cat([pad(part.mask, (0, n)) for part, n in zip(parts, spare, strict=True)]),
    )


def train(
    graphs: TrainingGraphs,
    labels: NDArray[np.float64],
    config: TgnasConfig,
    training: TrainingConfig,
    seed: int,
    *,
    components: Tensor | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> Trained:
    """Train a predictor.

    Args:
        graphs: G of them.
        labels: (G,) accuracies, higher is better.
        config: of the model.
        training: how.
        seed: of the first weights, the order of the graphs and dropout.
        components: (F, projection), where `config.projection` asks for one.
        on_epoch: told the number of epochs done and the last one's loss.
    """
    mean, deviation = float(labels.mean()), float(labels.std())
    targets = torch.from_numpy(((labels - mean) / deviation).astype(np.float32))
    losses = []
    with seeded(seed):
        model = TgnasPredictor(config, components).train()
        matrices = [model.operator_weight, model.second_weight, model.readout.weight]
        others = [each for each in model.parameters() if not any(each is matrix for matrix in matrices)]
        groups = [{"params": matrices}, {"params": others, "weight_decay": 0.0}]
        rate, decay = training.learning_rate, training.weight_decay
        steps = training.epochs * -(-len(graphs) // training.batch)
        step = one_cycle(groups, rate, decay, steps, rising=0.05, cycle_momentum=False)
        for epoch in range(training.epochs):
            total = 0.0
            for rows in torch.split(torch.randperm(len(graphs)), training.batch):
                loss = nn.functional.mse_loss(model(*graphs.rows(rows)), targets[rows])
                step(loss)
                total += loss.item() * len(rows)
            losses.append(total / len(graphs))
            if on_epoch is not None:
                on_epoch(epoch + 1, losses[-1])
    with torch.no_grad():
        model.readout.weight.mul_(deviation)
        model.readout.bias.mul_(deviation)
    return Trained(model.eval(), tuple(losses), mean, deviation)


def predict(model: TgnasPredictor, graphs: TrainingGraphs) -> NDArray[np.float32]:
    """Scores (G,) of graphs, with the model as it is."""
    with torch.no_grad():
        parts = [model(*graphs.rows(rows)) for rows in torch.split(torch.arange(len(graphs)), SCORING_BATCH)]
    scores: NDArray[np.float32] = torch.cat(parts).numpy()
    return scores
