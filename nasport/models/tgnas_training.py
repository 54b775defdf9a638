"""Training of the TG-NAS predictor on architectures with known accuracy.

Training follows the paper (TG-NAS, section 3.3): mean squared error, AdamW with weight decay, a fixed number of epochs.
Accuracies are standardized for training. The trained model returns accuracies in their own unit minus their mean, because
adding the mean would reduce the precision of the float32 score. There is no model selection: the weights after the last
epoch are the result, and only training labels are used.

The same seed on the same machine gives bit-identical weights. Training uses one thread, because sums that are split over
several threads round differently, and the matrices of a cell are too small for more threads to help much.
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
    """Settings of the training.

    Attributes:
        epochs: number of passes over the training set.
        batch: number of graphs in a step.
        learning_rate: highest learning rate; it rises over the first twentieth of the steps and falls to zero as a cosine.
        weight_decay: weight decay of the weight matrices; biases and norms have none.
    """

    epochs: int = 40
    batch: int = 256
    learning_rate: float = 1e-2
    weight_decay: float = 1e-2


@dataclass(frozen=True)
class TrainingGraphs:
    """Inputs of the predictor for G canonical graphs; see `TgnasPredictor.forward`.

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
        """Return the predictor's inputs for the graphs with these indices."""
        return self.operators, self.index[rows], self.adjacency[rows], self.mask[rows]


@dataclass(frozen=True)
class Trained:
    """A trained predictor.

    Attributes:
        model: trained model in evaluation mode.
        losses: mean training loss of each epoch, in units of the variance of the labels.
        label_mean: mean of the training labels; a score is the predicted accuracy minus this mean.
        label_deviation: standard deviation of the training labels.
    """

    model: TgnasPredictor
    losses: tuple[float, ...]
    label_mean: float
    label_deviation: float


def training_graphs(batch: GraphBatch, embed: Embed) -> TrainingGraphs:
    """Return canonical graphs as tensors, all padded to one size.

    Args:
        batch: result of `canonicalize`.
        embed: function that maps descriptions to embeddings, (len(texts), F) float32.
    """
    parts = predictor_inputs(batch, max(1, len(batch)))
    size = max(part.mask.shape[1] for part in parts)
    index = np.zeros((len(batch), size), np.int64)
    adjacency = np.zeros((len(batch), size, size), np.float32)
    mask = np.zeros((len(batch), size), np.float32)
    for part in parts:
        nodes = part.mask.shape[1]
        index[part.rows, :nodes] = part.index
        adjacency[part.rows, :nodes, :nodes] = part.adjacency
        mask[part.rows, :nodes] = part.mask
    operators = operator_table(batch.kinds, ["embedding"], embed)
    return TrainingGraphs(*(torch.from_numpy(array) for array in (operators, index, adjacency, mask)))


def joined(parts: Sequence[TrainingGraphs]) -> TrainingGraphs:
    """Join the graphs of several tables, in order, to one training set.

    Args:
        parts: one or more sets of graphs, with operator rows of the same width.
    """
    size = max(part.mask.shape[1] for part in parts)
    padding = [size - part.mask.shape[1] for part in parts]
    first = [sum(len(part.operators) for part in parts[:place]) for place in range(len(parts))]
    return TrainingGraphs(
        torch.cat([part.operators for part in parts]),
        torch.cat(
            [pad(part.index + row, (0, n)) for part, n, row in zip(parts, padding, first, strict=True)]
        ),
        torch.cat([pad(part.adjacency, (0, n, 0, n)) for part, n in zip(parts, padding, strict=True)]),
        torch.cat([pad(part.mask, (0, n)) for part, n in zip(parts, padding, strict=True)]),
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
        graphs: G training graphs.
        labels: (G,) accuracies, higher is better.
        config: sizes and options of the model.
        training: settings of the training.
        seed: seed of the initial weights, the order of the graphs, and dropout.
        components: (F, projection) projection of the embeddings, if `config.projection` is set.
        on_epoch: function called after each epoch with the number of completed epochs and the epoch's loss.
    """
    mean, deviation = float(labels.mean()), float(labels.std())
    targets = torch.from_numpy(((labels - mean) / deviation).astype(np.float32))
    losses = []
    with seeded(seed):
        model = TgnasPredictor(config, components).train()
        matrices = [model.operator_weight, model.second_weight, model.readout.weight]
        others = [
            parameter
            for parameter in model.parameters()
            if not any(parameter is matrix for matrix in matrices)
        ]
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
    """Return the scores (G,) of graphs; the model keeps its mode (training or evaluation)."""
    with torch.no_grad():
        parts = [model(*graphs.rows(rows)) for rows in torch.split(torch.arange(len(graphs)), SCORING_BATCH)]
    scores: NDArray[np.float32] = torch.cat(parts).numpy()
    return scores
