"""Learning what the universal predictor's numbers are worth, on several benchmark tables at once.

Labels of two benchmarks cannot be compared: other data, other training, other units. So the loss looks at pairs within
one table only, and a label counts by its place: the Gaussian quantile of its rank. Every family of tables weighs the same,
however many tables and architectures it holds; a family that is ranked badly weighs more.

The head starts from size alone and is shrunk towards it: what a statistic or a judge is worth must show in several
families. What it sees has no weights that are trained here, so it is computed once and training takes seconds. The same
seed gives the same weights. Nothing is chosen along the way: the last step ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from torch import Generator, Tensor
from torch.nn import functional

from nasport.models.optimisation import seeded
from nasport.models.universal_predictor import KINDS, SIZES, STATISTICS, Seen, UniversalPredictor

# Share of a table's architectures that may lie beyond the range of a statistic, at each end.
RANGE = 0.005


@dataclass(frozen=True)
class RankingConfig:
    """How to train.

    Attributes:
        steps: of the optimiser, Adam.
        sample: architectures of each table in a step.
        learning_rate: falls to zero as a cosine.
        whole: how much of size alone is that of the whole network, before anything is learned; the rest is that of
            skeleton and cell.
        cell_size: what a cell's own size counts beside its skeleton's before anything is learned.
        shrinkage: weight of the squared distance from size alone, in deviations of each number.
        robustness: how much more a family weighs whose loss is higher by 1, as a logarithm; 0: all weigh the same.
        weighed: the numbers that may weigh, of documents with cells and of chains; sizes aside.
    """

    steps: int = 300
    sample: int = 64
    learning_rate: float = 4e-2
    whole: float = 0.3
    cell_size: float = 1.0
    shrinkage: float = 0.03
    robustness: float = 0.0
    weighed: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


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
    prior = _prior(columns, model.deviation, training.whole, training.cell_size)
    free = torch.tensor([[name in weighed for name in columns] for weighed in training.weighed]).float()
    never_negative = torch.tensor([name in SIZES or name in model.judges for name in columns])
    families = sorted({table.family for table in tables})
    scaled = [model.scaled(table.numbers) for table in tables]
    with seeded(seed):
        added = torch.zeros(len(KINDS), len(columns), requires_grad=True)
        scale = torch.ones(len(KINDS), 1, requires_grad=True)
        optimizer = torch.optim.Adam([added, scale], lr=training.learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, training.steps)
        generator = Generator().manual_seed(seed)
        for _ in range(training.steps):
            weights = scale.clamp(min=0.1) * prior + free * added
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
            with torch.no_grad():
                added[:, never_negative] = added[:, never_negative].clamp(min=0.0)
        weights = (scale.clamp(min=0.1) * prior + free * added).detach()
    # Scores of one table have a standard deviation of about 1.
    spreads = [(numbers @ weights[table.kind]).std() for table, numbers in zip(tables, scaled, strict=True)]
    model.weights.copy_(weights / torch.stack(spreads).mean())


def pair_loss(scores: Tensor, target: Tensor) -> Tensor:
    """Logistic loss of all pairs of (n,) scores, weighted by how far apart their targets are."""
    gap = target[:, None] - target[None]
    losses = functional.softplus(-(scores[:, None] - scores[None]) * gap.sign())
    weight = gap.abs()
    return (weight * losses).sum() / weight.sum()


def _prior(columns: Sequence[str], deviation: Tensor, whole: float, cell_size: float) -> Tensor:
    """(kinds, C): size alone, of a cell's and of a chain's document, for numbers in deviations."""
    found = torch.zeros(len(KINDS), len(columns))
    found[0, columns.index("size")] = whole
    found[0, columns.index("skeleton")] = 1.0 - whole
    found[0, columns.index("cell")] = (1.0 - whole) * cell_size
    found[1, columns.index("size")] = 1.0
    return found * deviation


def _set_scale(model: UniversalPredictor, tables: Sequence[RankedTable]) -> None:
    """Centre, spread and range of what is weighed: means over tables, the spread within them, and all but the outermost
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
