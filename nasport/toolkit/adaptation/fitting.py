"""Learn one correction from evaluations and labels; with both, the labels determine the weight of the evaluations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression

from nasport.export.adapted_bundle import LinearCorrection
from nasport.models.correction import Correction, Floats, folds, held_out, learn_correction
from nasport.runtime.calibration import Calibration
from nasport.toolkit.adaptation.evaluated import EvaluatedMembers
from nasport.toolkit.adaptation.labeled import Labels
from nasport.toolkit.adaptation.members import Members, OutputReader, Scales
from nasport.toolkit.panel.combining import quantiles
from nasport.toolkit.rank_correlation import spearman

COVERAGE = 0.9
_MOST_KNOTS = 100


@dataclass(frozen=True)
class AdaptationResult:
    """A correction, and how well it ranks held-out members.

    Attributes:
        linear: correction that is appended to the bundle's ONNX graph.
        chosen: widths, noise and shares, for the card.
        evaluated: facts about the evaluations, for the manifest; None without evaluations.
        labels: facts about the labels, for the manifest; None without labels.
        calibration: function from scores to labels; None without labels.
    """

    linear: LinearCorrection
    chosen: Mapping[str, Any]
    evaluated: dict[str, Any] | None = None
    labels: dict[str, Any] | None = None
    calibration: Calibration | None = None


def fit_correction(
    members: Members,
    scales: Scales,
    reader: OutputReader,
    evaluated: EvaluatedMembers | None,
    labels: Labels | None,
) -> AdaptationResult:
    """Learn one correction from evaluations, labels or both.

    Args:
        members: members of the search space.
        scales: scales of the search space.
        reader: the predictor.
        evaluated: evaluated members with their correction; None without evaluations.
        labels: labels of members; None without labels.
    """
    about_evaluated = None if evaluated is None else _about(evaluated, members, scales, reader.blocks)
    if labels is None:
        assert evaluated is not None, "there are evaluations or labels"
        linear = _linear(evaluated.correction, scales, ())
        return AdaptationResult(linear, evaluated.correction.to_json(), about_evaluated)
    outputs = reader.read(labels.architectures)
    traits, score = scales.traits(outputs.traits), scales.score(outputs.scores[:, None])
    means = score
    others: tuple[_Standardized, ...] = ()
    if evaluated is not None:
        others = (_standardized(evaluated.correction, members, scales),)
        means = np.concatenate([score, others[0](traits, score)[:, None]], axis=1)
    target = quantiles(labels.values)
    correction = learn_correction(traits, means, target, reader.blocks)
    cross_validated = held_out(traits, means, target, reader.blocks)
    about_labels: dict[str, Any] = {
        "count": len(labels.values),
        "held_out": round(spearman(cross_validated, labels.values), 4),
        "before": round(spearman(outputs.scores, labels.values), 4),
    }
    calibration = calibrated(cross_validated, labels)
    about_labels["interval"] = {"coverage": calibration.coverage, "half_width": calibration.half_width}
    return AdaptationResult(
        _linear(correction, scales, others), correction.to_json(), about_evaluated, about_labels, calibration
    )


@dataclass(frozen=True)
class _Standardized:
    """Corrected scores with mean 0 and standard deviation 1 over the members of the search space.

    Attributes:
        correction: the correction.
        mean: mean of its scores over the members.
        deviation: standard deviation of its scores over the members.
    """

    correction: Correction
    mean: float
    deviation: float

    def __call__(self, traits: Floats, score: Floats) -> Floats:
        return np.asarray((self.correction(traits, score) - self.mean) / self.deviation)


def _standardized(correction: Correction, members: Members, scales: Scales) -> _Standardized:
    outputs = members.outputs
    values = correction(scales.traits(outputs.traits), scales.score(outputs.scores[:, None]))
    return _Standardized(correction, float(values.mean()), float(values.std()) or 1.0)


def _linear(correction: Correction, scales: Scales, others: Sequence[_Standardized]) -> LinearCorrection:
    """Return a correction as a linear function of the graph's unscaled scores and traits.

    Args:
        correction: correction whose prior means are the score and `others`.
        scales: scales of the search space.
        others: corrected scores that are further prior means.
    """
    share, *other_shares = correction.shares
    weights, bias = correction.weights.copy(), correction.bias
    for other_share, other in zip(other_shares, others, strict=True):
        factor = other_share / other.deviation
        (share_of_score,) = other.correction.shares
        share += factor * share_of_score
        weights += factor * other.correction.weights
        bias += factor * (other.correction.bias - other.mean)
    unscaled = weights / scales.traits.deviation
    (mean,), (deviation,) = scales.score.mean, scales.score.deviation
    bias -= float(unscaled @ scales.traits.mean) + share * mean / deviation
    return LinearCorrection(
        float(share / deviation), unscaled, float(bias), scales.traits.low, scales.traits.high
    )


def _about(
    evaluated: EvaluatedMembers, members: Members, scales: Scales, blocks: Sequence[int]
) -> dict[str, Any]:
    """Return facts about the evaluations for the manifest."""
    cross_validated = evaluated.held_out(members, scales, blocks)
    before = members.outputs.scores[list(evaluated.rows)]
    return {
        "members": len(evaluated.rows),
        "weights": {
            evaluator: round(weight, 4) for evaluator, weight in evaluated.shares.items() if weight > 0
        },
        "held_out": round(spearman(cross_validated, evaluated.target), 4),
        "before": round(spearman(before, evaluated.target), 4),
    }


def calibrated(cross_validated: Floats, labels: Labels) -> Calibration:
    """Fit labels as an increasing function of scores, with an interval around it.

    The interval is that of cross-conformal prediction (Vovk 2015). The distances of the labels in each fold are measured
    from the function that is fitted to the other folds. The half-width is the (1 - alpha)(n + 1)-th smallest distance. Its
    coverage is close to 1 - alpha, but not guaranteed.

    Args:
        cross_validated: (L,) scores, each by a correction that was learned without its fold.
        labels: L labels.
    """
    count = len(cross_validated)
    distances = np.empty(count)
    for rows in folds(count):
        others = np.setdiff1d(np.arange(count), rows)
        scores, values = _increasing(cross_validated[others], labels.values[others])
        distances[rows] = np.abs(np.interp(cross_validated[rows], scores, values) - labels.values[rows])
    scores, values = _increasing(cross_validated, labels.values)
    place = min(math.ceil((count + 1) * COVERAGE), count)
    half_width = float(np.sort(distances)[place - 1])
    return Calibration(labels.name, scores, labels.sign * values, half_width, COVERAGE)


def _increasing(scores: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the knots of an increasing, piecewise linear function through the blocks of an isotonic regression."""
    knots, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means = np.bincount(place, values) / counts
    line = isotonic_regression(means, weights=counts)
    middles = [knots[start:end].mean() for start, end in pairwise(line.blocks)]
    heights = line.x[line.blocks[:-1]]
    chosen = np.unique(np.linspace(0, len(middles) - 1, min(len(middles), _MOST_KNOTS)).round().astype(int))
    return np.array(middles)[chosen], np.asarray(heights[chosen])
