"""The loss of a training that failed: worse than any other, and still a number that sorts."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
    silent = math.fsum(
        weight * float(target.square().mean())
        for target, weight in zip(targets, weights, strict=True)
        if target is not None
    )
    return max(WORST_LOSS, _LOUD * silent)


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
