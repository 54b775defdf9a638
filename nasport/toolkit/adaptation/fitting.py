"""One correction from judgements and labels: the labels say what the judgements are worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression

from nasport.export.adapted_bundle import LinearCorrection
from nasport.models.correction import Correction, Floats, folds, held_out, learned
from nasport.runtime.calibration import Calibration
from nasport.toolkit.adaptation.evaluated import EvaluatedMembers
from nasport.toolkit.adaptation.labeled import Labels
from nasport.toolkit.adaptation.members import Members, Scales, Seer
from nasport.toolkit.panel.verdict import quantiles
from nasport.toolkit.rank_correlation import spearman

COVERAGE = 0.9
_MOST_KNOTS = 100


@dataclass(frozen=True)
class Taught:
    """What was learned, and how good it is on what it did not see.

    Attributes:
        linear: what is put behind the bundle's graph.
        chosen: widths, noise and shares, for the card.
        judged: what the card says of the judgements; None where there were none.
        labels: what it says of the labels; None likewise.
        calibration: from scores to labels; None where there are none.
    """

    linear: LinearCorrection
    chosen: Mapping[str, Any]
    evaluated: dict[str, Any] | None = None
    labels: dict[str, Any] | None = None
    calibration: Calibration | None = None


def taught(
    members: Members, scales: Scales, seer: Seer, evaluated: EvaluatedMembers | None, labels: Labels | None
) -> Taught:
    """Make one correction.

    Args:
        members: of the space.
        scales: of the space.
        seer: what the bundle sees.
        judged: what was learned from judgements; None: there were none.
        labels: None: there are none.
    """
    told = None if evaluated is None else _told(evaluated, members, scales, seer.blocks)
    if labels is None:
        assert evaluated is not None, "there are judgements or labels"
        linear = _linear(evaluated.correction, scales, ())
        return Taught(linear, evaluated.correction.to_json(), told)
    seen = seer.see(labels.architectures)
    traits, score = scales.traits(seen.traits), scales.score(seen.scores[:, None])
    means = score
    known: tuple[_Deviations, ...] = ()
    if evaluated is not None:
        known = (_deviations(evaluated.correction, members, scales),)
        means = np.concatenate([score, known[0](traits, score)[:, None]], axis=1)
    target = quantiles(labels.values)
    correction = learned(traits, means, target, seer.blocks)
    unseen = held_out(traits, means, target, seer.blocks)
    about: dict[str, Any] = {
        "count": len(labels.values),
        "held_out": round(spearman(unseen, labels.values), 4),
        "before": round(spearman(seen.scores, labels.values), 4),
    }
    calibration = calibrated(unseen, labels)
    about["interval"] = {"coverage": calibration.coverage, "half_width": calibration.half_width}
    return Taught(_linear(correction, scales, known), correction.to_json(), told, about, calibration)


@dataclass(frozen=True)
class _Deviations:
    """What judgements taught, in its deviations over the space."""

    correction: Correction
    mean: float
    deviation: float

    def __call__(self, traits: Floats, score: Floats) -> Floats:
        return np.asarray((self.correction(traits, score) - self.mean) / self.deviation)


def _deviations(correction: Correction, members: Members, scales: Scales) -> _Deviations:
    said = correction(scales.traits(members.seen.traits), scales.score(members.seen.scores[:, None]))
    return _Deviations(correction, float(said.mean()), float(said.std()) or 1.0)


def _linear(correction: Correction, scales: Scales, known: Sequence[_Deviations]) -> LinearCorrection:
    """The same on scores and traits as the graph gives them.

    Args:
        known: what the means beside the score are.
    """
    share, *others = correction.shares
    weights, bias = correction.weights.copy(), correction.bias
    for part, each in zip(others, known, strict=True):
        factor = part / each.deviation
        (own,) = each.correction.shares
        share += factor * own
        weights += factor * each.correction.weights
        bias += factor * (each.correction.bias - each.mean)
    plain = weights / scales.traits.deviation
    (mean,), (deviation,) = scales.score.mean, scales.score.deviation
    bias -= float(plain @ scales.traits.mean) + share * mean / deviation
    return LinearCorrection(
        float(share / deviation), plain, float(bias), scales.traits.low, scales.traits.high
    )


def _told(
    evaluated: EvaluatedMembers, members: Members, scales: Scales, blocks: Sequence[int]
) -> dict[str, Any]:
    unseen = evaluated.held_out(members, scales, blocks)
    before = members.seen.scores[list(evaluated.rows)]
    return {
        "members": len(evaluated.rows),
        "weights": {
            evaluator: round(weight, 4) for evaluator, weight in evaluated.shares.items() if weight > 0
        },
        "held_out": round(spearman(unseen, evaluated.target), 4),
        "before": round(spearman(before, evaluated.target), 4),
    }


def calibrated(unseen: Floats, labels: Labels) -> Calibration:
    """From scores to labels: a rising line through what was held out, and an interval about it.

    Cross-conformal (Vovk 2015): each tenth's distances from the line are measured with a line through the other tenths, and the
    interval is as wide as the (1 - alpha)(n + 1)-th of all distances. Its coverage is near to what is asked for, and not guaranteed.

    Args:
        unseen: (L,) what a correction says of each that was learned from the others.
        labels: theirs.
    """
    count = len(unseen)
    away = np.empty(count)
    for rows in folds(count):
        others = np.setdiff1d(np.arange(count), rows)
        scores, values = _rising(unseen[others], labels.values[others])
        away[rows] = np.abs(np.interp(unseen[rows], scores, values) - labels.values[rows])
    scores, values = _rising(unseen, labels.values)
    place = min(math.ceil((count + 1) * COVERAGE), count)
    return Calibration(labels.name, scores, labels.sign * values, float(np.sort(away)[place - 1]), COVERAGE)


def _rising(scores: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Knots of the rising line that is nearest to some points."""
    knots, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means = np.bincount(place, values) / counts
    line = isotonic_regression(means, weights=counts)
    middles = [knots[start:end].mean() for start, end in pairwise(line.blocks)]
    heights = line.x[line.blocks[:-1]]
    chosen = np.unique(np.linspace(0, len(middles) - 1, min(len(middles), _MOST_KNOTS)).round().astype(int))
    return np.array(middles)[chosen], np.asarray(heights[chosen])
