"""Losses that can be sorted together: of trainings that failed, and of networks that lack stages of the task."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from torch import Tensor

# As in the public code of GenNAS.
WORST_LOSS = 1000.0
# Where predicting zeros costs more than a hundredth of it, an honest loss may come near.
_LOUD = 100.0


def worst_loss(targets: Sequence[Tensor | None], weights: Sequence[float]) -> float:
    """1000, or a hundred times the loss of predicting zeros, if that is more.

    Args:
        targets: of all stages of the task, whichever of them a network has a head for; None of one without signals.
        weights: of the stages' errors in the loss.
    """
    return max(WORST_LOSS, _LOUD * _silent(targets, weights, range(len(targets))))


def for_missing_stages(
    targets: Sequence[Tensor | None], weights: Sequence[float], stages: Collection[int]
) -> float:
    """By what the loss of a network is multiplied that has heads for some stages of the task alone.

    A network of fewer levels of resolution than the task has stages has fewer errors to add, and would look good for
    that. The factor is what predicting zeros costs with all stages, by what it costs with those that the network has;
    1 where it has all of them. (The paper's networks all have.)

    Args:
        targets: of all stages of the task; None of one without signals.
        weights: of the stages' errors in the loss.
        stages: that the network has a head for.
    """
    wanted = [place for place, target in enumerate(targets) if target is not None and weights[place]]
    if set(stages) == set(wanted):
        return 1.0
    heard = _silent(targets, weights, stages)
    return _silent(targets, weights, wanted) / heard if heard else 1.0


def _silent(targets: Sequence[Tensor | None], weights: Sequence[float], stages: Iterable[int]) -> float:
    """The loss of predicting zeros, of these stages."""
    squares = ((place, targets[place]) for place in stages)
    return math.fsum(
        weights[place] * float(target.square().mean()) for place, target in squares if target is not None
    )


def why_worst(loss: float, worst: float, steps: int, iterations: int) -> str:
    """Why a training counts as failed; empty where it does not.

    Args:
        loss: its last one.
        worst: as `worst_loss` has it.
        steps: after which it came.
        iterations: that there should have been.
    """
    if not math.isfinite(loss):
        return f"diverged: the loss was no finite number after {steps} of {iterations} iterations"
    return (
        f"diverged: the loss was {loss:.3g} after {steps} of {iterations} iterations" if loss > worst else ""
    )
