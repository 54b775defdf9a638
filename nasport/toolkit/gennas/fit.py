"""How well a network's predictions go with their targets: a second opinion beside the weighted loss.

The paper ranks by the sum of the stages' errors, weighted 1/4, 1/2, 1 to the deepest. An early stage can learn little of
its target: its errors differ by hundredths where those of the last stage differ by ones, so that the sum is the last
stage's error, whatever the weights. Here a stage counts by the square root of the share of its target's variance that is
explained, the multiple correlation coefficient, in which the first percents count most. docs/gennas.md says where it
ranks better than the loss, and where worse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor


def fitted(errors: Sequence[float], variances: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted mean of the stages' correlations with their targets, 0 (nothing explained) to 1 (everything).

    Args:
        errors: mean squared error of each stage.
        variances: of each stage's target, see `target_variance`.
        weights: of each stage, as in the task's loss.
    """
    correlations = [
        math.sqrt(max(1 - error / variance, 0.0)) if variance > 0 else 0.0
        for error, variance in zip(errors, variances, strict=True)
    ]
    return sum(weight * found for weight, found in zip(weights, correlations, strict=True)) / sum(weights)


def target_variance(target: Tensor | None) -> float:
    """The mean squared error of the best constant for each map of a target: (N, C, H, W), or (N, C) of sequences."""
    assert target is not None, "a stage with a head has a target"
    others = [axis for axis in range(target.dim()) if axis != 1]
    return float((target - target.mean(others, keepdim=True)).pow(2).mean())
