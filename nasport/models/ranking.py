"""Learning what the universal predictor's numbers are worth, on several benchmark tables at once.

Labels of two benchmarks cannot be compared: other data, other training, other units. So the loss looks at pairs within
one table only, and a label counts by its place: the Gaussian quantile of its rank. Every family of tables weighs the same,
however many tables and architectures it holds.

The head starts from a rule in round numbers (`RankingConfig.start`) and is shrunk towards it: what departs from the rule
must show in several families, and no number changes its sign. What the head sees has no weights that are trained here,
so it is computed once and training takes seconds. The same seed gives the same weights. Nothing is chosen along the way:
the last step ships.
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

# Share of a table's architectures that may lie beyond the range of a statistic, at each end.
RANGE = 0.005


@dataclass(frozen=True)
class RankingConfig:
    """How to train.

    Attributes:
        steps: of the optimizer, Adam.
        sample: architectures of each table in a step.
        learning_rate: falls to zero as a cosine.
        shrinkage: weight of the squared distance from the start, in deviations of each number.
        robustness: how much more a family weighs whose loss is higher by 1, as a logarithm; 0: all weigh the same.
        start: what each number weighs before anything is learned, of documents with cells and of chains.
        learned: the numbers whose weight is learned; the others keep that of the start.
    """

    steps: int = 300
    sample: int = 64
    learning_rate: float = 4e-2
    shrinkage: float = 1.0
    robustness: float = 0.0
    start: tuple[Mapping[str, float], Mapping[str, float]] = ({"skeleton": 1.0, "cell": 1.0}, {"size": 1.0})
    learned: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def without(self, names: Collection[str]) -> RankingConfig:
        """The same without some of the numbers."""
        cells, chain = ({name: each[name] for name in each if name not in names} for each in self.start)
        learned = tuple(tuple(name for name in each if name not in names) for each in self.learned)
        return replace(self, start=(cells, chain), learned=(learned[0], learned[1]))


@dataclass(frozen=True)
class RankedTable:
    """One benchmark's architectures as the head sees them.

    Attributes:
        family: tables of one family share a weight.
        seen: of G architectures, all of one kind.
        target: (G,) Gaussian quantiles of the labels.
    """

    family: str
    seen: Seen
    target: Tensor

    @property
    def numbers(self) -> Tensor:
        """(G, C) what is weighed."""
        return torch.cat([self.seen.statistics, self.seen.opinions], dim=1)

    @property
    def kind(self) -> int:
        """Place of the kind of its documents in `KINDS`."""
        return int(self.seen.chain[0] > 0.5)


def quantiles(labels: Sequence[NDArray[np.float64]]) -> Tensor:
    """(G,) one target from several labels of the same architectures: ranks to Gaussian quantiles, averaged, ranked again."""
    averaged = np.mean([_quantile(label) for label in labels], axis=0)
    return torch.from_numpy(_quantile(averaged).astype(np.float32))


def train_to_rank(
    model: UniversalPredictor, tables: Sequence[RankedTable], training: RankingConfig, seed: int
) -> None:
    """Train the head of a predictor in place.

    Args:
        model: whose taught network stays as it is.
        tables: to learn from.
        training: how.
        seed: of the samples.
    """
    _set_scale(model, tables)
    columns = model.columns
    start = torch.tensor([[each.get(name, 0.0) for name in columns] for each in training.start])
    start = start * model.deviation
    free = torch.tensor([[name in each for name in columns] for each in training.learned]).float()
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
            with torch.no_grad():  # what is learned may silence a number of the start, never turn it round
                turned = sign * (scale.clamp(min=0.1) * start + added) < 0
                added.copy_(torch.where(turned, -scale.clamp(min=0.1) * start, added))
        weights = (scale.clamp(min=0.1) * start + free * added).detach()
    # Scores of one table have a standard deviation of about 1.
    spreads = [(numbers @ weights[table.kind]).std() for table, numbers in zip(tables, scaled, strict=True)]
    model.weights.copy_(weights / torch.stack(spreads).mean())


def pair_loss(scores: Tensor, target: Tensor) -> Tensor:
    """Logistic loss of all pairs of (n,) scores, weighted by how far apart their targets are."""
    gap = target[:, None] - target[None]
    losses = functional.softplus(-(scores[:, None] - scores[None]) * gap.sign())
    weight = gap.abs()
    return (weight * losses).sum() / weight.sum()


def _set_scale(model: UniversalPredictor, tables: Sequence[RankedTable]) -> None:
    """Center, spread and range of what is weighed: means over tables, the spread within them, and all but the outermost
    architectures of each.

    Sizes have no range: a larger network than all of them is larger still, but no more can be said of a cell with twice the
    poolings of any other than that it has as many as the worst.
    """
    numbers = [table.numbers for table in tables]
    model.mean.copy_(torch.stack([each.mean(dim=0) for each in numbers]).mean(dim=0))
    variance = torch.stack([each.var(dim=0, correction=0) for each in numbers])
    # A table in which a number never varies says nothing of its spread.
    varies = (variance > 1e-8).float()
    spread = ((variance * varies).sum(dim=0) / varies.sum(dim=0).clamp(min=1.0)).sqrt()
    model.deviation.copy_(torch.where(spread > 0, spread, torch.ones_like(spread)))
    model.lowest.copy_(torch.stack([each.quantile(RANGE, dim=0) for each in numbers]).amin(dim=0))
    model.highest.copy_(torch.stack([each.quantile(1 - RANGE, dim=0) for each in numbers]).amax(dim=0))
    sizes = [STATISTICS.index(name) for name in SIZES]
    model.lowest[sizes], model.highest[sizes] = -1e9, 1e9


def _quantile(values: NDArray[np.float64]) -> NDArray[np.float64]:
    places: NDArray[np.float64] = norm.ppf((rankdata(values) - 0.5) / len(values))
    return places
