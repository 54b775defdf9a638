"""What is made of a network's errors: the loss it is judged by, the worst one, and the fit, a second opinion.

Losses of trainings that failed, and of networks that lack stages of the task, must be sorted together with the others.

The fit says how well predictions go with their targets. The paper ranks by the sum of the stages' errors, weighted 1/4,
1/2, 1 to the deepest. An early stage can learn little of its target: its errors differ by hundredths where those of the
last stage differ by ones, so that the sum is the last stage's error, whatever the weights. Here a stage counts by the
square root of the share of its target's variance that is explained, the multiple correlation coefficient, in which the
first percents count most. docs/guides/gennas.md says where it ranks better than the loss, and where worse.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from torch import Tensor
from torch.nn.functional import mse_loss

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
    if math.isfinite(loss) and loss <= worst:
        return ""
    found = f"{loss:.3g}" if math.isfinite(loss) else "no finite number"
    return f"diverged: the loss was {found} after {steps} of {iterations} iterations"


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


def stage_errors(predictions: dict[int, Tensor], targets: Sequence[Tensor | None]) -> dict[int, Tensor]:
    """The mean squared error of each stage that has a head."""
    errors = {}
    for place, predicted in predictions.items():
        target = targets[place]
        assert target is not None, "a stage with a head has a target"
        errors[place] = mse_loss(predicted.float(), target)
    return errors


def weighted_sum(errors: dict[int, Tensor], weights: Sequence[float]) -> Tensor:
    """The stages' errors by their weights."""
    terms = [weights[place] * error for place, error in errors.items()]
    return sum(terms[1:], terms[0])
