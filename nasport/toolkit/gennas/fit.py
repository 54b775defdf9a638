"""How much of its targets a network has explained: one number that ranks better than the weighted loss.

The paper ranks by the sum of the stages' errors, weighted 1/4, 1/2, 1 to the deepest. The errors of an early stage, which
can learn little of its target, differ by hundredths between networks where those of the last stage differ by ones, so
the sum is the last stage's error whatever the weights. Here each stage counts by the share of its target's variance that
is explained (the coefficient of determination), and shares are multiplied: twice as much is worth the same anywhere.
Chosen on cells of NAS-Bench-201 that no reported row holds; docs/gennas.md has both numbers on every row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

# Less than what chance explains: keeps a stage that explains nothing from deciding alone.
_FLOOR = 1e-3


def fitted(errors: Sequence[float], variances: Sequence[float]) -> float:
    """The geometric mean of the explained shares of the stages' targets, about .001 (nothing) to 1 (everything).

    Args:
        errors: mean squared error of each stage.
        variances: of each stage's target, see `target_variance`.
    """
    shares = [
        _FLOOR + max(1 - error / variance if variance > 0 else 0.0, 0.0)
        for error, variance in zip(errors, variances, strict=True)
    ]
    return math.exp(sum(map(math.log, shares)) / len(shares))


def target_variance(target: Tensor | None) -> float:
    """The mean squared error of the best constant for each map of a target (N, C, H, W) or (length, N, C)."""
    assert target is not None, "a stage with a head has a target"
    maps = tuple(place for place in range(target.dim()) if place != _map_axis(target))
    return float((target - target.mean(maps, keepdim=True)).pow(2).mean())


def _map_axis(target: Tensor) -> int:
    return 1 if target.dim() == 4 else target.dim() - 1
