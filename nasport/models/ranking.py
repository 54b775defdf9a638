"""Training of the universal predictor's head: weights of its inputs, learned on several benchmark tables at once.

Labels of different benchmarks are not comparable, because data, training and units differ. So the loss compares only pairs
within a table, and each label is replaced by the Gaussian quantile of its rank. All families of tables have the same
weight, independent of their numbers of tables and architectures.

The head starts from a rule with round weights (`RankingConfig.start`) and is shrunk toward it, so only effects that occur
in several families change it much. No weight changes its sign. Only the head is trained, so its inputs are computed once
and training takes seconds. The same seed gives the same weights. There is no model selection: the weights after the last
step are the result.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from torch import Generator, Tensor
from torch.nn import functional

from nasport.models.optimization import seeded
from nasport.models.universal_predictor import KINDS, SIZES, STATISTICS, Seen, UniversalPredictor

# Share of a table's architectures that are below the range of a statistic; the same share is above it.
RANGE = 0.005


@dataclass(frozen=True)
class RankingConfig:
    """Settings of the training.

    Attributes:
        steps: number of steps of the optimizer, Adam.
        sample: number of architectures of each table in a step.
        learning_rate: initial learning rate; it falls to zero as a cosine.
        shrinkage: weight of the penalty: the squared difference from the initial weights of the standardized inputs.
        robustness: a family's weight grows by exp(robustness) if its loss is higher by 1; 0 gives all the same weight.
        start: initial weights by name, for documents with cells and for chains.
        learned: names of the inputs whose weights are learned; the others keep their initial weights.
    """

    steps: int = 300
    sample: int = 64
    learning_rate: float = 4e-2
    shrinkage: float = 1.0
    robustness: float = 0.0
    start: tuple[Mapping[str, float], Mapping[str, float]] = ({"skeleton": 1.0, "cell": 1.0}, {"size": 1.0})
    learned: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def without(self, names: Collection[str]) -> RankingConfig:
        """Return the same settings without some inputs of the head."""
        cells, chain = (
            {name: weights[name] for name in weights if name not in names} for weights in self.start
        )
        learned = tuple(tuple(name for name in kind if name not in names) for kind in self.learned)
        return replace(self, start=(cells, chain), learned=(learned[0], learned[1]))


@dataclass(frozen=True)
class RankedTable:
    """Architectures of one benchmark as inputs of the head, with their targets.

    Attributes:
        family: name of the table's family; the tables of a family share one weight.
        seen: inputs of the head for G architectures of one kind.
        target: (G,) Gaussian quantiles of the labels.
    """

    family: str
    seen: Seen
    target: Tensor

    @property
    def numbers(self) -> Tensor:
        """Inputs of the head, (G, C)."""
        return torch.cat([self.seen.statistics, self.seen.opinions], dim=1)

    @property
    def kind(self) -> int:
        """Index in `KINDS` of the kind of the table's documents."""
        return int(self.seen.chain[0] > 0.5)


def quantiles(labels: Sequence[NDArray[np.float64]]) -> Tensor:
    """Return targets (G,) from one or more vectors of labels of the same G architectures.

    Ranks of each vector become Gaussian quantiles. The mean of these quantiles is ranked and mapped to quantiles again.
    """
    averaged = np.mean([_quantile(label) for label in labels], axis=0)
    return torch.from_numpy(_quantile(averaged).astype(np.float32))


def train_to_rank(
    model: UniversalPredictor, tables: Sequence[RankedTable], training: RankingConfig, seed: int
) -> None:
    """Train the head of a predictor in place.

    Args:
        model: predictor; its graph network (`taught_network.py`) does not change.
        tables: training data.
        training: settings of the training.
        seed: seed of the samples.
    """
    _set_scale(model, tables)
    columns = model.columns
    start = torch.tensor([[weights.get(name, 0.0) for name in columns] for weights in training.start])
    start = start * model.deviation
    free = torch.tensor([[name in kind for name in columns] for kind in training.learned]).float()
    sign = torch.tensor([float(name in SIZES or name in model.evaluators) for name in columns])
    sign = torch.where(start == 0, sign, start.sign())
    families = sorted({table.family for table in tables})
    scaled = [model.scaled(table.numbers) for table in tables]
    with seeded(seed):
        added = torch.zeros(len(KINDS), len(columns), requires_grad=True)
        scale = torch.ones(len(KINDS), 1, requires_grad=True)
        optimizer = torch.optim.Adam([added, scale], lr=training.learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, training.steps)
        generator = Generator().manual_seed(seed)
        for _ in range(training.steps):
            weights = scale.clamp(min=0.1) * start + free * added
            losses: dict[str, list[Tensor]] = {family: [] for family in families}
            for table, numbers in zip(tables, scaled, strict=True):
                rows = torch.randint(len(table.target), (training.sample,), generator=generator)
                losses[table.family].append(
                    pair_loss(numbers[rows] @ weights[table.kind], table.target[rows])
                )
            means = torch.stack([torch.stack(losses[family]).mean() for family in families])
            shares = torch.softmax(training.robustness * means.detach(), dim=0)
            loss = (shares * means).sum() + training.shrinkage * (free * added).square().sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            with torch.no_grad():  # a learned weight may reach zero but must not change its sign
                wrong_sign = sign * (scale.clamp(min=0.1) * start + added) < 0
                added.copy_(torch.where(wrong_sign, -scale.clamp(min=0.1) * start, added))
        weights = (scale.clamp(min=0.1) * start + free * added).detach()
    # Scale the weights so that the scores of a table have a standard deviation of about 1.
    spreads = [(numbers @ weights[table.kind]).std() for table, numbers in zip(tables, scaled, strict=True)]
    model.weights.copy_(weights / torch.stack(spreads).mean())


def pair_loss(scores: Tensor, target: Tensor) -> Tensor:
    """Return the logistic loss over all pairs of (n,) scores, weighted by the difference of their targets."""
    gap = target[:, None] - target[None]
    losses = functional.softplus(-(scores[:, None] - scores[None]) * gap.sign())
    weight = gap.abs()
    return (weight * losses).sum() / weight.sum()


def _set_scale(model: UniversalPredictor, tables: Sequence[RankedTable]) -> None:
    """Set center, deviation and range of the head's inputs.

    The center is the mean over the tables, the deviation is the root of the mean variance within a table, and the range
    excludes the share `RANGE` at each end of a table. Sizes have no range, because the effect of size is extrapolated.
    Other statistics are clipped to the range: a cell with twice as many poolings as any training cell counts like a cell
    at the end of the range.
    """
    numbers = [table.numbers for table in tables]
    model.mean.copy_(torch.stack([columns.mean(dim=0) for columns in numbers]).mean(dim=0))
    variance = torch.stack([columns.var(dim=0, correction=0) for columns in numbers])
    # A table in which an input is constant does not contribute to its deviation.
    varies = (variance > 1e-8).float()
    spread = ((variance * varies).sum(dim=0) / varies.sum(dim=0).clamp(min=1.0)).sqrt()
    model.deviation.copy_(torch.where(spread > 0, spread, torch.ones_like(spread)))
    model.lowest.copy_(torch.stack([columns.quantile(RANGE, dim=0) for columns in numbers]).amin(dim=0))
    model.highest.copy_(torch.stack([columns.quantile(1 - RANGE, dim=0) for columns in numbers]).amax(dim=0))
    sizes = [STATISTICS.index(name) for name in SIZES]
    model.lowest[sizes], model.highest[sizes] = -1e9, 1e9


def _quantile(values: NDArray[np.float64]) -> NDArray[np.float64]:
    quantile: NDArray[np.float64] = norm.ppf((rankdata(values) - 0.5) / len(values))
    return quantile
