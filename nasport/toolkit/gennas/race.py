"""A race between architectures, of which the losers are stopped early.

They are trained in waves, those that are believed to be the best first, and all of the first wave to the end. A later one is
stopped where, after some of the steps, more than two of those that came to the end in earlier waves had a smaller loss after as
many. The waves, and not how many processes there are, decide what is compared with what, so a race ends the same on every
machine. How often it finds whom whole trainings find: docs/guides/gennas.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

WAVE, AHEAD = 4, 3
SHARES = (0.1, 0.2, 0.3, 0.5, 0.7)
"""Of all steps, after which losses are compared."""


def marks_of(losses: Sequence[float], iterations: int) -> dict[int, float]:
    """What a training's loss was after the steps at which a race compares, as far as it came.

    Args:
        losses: after 0, 1, 2 ... steps.
        iterations: of a whole training.
    """
    steps = sorted({round(share * iterations) for share in SHARES} - {0, iterations})
    return {step: losses[step] for step in steps if step < len(losses)}


def bars_of(finished: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """Above which loss a training is stopped, by number of steps; empty where too few have come to the end.

    Args:
        finished: the marks of those that have.
    """
    marks = list(finished)
    if len(marks) < AHEAD:
        return {}
    return {step: float(np.sort([each[step] for each in marks])[AHEAD - 1]) for step in marks[0]}


def ranks_of(
    losses: Sequence[float | None], stopped: Sequence[int | None], failed: Sequence[str]
) -> list[int]:
    """N ranks, 1 the best: first who came to the end, by the loss; then who was stopped, by how far it came; then who failed.

    Args:
        losses: None where there is none.
        stopped: after how many steps each was; None where it was not.
        failed: why a training failed, whose loss is the worst or none; empty where it did not.
    """
    keys = [
        (bool(why) or loss is None, 0 if steps is None else 1 / steps, float("inf") if loss is None else loss)
        for loss, steps, why in zip(losses, stopped, failed, strict=True)
    ]
    ordered = sorted(keys)
    return [ordered.index(key) + 1 for key in keys]
