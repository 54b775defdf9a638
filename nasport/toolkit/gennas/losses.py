"""Compute the loss and the fit of a network from its errors, and the loss of failed trainings.

Losses of failed trainings and of networks that lack stages of the task must be comparable with other losses.

The paper ranks by the loss: the sum of the stages' errors, with the weights 1/4, 1/2 and 1 for the deepest stage. An early
stage can learn little of its target. Its errors differ by hundredths between networks, while those of the last stage
differ by ones, so the last stage dominates the sum. The fit is an alternative: the contribution of a stage is the
multiple correlation coefficient, which is the square root of the explained share of the target's variance. The square
root emphasizes the first few percent. docs/reports/gennas.md compares the rankings by loss and fit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from torch import Tensor
from torch.nn.functional import mse_loss

# As in the public code of GenNAS.
WORST_LOSS = 1000.0
# If predicting zeros costs more than WORST_LOSS / 100, the loss of a successful training may approach WORST_LOSS.
_ZEROS_FACTOR = 100.0


def worst_loss(targets: Sequence[Tensor | None], weights: Sequence[float]) -> float:
    """Return the loss of failed trainings: 1000, or 100 times the loss of predicting zeros if that is more.

    Args:
        targets: targets of all stages of the task, including stages for which a network has no head; None for a stage
            without signals.
        weights: weights of the stages' errors in the loss.
    """
    return max(WORST_LOSS, _ZEROS_FACTOR * _zeros_loss(targets, weights, range(len(targets))))


def for_missing_stages(
    targets: Sequence[Tensor | None], weights: Sequence[float], stages: Collection[int]
) -> float:
    """Return the factor of the loss of a network that has heads only for some stages of the task.

    The loss of a network with fewer resolutions than the task has stages is a sum of fewer errors, so it would be too
    small. The factor is the loss of predicting zeros for all stages, divided by that for the network's stages. It is 1 for
    networks with all stages, as in the paper.

    Args:
        targets: targets of all stages of the task; None for a stage without signals.
        weights: weights of the stages' errors in the loss.
        stages: stages for which the network has a head.
    """
    wanted = [place for place, target in enumerate(targets) if target is not None and weights[place]]
    if set(stages) == set(wanted):
        return 1.0
    present = _zeros_loss(targets, weights, stages)
    return _zeros_loss(targets, weights, wanted) / present if present else 1.0


def _zeros_loss(targets: Sequence[Tensor | None], weights: Sequence[float], stages: Iterable[int]) -> float:
    """Return the loss of predicting zeros for some stages."""
    squares = ((place, targets[place]) for place in stages)
    return math.fsum(
        weights[place] * float(target.square().mean()) for place, target in squares if target is not None
    )


def why_worst(loss: float, worst: float, steps: int, iterations: int) -> str:
    """Return why a training failed; empty if it succeeded.

    Args:
        loss: last loss of the training.
        worst: result of `worst_loss`.
        steps: number of steps before the last loss.
        iterations: number of steps of a complete training.
    """
    if math.isfinite(loss) and loss <= worst:
        return ""
    found = f"{loss:.3g}" if math.isfinite(loss) else "not finite"
    return f"diverged: the loss was {found} after {steps} of {iterations} iterations"


def fitted(errors: Sequence[float], variances: Sequence[float], weights: Sequence[float]) -> float:
    """Return the fit: the weighted mean of the stages' multiple correlations with their targets, in [0, 1].

    Args:
        errors: mean squared error of each stage.
        variances: variance of each stage's target, see `target_variance`.
        weights: weight of each stage in the task's loss.
    """
    correlations = [
        math.sqrt(max(1 - error / variance, 0.0)) if variance > 0 else 0.0
        for error, variance in zip(errors, variances, strict=True)
    ]
    return sum(weight * found for weight, found in zip(weights, correlations, strict=True)) / sum(weights)


def target_variance(target: Tensor | None) -> float:
    """Return the mean variance of the maps (channels) of a target: (N, C, H, W), or (N, C) for sequences."""
    assert target is not None, "a stage with a head has a target"
    others = [axis for axis in range(target.dim()) if axis != 1]
    return float((target - target.mean(others, keepdim=True)).pow(2).mean())


def stage_errors(predictions: dict[int, Tensor], targets: Sequence[Tensor | None]) -> dict[int, Tensor]:
    """Return the mean squared error of each stage with a head."""
    errors = {}
    for place, predicted in predictions.items():
        target = targets[place]
        assert target is not None, "a stage with a head has a target"
        errors[place] = mse_loss(predicted.float(), target)
    return errors


def weighted_sum(errors: dict[int, Tensor], weights: Sequence[float]) -> Tensor:
    """Return the weighted sum of the stages' errors."""
    terms = [weights[place] * error for place, error in errors.items()]
    return sum(terms[1:], terms[0])
