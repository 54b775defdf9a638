"""Correction of a predictor for one search space, learned in closed form from a few dozen evaluations or labels.

    corrected(x) = sum_k c_k m_k(x) + sum_b w_b . z_b(x) + bias

The m_k are earlier scores: the shipped score and, if there are evaluations, the score that was learned from them. The z_b
are blocks of the network's traits (`UniversalPredictor.traits`), standardized over the space. The weights w_b have a
Gaussian prior with one width per block, which makes the correction a Gaussian process with a linear kernel (Rasmussen and
Williams 2006, section 2.1). Widths, noise and the c_k maximize the marginal likelihood of the targets on a small grid
(section 5.4), so targets with little information change the score only a little. The result is linear in the traits, so an
ONNX graph contains it as one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDTHS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
NOISES = (0.03, 0.1, 0.3, 1.0)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
ROUNDS = 2
START_WIDTH, START_NOISE = 0.3, 0.3
# Prior variance of the bias, relative to the variance of the targets.
BIAS = 1.0
# Numbers with a smaller standard deviation count as constant.
_CONSTANT = 1e-6
# Share of the members whose numbers are below the range; the same share is above it.
OUTERMOST = 0.005


@dataclass(frozen=True)
class Scale:
    """Mean, standard deviation and range of T numbers over the members of a space.

    Attributes:
        mean: (T,) means.
        deviation: (T,) standard deviations; infinite for constant numbers, so that they standardize to zero.
        low: (T,) lower end of the range. Smaller numbers are clipped to it, because the correction was not trained on them.
        high: (T,) upper end of the range; larger numbers are clipped to it.
    """

    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, numbers: NDArray[np.floating[Any]], outermost: float = OUTERMOST) -> Scale:
        """Compute the scale of (M, T) numbers.

        Args:
            numbers: (M, T) numbers of M members.
            outermost: share of the members below the range, and share above it; 0 means that there is no range.
        """
        values = np.asarray(numbers, np.float64)
        deviation = values.std(axis=0)
        low, high = np.quantile(values, (outermost, 1 - outermost), axis=0)
        if not outermost:
            low, high = np.full_like(low, -np.inf), np.full_like(high, np.inf)
        return cls(values.mean(axis=0), np.where(deviation > _CONSTANT, deviation, np.inf), low, high)

    def __call__(self, numbers: NDArray[np.floating[Any]]) -> Floats:
        """Clip (N, T) numbers to the range and standardize them."""
        known = np.clip(np.asarray(numbers, np.float64), self.low, self.high)
        return np.asarray((known - self.mean) / self.deviation)


@dataclass(frozen=True)
class Correction:
    """A learned correction.

    Attributes:
        shares: K factors of the earlier scores.
        weights: (T,) weights of the standardized traits.
        bias: constant term.
        widths: prior width of each block of traits.
        noise: variance of the noise of the targets, on the same scale as `widths`.
    """

    shares: tuple[float, ...]
    weights: Floats
    bias: float
    widths: tuple[float, ...]
    noise: float

    def __call__(self, traits: Floats, means: Floats) -> Floats:
        """Return corrected scores (B,) from standardized traits (B, T) and earlier scores (B, K)."""
        return np.asarray(means @ np.array(self.shares) + traits @ self.weights + self.bias)

    def to_json(self) -> dict[str, Any]:
        """Return the choices of the grid, for a manifest."""
        return {"shares": list(self.shares), "widths": list(self.widths), "noise": self.noise}


def learn_correction(traits: Floats, means: Floats, target: Floats, blocks: Sequence[int]) -> Correction:
    """Learn a correction.

    Args:
        traits: (N, T) traits of the training architectures, standardized over the space.
        means: (N, K) earlier scores, each standardized over the space.
        target: (N,) evaluations or labels, with a mean near 0 and a standard deviation near 1.
        blocks: column at which each block of the traits ends.
    """
    ends = tuple(blocks)
    kernels = [part @ part.T / part.shape[1] for part in _parts(traits, ends)]
    widths = [START_WIDTH] * len(kernels)
    best = _best(kernels, widths, means, target)
    for _, block in product(range(ROUNDS), range(len(kernels))):
        for width in WIDTHS:
            tried = [*widths[:block], width, *widths[block + 1 :]]
            if (
                width != widths[block]
                and (choice := _best(kernels, tried, means, target)).evidence > best.evidence
            ):
                best = choice
        widths = list(best.widths)
    kernel = _summed(kernels, best.widths)
    residual = target - means @ np.array(best.shares)
    solution = np.linalg.solve(kernel + best.noise * np.eye(len(target)), residual)
    weights = np.concatenate(
        [
            width * (part.T @ solution) / part.shape[1]
            for width, part in zip(best.widths, _parts(traits, ends), strict=True)
        ]
    )
    bias = BIAS * float(solution.sum())
    return Correction(best.shares, weights, bias, best.widths, best.noise)


class _Choice(NamedTuple):
    """A point of the grid and its evidence, the log marginal likelihood of the targets up to a constant."""

    evidence: float
    widths: tuple[float, ...]
    noise: float
    shares: tuple[float, ...]


def _best(kernels: Sequence[Floats], widths: Sequence[float], means: Floats, target: Floats) -> _Choice:
    """Return the noise and the shares with the highest evidence for the given widths."""
    values, vectors = np.linalg.eigh(_summed(kernels, widths))
    rotated_target, rotated_means = vectors.T @ target, vectors.T @ means
    count, choices = len(target), []
    for noise, shares in product(NOISES, product(SHARES, repeat=means.shape[1])):
        spectrum = np.maximum(values, 0.0) + noise
        residual = rotated_target - rotated_means @ np.array(shares)
        variance = float(np.mean(residual**2 / spectrum))
        evidence = -0.5 * (count * np.log(max(variance, 1e-12)) + np.log(spectrum).sum())
        choices.append(_Choice(float(evidence), tuple(widths), noise, shares))
    return max(choices)


def folds(count: int, parts: int = 10) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of each fold of a cross-validation; the split is always the same.

    Args:
        count: number of rows.
        parts: maximum number of folds.
    """
    order = np.random.default_rng(0).permutation(count)
    yield from np.array_split(order, min(parts, count))


def held_out(traits: Floats, means: Floats, target: Floats, blocks: Sequence[int]) -> Floats:
    """Return cross-validated scores (N,): each fold is scored by a correction learned from the other folds.

    Widths, noise and shares are also chosen without the fold. Arguments as for `learn_correction`.
    """
    scores = np.empty(len(target))
    for rows in folds(len(target)):
        others = np.setdiff1d(np.arange(len(target)), rows)
        correction = learn_correction(traits[others], means[others], target[others], blocks)
        scores[rows] = correction(traits[rows], means[rows])
    return scores


def _summed(kernels: Sequence[Floats], widths: Sequence[float]) -> Floats:
    return np.asarray(BIAS + sum(width * kernel for width, kernel in zip(widths, kernels, strict=True)))


def _kernel(traits: Floats, widths: Sequence[float], blocks: Sequence[int]) -> Floats:
    parts = zip(widths, _parts(traits, blocks), strict=True)
    return np.asarray(BIAS + sum(width * (part @ part.T) / part.shape[1] for width, part in parts))


def _parts(traits: Floats, blocks: Sequence[int]) -> list[Floats]:
    return np.split(traits, list(blocks)[:-1], axis=1)


def most_informative(
    traits: Floats,
    blocks: Sequence[int],
    count: int,
    known: Sequence[int] = (),
    widths: Sequence[float] = (),
    noise: float = START_NOISE,
) -> list[int]:
    """Choose the rows to evaluate next: repeatedly the row with the largest posterior variance of the correction.

    With the default widths, this spreads the rows over the space. With learned widths, it selects rows where the learned
    correction is least certain.

    Args:
        traits: (M, T) traits of the members, standardized over the space.
        blocks: column at which each block of the traits ends.
        count: number of rows to choose.
        known: rows that were evaluated already.
        widths: prior width of each block (default: the widths with which fitting starts).
        noise: variance of the noise of the targets.
    """
    ends = tuple(blocks)
    kernel = _kernel(traits, [max(width, WIDTHS[1]) for width in widths] or [START_WIDTH] * len(ends), ends)
    variance = kernel.diagonal().copy()
    explained = np.zeros((len(traits), len(known) + count))
    available, chosen = np.ones(len(traits), np.bool_), list(known)
    available[chosen] = False
    for step in range(min(len(known) + count, len(traits))):
        row = chosen[step] if step < len(known) else int(np.argmax(np.where(available, variance, -np.inf)))
        if step >= len(known):
            chosen.append(row)
            available[row] = False
        column = kernel[:, row] - explained[:, :step] @ explained[row, :step]
        explained[:, step] = column / np.sqrt(max(float(variance[row]), 0.0) + noise)
        variance = variance - explained[:, step] ** 2
    return chosen[len(known) :]
