"""How good a proxy task is: how well the losses that it gives rank architectures whose quality is known.

The fitness is the Spearman correlation of minus the loss with the label. The public code of GenNAS takes its absolute
value; here a task whose losses rank the architectures backwards is a bad one, since whoever uses a task takes a lower
loss for better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import spearmanr

from nasport.toolkit.gennas.task import Task


class Loss(NamedTuple):
    """The loss of an architecture on a task, and why it is the worst there is, where the training failed.

    Attributes:
        place: of the architecture among those of the search.
    """

    place: int
    loss: float
    failed: str = ""


# A task and the places of the architectures to train on it, to their losses as they come, in any order.
Evaluate = Callable[[Task, Sequence[int]], Iterator[Loss]]


def fitness(losses: Sequence[float], labels: Sequence[float]) -> float | None:
    """Spearman correlation of minus the losses with the labels; None where the losses are all equal."""
    if len(set(losses)) == 1:
        return None
    return float(spearmanr(-np.asarray(losses), np.asarray(labels)).statistic)
