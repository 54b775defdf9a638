"""A race between architectures, of which the losers are stopped early.

They are trained in waves, those that are believed to be the best first, and all of the first wave to the end. A later one is
stopped where, after some of the steps, more than two of those that came to the end in earlier waves had a smaller loss after as
many. The waves, and not how many processes there are, decide what is compared with what, so a race ends the same on every
machine. How often it finds whom whole trainings find: docs/gennas.md.
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


def places(losses: Sequence[float | None], stopped: Sequence[int | None]) -> list[int]:
    """Ranks, 1 the best: first those that came to the end, by the loss; then the others, by how far they came.

    Args:
        losses: N; None or infinite where there is none, which comes last.
        stopped: after how many steps each was; None where it came to the end.
    """
    infinite = float("inf")
    keys = [
        (infinite, infinite) if loss is None else (-infinite if steps is None else -steps, loss)
        for loss, steps in zip(losses, stopped, strict=True)
    ]
    ordered = sorted(keys)
    return [ordered.index(key) + 1 for key in keys]
