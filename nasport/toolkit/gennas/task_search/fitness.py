"""How good a proxy task is: how well it ranks architectures whose quality is known.

The fitness is the Spearman correlation of the label with what architectures are ranked by: minus the loss, as GenNAS and
`nasport gennas` do, or the fit (equal fits by the loss). The public code of GenNAS takes the correlation's absolute
value; here a task that ranks the architectures backwards is a bad one, since nobody who uses it turns the
ranking around. Architectures of several spaces are ranked within each space, and the fitness is the mean.
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
    """What became of an architecture on a task.

    Attributes:
        place: of the architecture among those of the search.
        loss: lower is better.
        fit: higher is better.
        failed: why the training failed, which gives the worst loss and fit; empty where it did not.
    """

    place: int
    loss: float
    fit: float
    failed: str = ""


# A task and the places of the architectures to train on it, to what becomes of them as it comes, in any order.
Evaluate = Callable[[Task, Sequence[int]], Iterator[TaskResult]]


def fitness(
    trained: Sequence[TaskResult], labels: Sequence[float], by: str, groups: Sequence[int] | None = None
) -> float | None:
    """Spearman correlation of the labels with the ranking by `fit` or `loss`.

    Args:
        trained: N results, in the order of the labels.
        labels: N, higher is better; those of one group are comparable.
        by: one of `BY`.
        groups: the group of each of the N, ranked by itself; the fitness is then the mean over the groups, to which a group
            whose ranking has one place adds 0. None: all are one group.

    Returns:
        The correlation; None where no group's ranking has more than one place.
    """
    keys = [(each.fit if by == "fit" else 0.0, -each.loss) for each in trained]
    ranking = sorted(set(keys))
    places = np.array([ranking.index(key) for key in keys])
    own = np.zeros(len(places), int) if groups is None else np.asarray(groups)
    found = [_correlation(places[own == group], np.asarray(labels)[own == group]) for group in np.unique(own)]
    if all(each is None for each in found):
        return None
    return float(np.mean([each or 0.0 for each in found]))


def _correlation(places: NDArray[np.int64], labels: NDArray[np.float64]) -> float | None:
    return None if (places == places[0]).all() else float(spearmanr(places, labels).statistic)
