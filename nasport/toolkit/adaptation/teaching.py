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
from nasport.toolkit.adaptation.judged import JudgedMembers
from nasport.toolkit.adaptation.labelled import Labels
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
        calibration: from scores to labels; None where there are none, or too few.
    """

    linear: LinearCorrection
    chosen: Mapping[str, Any]
    judged: dict[str, Any] | None = None
    labels: dict[str, Any] | None = None
    calibration: Calibration | None = None


def taught(
    members: Members, scales: Scales, seer: Seer, judged: JudgedMembers | None, labels: Labels | None
) -> Taught:
    """Make one correction.

    Args:
        members: of the space.
        scales: of the space.
        seer: what the bundle sees.
        judged: what was learned from judgements; None: there were none.
        labels: None: there are none.
    """
    told = None if judged is None else _told(judged, members, scales, seer.blocks)
    if labels is None:
        assert judged is not None, "there are judgements or labels"
        linear = _linear(judged.correction, scales, ())
        return Taught(linear, judged.correction.to_json(), told)
    seen = seer.see(labels.architectures)
    traits, score = scales.traits(seen.traits), scales.score(seen.scores[:, None])
    means = score
    known: tuple[_Deviations, ...] = ()
    if judged is not None:
        known = (_deviations(judged.correction, members, scales),)
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
    if calibration is not None:
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


def _told(judged: JudgedMembers, members: Members, scales: Scales, blocks: Sequence[int]) -> dict[str, Any]:
    unseen = judged.held_out(members, scales, blocks)
    before = members.seen.scores[list(judged.rows)]
    return {
        "members": len(judged.rows),
        "weights": {judge: round(weight, 4) for judge, weight in judged.shares.items() if weight > 0},
        "held_out": round(spearman(unseen, judged.target), 4),
        "before": round(spearman(before, judged.target), 4),
    }


def calibrated(unseen: Floats, labels: Labels) -> Calibration | None:
    """From scores to labels: a rising line through what was held out, and a conformal interval about it.

    Each tenth's distance from the line is measured with a line through the other tenths (Lei et al. 2018, section 2.2, with every tenth
    once the calibration part).

    Args:
        unseen: (L,) what a correction says of each that was learned from the others.
        labels: theirs.

    Returns:
        None where there are too few labels for the coverage.
    """
    count = len(unseen)
    place = math.ceil((count + 1) * COVERAGE)
    if place > count:
        return None
    away = np.empty(count)
    for rows in folds(count):
        others = np.setdiff1d(np.arange(count), rows)
        scores, values = _rising(unseen[others], labels.values[others])
        away[rows] = np.abs(np.interp(unseen[rows], scores, values) - labels.values[rows])
    scores, values = _rising(unseen, labels.values)
    half = float(np.sort(away)[place - 1])
    return Calibration(labels.name, scores, labels.sign * values, half, COVERAGE)


def _rising(scores: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Knots of the rising line that is nearest to some points."""
    order = np.argsort(scores, kind="stable")
    line = isotonic_regression(values[order])
    knots = [
        (scores[order][rows].mean(), line.x[rows][0])
        for rows in np.split(np.arange(len(order)), line.blocks[1:-1])
    ]
    kept = [
        knots[0],
        *(after for before, after in pairwise(knots) if after[0] > before[0]),
    ]
    chosen = [kept[round(place)] for place in np.linspace(0, len(kept) - 1, min(len(kept), _MOST_KNOTS))]
    return np.array([knot[0] for knot in chosen]), np.array([knot[1] for knot in chosen])
