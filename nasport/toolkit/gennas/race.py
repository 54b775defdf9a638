"""A race between architectures that stops the trainings of inferior architectures early.

Architectures are trained in waves, starting with those that are expected to be the best. The first wave is trained
completely. A later training stops if, after certain numbers of steps, more than two completed trainings of earlier waves
had a smaller loss after the same number of steps. A training is compared only with earlier waves, so the number of
processes does not change the result. docs/reports/gennas.md reports how often a race finds the same best architecture as
complete trainings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

WAVE, AHEAD = 4, 3
SHARES = (0.1, 0.2, 0.3, 0.5, 0.7)
"""Shares of all steps after which losses are compared."""


def marks_of(losses: Sequence[float], iterations: int) -> dict[int, float]:
    """Return the losses of a training at the steps at which a race compares them, by number of steps.

    Args:
        losses: losses after 0, 1, 2 ... steps.
        iterations: number of steps of a complete training.
    """
    steps = sorted({round(share * iterations) for share in SHARES} - {0, iterations})
    return {step: losses[step] for step in steps if step < len(losses)}


def bars_of(finished: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """Return the loss above which a training stops, by number of steps; empty if too few trainings are complete.

    Args:
        finished: the results of `marks_of` for complete trainings.
    """
    marks = list(finished)
    if len(marks) < AHEAD:
        return {}
    return {step: float(np.sort([each[step] for each in marks])[AHEAD - 1]) for step in marks[0]}


def ranks_of(
    losses: Sequence[float | None], stopped: Sequence[int | None], failed: Sequence[str]
) -> list[int]:
    """Return N ranks from 1 (best).

    Complete trainings come first, by their loss. Stopped trainings follow, by their number of steps, and then failed ones.

    Args:
        losses: losses; None if a training has no loss.
        stopped: number of steps after which a training was stopped; None if it was not stopped.
        failed: why a training failed, empty if it succeeded. The loss of a failed training is the worst loss or None.
    """
    keys = [
        (bool(why) or loss is None, 0 if steps is None else 1 / steps, float("inf") if loss is None else loss)
        for loss, steps, why in zip(losses, stopped, failed, strict=True)
    ]
    ordered = sorted(keys)
    return [ordered.index(key) + 1 for key in keys]
