"""How good a proxy task is: how well it ranks architectures whose quality is known.

The fitness is the Spearman correlation of the label with what architectures are ranked by: minus the loss, as GenNAS and
`nasport gennas` do, or the fit (equal fits by the loss). The public code of GenNAS takes the correlation's absolute
value; here a task that ranks the architectures backwards is a bad one, since nobody who uses it turns the
ranking around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
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


def fitness(trained: Sequence[TaskResult], labels: Sequence[float], by: str) -> float | None:
    """Spearman correlation of the labels with the ranking by `fit` or `loss`; None where the ranking has one place."""
    keys = [(each.fit if by == "fit" else 0.0, -each.loss) for each in trained]
    ranking = sorted(set(keys))
    if len(ranking) == 1:
        return None
    places = [ranking.index(key) for key in keys]
    return float(spearmanr(np.array(places), np.asarray(labels)).statistic)
