"""Combine the values of several evaluators, which have no common unit, into one order.

Only the ranks of an evaluator count: its value of an architecture becomes the Gaussian quantile of its rank. The combined
value of an architecture is the weighted sum of these quantiles. The weight of an evaluator is multiplied by a power of its
rank correlation with the predictor on the same architectures, so that an evaluator that contradicts the predictor counts
less. Weights and powers were learned on benchmark tables (`learned.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from nasport.toolkit.panel.stages import PREDICTOR

Floats = NDArray[np.float64]
EvaluatorValue = float | None
"""Value of an evaluator for an architecture, higher is better; None if it has none, which counts as the worst."""

# Interquartile range of a Gaussian in standard deviations, and the limit of a value in robust standard deviations.
_QUARTILES, _FARTHEST = 1.349, 4.0


@dataclass(frozen=True)
class CombinedRanking:
    """A ranking of N architectures by several evaluators together.

    Attributes:
        values: (N,) combined values, higher is better.
        ranks: (N,) ranks of the values; 1 is the best, and equal values share the better rank.
        low: (N,) best rank if any one evaluator is left out.
        high: (N,) worst rank if any one evaluator is left out.
        places: by evaluator, (N,) ranks by this evaluator alone.
        shares: by evaluator, its weight times the power of its agreement with the predictor.
    """

    values: Floats
    ranks: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    places: Mapping[str, NDArray[np.int64]]
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Weights:
    """Weights of the evaluators.

    Attributes:
        evaluators: by name, weights of at least 0; the weight of an evaluator that is missing is 0.
        agreement: exponent of an evaluator's rank correlation with the predictor.
    """

    evaluators: Mapping[str, float]
    agreement: float = 0.0


def quantiles(values: Sequence[EvaluatorValue] | Floats) -> Floats:
    """Return the Gaussian quantiles of ranks.

    Args:
        values: (N,) values, higher is better; None and NaN rank last.

    Returns:
        (N,): equal values get the quantile of their mean rank, so that N equal values get zeros.
    """
    numbers = np.array([-math.inf if value is None or math.isnan(value) else value for value in values])
    places = (rankdata(numbers) - 0.5) / max(len(numbers), 1)
    return np.asarray(norm.ppf(places), np.float64)


def in_deviations(known: Sequence[EvaluatorValue], more: Sequence[EvaluatorValue]) -> Floats:
    """Convert values to distances from the median of known values, in robust standard deviations of the known values.

    Args:
        known: (N,) values that determine median and interquartile range; None and infinite ones are ignored.
        more: (F,) values to convert; None and NaN count as minus infinity.

    Returns:
        (F,) numbers between -4 and 4.
    """
    values = np.array([value for value in known if value is not None and math.isfinite(value)])
    if len(values) == 0:
        return np.zeros(len(more))
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    unit = (high - low) / _QUARTILES or float(values.std()) or 1.0
    numbers = np.array([-math.inf if value is None or math.isnan(value) else value for value in more])
    return np.asarray(np.clip((numbers - middle) / unit, -_FARTHEST, _FARTHEST))


def agreement(one: Floats, other: Floats) -> float:
    """Return the rank correlation of two evaluators.

    Args:
        one: (N,) quantiles of an evaluator.
        other: (N,) quantiles of another evaluator.

    Returns:
        correlation in [0, 1]; 0 if it is negative, or if all values of an evaluator are equal.
    """
    size = math.sqrt(float(one @ one) * float(other @ other))
    return max(0.0, float(one @ other) / size) if size > 0 else 0.0


def combine(
    values_by_evaluator: Mapping[str, Sequence[EvaluatorValue] | Floats], weights: Weights
) -> CombinedRanking:
    """Rank architectures by several evaluators together.

    Args:
        values_by_evaluator: by evaluator, its values of N architectures, higher is better.
        weights: weights of the evaluators; if no evaluator has a weight above 0, all have the same weight.
    """
    by_evaluator = {evaluator: quantiles(values) for evaluator, values in values_by_evaluator.items()}
    shares = {evaluator: weights.evaluators.get(evaluator, 0.0) for evaluator in by_evaluator}
    if PREDICTOR in by_evaluator:
        predicted = by_evaluator[PREDICTOR]
        for evaluator in by_evaluator.keys() - {PREDICTOR}:
            shares[evaluator] *= agreement(predicted, by_evaluator[evaluator]) ** weights.agreement
    if not any(shares.values()):
        shares = dict.fromkeys(by_evaluator, 1.0)
    terms = [
        shares[evaluator] * by_evaluator[evaluator] for evaluator in sorted(by_evaluator) if shares[evaluator]
    ]
    total = np.sum(terms, axis=0)
    without_one = [ranks(total - term) for term in terms] if len(terms) > 1 else []
    combined = ranks(total)
    alternatives = np.stack([combined, *without_one])
    own = {evaluator: ranks(values) for evaluator, values in by_evaluator.items()}
    return CombinedRanking(total, combined, alternatives.min(axis=0), alternatives.max(axis=0), own, shares)


def ranks(values: Floats) -> NDArray[np.int64]:
    """Return (N,) ranks of (N,) values: 1 for the largest; equal values share the better rank."""
    # Round, because equal sums may differ in the last bits if their terms are added in a different order.
    rounded = values.round(9)
    return np.searchsorted(np.sort(-rounded), -rounded, side="left") + 1
