"""Fitness of a proxy task: how well it ranks architectures with known labels.

The fitness is the Spearman correlation between the labels and the ranking. The ranking is by the loss, as in GenNAS and
`nasport gennas`, or by the fit (equal fits by the loss). The public code of GenNAS uses the absolute value of the
correlation. Here a task that reverses the ranking has a low fitness, because the ranking is used without reversing it.
Architectures of several search spaces are ranked within each space, and the fitness is the mean correlation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from nasport.toolkit.gennas.task import Task

BY = ("loss", "fit")


class TaskResult(NamedTuple):
    """Result of one architecture on a task.

    Attributes:
        place: index of the architecture in the search.
        loss: loss, lower is better.
        fit: fit, higher is better.
        failed: why the training failed, which gives the worst loss and fit; empty if it succeeded.
    """

    place: int
    loss: float
    fit: float
    failed: str = ""


# Trains the architectures with the given indices on a task and yields their results in any order.
Evaluate = Callable[[Task, Sequence[int]], Iterator[TaskResult]]


def fitness(
    trained: Sequence[TaskResult], labels: Sequence[float], by: str, groups: Sequence[int] | None = None
) -> float | None:
    """Return the Spearman correlation between the labels and the ranking by `fit` or `loss`.

    Args:
        trained: N results, in the order of the labels.
        labels: N labels, higher is better; labels of one group are comparable.
        by: one of `BY`.
        groups: N groups. Each group is ranked separately, and the fitness is the mean over the groups, where a group in
            which all results are equal counts as 0. None: all architectures form one group.

    Returns:
        the correlation; None if all results of each group are equal.
    """
    keys = [(result.fit if by == "fit" else 0.0, -result.loss) for result in trained]
    ranking = sorted(set(keys))
    places = np.array([ranking.index(key) for key in keys])
    group_of = np.zeros(len(places), int) if groups is None else np.asarray(groups)
    members = [group_of == group for group in np.unique(group_of)]
    correlations = [_correlation(places[member], np.asarray(labels)[member]) for member in members]
    if all(correlation is None for correlation in correlations):
        return None
    return float(np.mean([correlation or 0.0 for correlation in correlations]))


def _correlation(places: NDArray[np.int64], labels: NDArray[np.float64]) -> float | None:
    return None if (places == places[0]).all() else float(spearmanr(places, labels).statistic)
