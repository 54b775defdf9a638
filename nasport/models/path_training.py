"""Training the path predictor to rank, on several spaces at once.

Labels of two benchmarks cannot be compared: other data, other training, other units. So the loss looks at pairs within
one table only, and a label counts by its place: the Gaussian quantile of its rank. Every table weighs the same, however
many architectures it holds.

What the predictor reads of a graph has no weights that are trained here, so the statistics are computed once and
training takes seconds. The same seed gives the same weights. Nothing is chosen along the way: the last step ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from torch import Generator, Tensor, nn
from torch.nn import functional

from nasport.models.optimisation import one_cycle, seeded
from nasport.models.path_predictor import STATISTICS, UNBOUNDED, PathConfig, PathPredictor, StatisticScale

CAPACITY = STATISTICS.index("capacity")
# Share of a table's architectures that may lie beyond the range of a statistic, at each end.
RANGE = 0.005


@dataclass(frozen=True)
class RankingConfig:
    """How to train.

    Attributes:
        steps: of the optimiser.
        sample: architectures of each table in a step.
        learning_rate: of the bounded correction; rises over the first tenth of the steps, then falls to zero as a cosine.
        linear_rate: of the linear part.
        weight_decay: of the bounded correction.
        shrinkage: weight of the squared linear part in the loss.
    """

    steps: int = 400
    sample: int = 48
    learning_rate: float = 3e-3
    linear_rate: float = 3e-2
    weight_decay: float = 1e-2
    shrinkage: float = 2e-2


@dataclass(frozen=True)
class RankedTable:
    """One benchmark's architectures as the head of the predictor sees them.

    Attributes:
        statistics: (G, S).
        target: (G,) Gaussian quantiles of the labels.
    """

    statistics: Tensor
    target: Tensor


def quantiles(labels: Sequence[NDArray[np.float64]]) -> Tensor:
    """(G,) one target from several labels of the same architectures: ranks to Gaussian quantiles, averaged, ranked again."""
    averaged = np.mean([_quantile(label) for label in labels], axis=0)
    return torch.from_numpy(_quantile(averaged).astype(np.float32))


def train_to_rank(
    tables: Sequence[RankedTable],
    scale: StatisticScale,
    config: PathConfig,
    training: RankingConfig,
    seed: int,
    text: nn.Module | None = None,
) -> PathPredictor:
    """Train a predictor.

    Args:
        tables: to learn from.
        scale: of the statistics, see `scale_of`.
        config: of the predictor.
        training: how.
        seed: of first weights and samples.
        text: reads attributes from descriptions; it is not trained here.

    Returns:
        The predictor, in evaluation mode.
    """
    with seeded(seed):
        model = PathPredictor(config)
        model.set_scale(scale)
        groups = [
            {"params": [*model.bend.parameters(), model.unbend]},
            {"params": [model.linear], "weight_decay": 0.0},
        ]
        rates = [training.learning_rate, training.linear_rate]
        step = one_cycle(groups, training.learning_rate, training.weight_decay, training.steps, rates=rates)
        generator = Generator().manual_seed(seed)
        for _ in range(training.steps):
            losses = []
            for table in tables:
                rows = torch.randint(len(table.target), (training.sample,), generator=generator)
                losses.append(pair_loss(model.head(table.statistics[rows]), table.target[rows]))
            step(torch.stack(losses).mean() + training.shrinkage * model.linear.square().sum())
    model.text = text
    return model.eval()


def scale_of(statistics: Sequence[Tensor], reachable: Sequence[Tensor]) -> StatisticScale:
    """Centre and spread of the statistics: means over tables, and the spread within them.

    The range is that of the tables' quantiles. Capacity has none: a larger network than all of them is larger still, but
    no more can be said of a cell with twice the poolings of any other than that it has as many as the worst.

    Args:
        statistics: (G, S) of each table, of architectures whose network is known.
        reachable: (G,) log(1 + reachable parameters) of each table.
    """
    mean = torch.stack([table.mean(dim=0) for table in statistics]).mean(dim=0)
    variance = torch.stack([table.var(dim=0, correction=0) for table in statistics]).mean(dim=0)
    lowest = torch.stack([table.quantile(RANGE, dim=0) for table in statistics]).amin(dim=0)
    highest = torch.stack([table.quantile(1 - RANGE, dim=0) for table in statistics]).amax(dim=0)
    lowest[CAPACITY], highest[CAPACITY] = -UNBOUNDED, UNBOUNDED
    gaps = [
        (table[:, CAPACITY] - weights).mean() for table, weights in zip(statistics, reachable, strict=True)
    ]
    offset = float(torch.stack(gaps).mean())
    return StatisticScale(mean, variance.sqrt().clamp(min=1e-6), lowest, highest, offset)


def pair_loss(scores: Tensor, target: Tensor) -> Tensor:
    """Logistic loss of all pairs of (n,) scores, weighted by how far apart their targets are."""
    gap = target[:, None] - target[None]
    losses = functional.softplus(-(scores[:, None] - scores[None]) * gap.sign())
    weight = gap.abs()
    return (weight * losses).sum() / weight.sum()


def _quantile(values: NDArray[np.float64]) -> NDArray[np.float64]:
    places: NDArray[np.float64] = norm.ppf((rankdata(values) - 0.5) / len(values))
    return places
