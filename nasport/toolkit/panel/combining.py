"""One order from several evaluators whose numbers have no common unit.

What an evaluator says counts by its place: the Gaussian quantile of its rank among the architectures that it heard. A verdict is
the sum of these, each times what the evaluator is worth, and times a power of its rank correlation with the predictor on these very
architectures: where an evaluator contradicts what is known of networks, it is heard less. Weights and powers were learned on
benchmark tables that the bundle never saw (`learned.py`): never set by hand.
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
Opinion = float | None

# Between the quartiles of a Gaussian, in its deviations; and how far out a value may count.
_QUARTILES, _FARTHEST = 1.349, 4.0


@dataclass(frozen=True)
class Verdict:
    """What the evaluators say together of N architectures.

    Attributes:
        values: (N,) higher is better.
        ranks: (N,) 1 is the best; equal ones share the better rank.
        low: (N,) the best rank that is left when any one of the evaluators is left out.
        high: (N,) the worst.
        places: by evaluator, (N,) its own ranks.
        shares: by evaluator, what its word came to.
    """

    values: Floats
    ranks: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    places: Mapping[str, NDArray[np.int64]]
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Weights:
    """What judges are worth.

    Attributes:
        judges: by name, none below 0; who has none has no voice.
        agreement: power of an evaluator's rank correlation with the predictor.
    """

    evaluators: Mapping[str, float]
    agreement: float = 0.0


def quantiles(values: Sequence[Opinion] | Floats) -> Floats:
    """(N,) Gaussian quantiles of ranks, equal values at their mean rank; who has no value is last. All equal: zeros."""
    numbers = np.array([-math.inf if value is None or math.isnan(value) else value for value in values])
    places = (rankdata(numbers) - 0.5) / max(len(numbers), 1)
    return np.asarray(norm.ppf(places), np.float64)


def in_deviations(known: Sequence[Opinion], more: Sequence[Opinion]) -> Floats:
    """(F,) more values in robust deviations of known ones about their median; who has no value is as far out as anybody."""
    values = np.array([value for value in known if value is not None and math.isfinite(value)])
    if len(values) == 0:
        return np.zeros(len(more))
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    unit = (high - low) / _QUARTILES or float(values.std()) or 1.0
    numbers = np.array([-math.inf if value is None or math.isnan(value) else value for value in more])
    return np.asarray(np.clip((numbers - middle) / unit, -_FARTHEST, _FARTHEST))


def agreement(one: Floats, other: Floats) -> float:
    """Rank correlation of two evaluators' quantiles, 0 where it is negative, or one of them tells nobody from another."""
    size = math.sqrt(float(one @ one) * float(other @ other))
    return max(0.0, float(one @ other) / size) if size > 0 else 0.0


def verdict(said: Mapping[str, Sequence[Opinion] | Floats], weights: Weights) -> Verdict:
    """What judges say together.

    Args:
        said: by evaluator, what it says of N architectures, higher is better.
        weights: of the evaluators.
    """
    places = {evaluator: quantiles(values) for evaluator, values in said.items()}
    shares = {evaluator: weights.evaluators.get(evaluator, 0.0) for evaluator in places}
    if PREDICTOR in places:
        first = places[PREDICTOR]
        for evaluator in places.keys() - {PREDICTOR}:
            shares[evaluator] *= agreement(first, places[evaluator]) ** weights.agreement
    if not any(shares.values()):  # nobody whose word is known to be worth something: all of them alike
        shares = dict.fromkeys(places, 1.0)
    voices = [shares[evaluator] * places[evaluator] for evaluator in sorted(places) if shares[evaluator]]
    total = np.sum(voices, axis=0)
    without = [ranks(total - voice) for voice in voices] if len(voices) > 1 else []
    together = ranks(total)
    everyone = np.stack([together, *without])
    own = {evaluator: ranks(values) for evaluator, values in places.items()}
    return Verdict(total, together, everyone.min(axis=0), everyone.max(axis=0), own, shares)


def ranks(values: Floats) -> NDArray[np.int64]:
    """1 for the largest; equal values share the better rank."""
    rounded = values.round(9)  # sums in another order are no difference
    return np.searchsorted(np.sort(-rounded), -rounded, side="left") + 1
