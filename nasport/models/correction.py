"""A correction of a predictor for one space: closed form, from a few dozen judgements or labels.

    corrected(x) = sum_k c_k m_k(x) + sum_b w_b . z_b(x) + bias

The means m_k are what was known before (the shipped score; what the panel's judgements taught); z_b are the traits of a
network (`UniversalPredictor.traits`) in three blocks, each in the deviations of the space. The weights have a Gaussian prior,
one width a block: a Gaussian process with a linear kernel (Rasmussen and Williams 2006, section 2.1). Widths, noise and the
c_k are those of a small grid that make what was taught most probable (section 5.4): where it says little, little is corrected. The result is
linear in the traits, so that it is written into an ONNX graph as one product.
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
# Of the constant in the prior, in deviations of what is taught.
BIAS = 1.0
_CONSTANT = 1e-6
OUTERMOST = 0.005
"""Share of the members whose numbers may lie outside of the range, at each end."""


@dataclass(frozen=True)
class Scale:
    """Center, deviation and range of numbers over the members of a space.

    Attributes:
        mean: (T,)
        deviation: (T,); infinite where a number never varies, so that it counts for nothing.
        low: (T,) numbers below it count as it: of what no member has, nothing can be said.
        high: (T,) likewise above.
    """

    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, numbers: NDArray[np.floating[Any]], outermost: float = OUTERMOST) -> Scale:
        """Of (M, T) numbers.

        Args:
            outermost: share of them that may lie outside of the range, at each end; 0: there is no range.
        """
        values = np.asarray(numbers, np.float64)
        deviation = values.std(axis=0)
        low, high = np.quantile(values, (outermost, 1 - outermost), axis=0)
        if not outermost:
            low, high = np.full_like(low, -np.inf), np.full_like(high, np.inf)
        return cls(values.mean(axis=0), np.where(deviation > _CONSTANT, deviation, np.inf), low, high)

    def __call__(self, numbers: NDArray[np.floating[Any]]) -> Floats:
        """(N, T) within the range, in deviations."""
        known = np.clip(np.asarray(numbers, np.float64), self.low, self.high)
        return np.asarray((known - self.mean) / self.deviation)


@dataclass(frozen=True)
class Correction:
    """What was learned.

    Attributes:
        shares: (K,) of the means that were known before.
        weights: (T,) of the traits in deviations.
        bias: a constant.
        widths: of the prior of each block.
        noise: variance of what was taught about the correction, beside the prior's.
    """

    shares: tuple[float, ...]
    weights: Floats
    bias: float
    widths: tuple[float, ...]
    noise: float

    def __call__(self, traits: Floats, means: Floats) -> Floats:
        """(B,) corrected scores of traits (B, T) in deviations and means (B, K)."""
        return np.asarray(means @ np.array(self.shares) + traits @ self.weights + self.bias)

    def to_json(self) -> dict[str, Any]:
        """What was chosen, for a card."""
        return {"shares": list(self.shares), "widths": list(self.widths), "noise": self.noise}


def learned(traits: Floats, means: Floats, target: Floats, blocks: Sequence[int]) -> Correction:
    """Learn a correction.

    Args:
        traits: (N, T) of what was taught, in deviations over the space.
        means: (N, K) that were known before, each in deviations over the space.
        target: (N,) what was taught, of mean near 0 and deviation near 1.
        blocks: where each block of the traits ends.
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
                and (found := _best(kernels, tried, means, target)).evidence > best.evidence
            ):
                best = found
        widths = list(best.widths)
    kernel = _summed(kernels, best.widths)
    left = target - means @ np.array(best.shares)
    answer = np.linalg.solve(kernel + best.noise * np.eye(len(target)), left)
    weights = np.concatenate(
        [
            width * (part.T @ answer) / part.shape[1]
            for width, part in zip(best.widths, _parts(traits, ends), strict=True)
        ]
    )
    bias = BIAS * float(answer.sum())
    return Correction(best.shares, weights, bias, best.widths, best.noise)


class _Choice(NamedTuple):
    """A choice of the grid, and how probable it makes what was taught."""

    evidence: float
    widths: tuple[float, ...]
    noise: float
    shares: tuple[float, ...]


def _best(kernels: Sequence[Floats], widths: Sequence[float], means: Floats, target: Floats) -> _Choice:
    """The most probable noise and shares beside these widths."""
    values, vectors = np.linalg.eigh(_summed(kernels, widths))
    turned_target, turned_means = vectors.T @ target, vectors.T @ means
    count, choices = len(target), []
    for noise, shares in product(NOISES, product(SHARES, repeat=means.shape[1])):
        spectrum = np.maximum(values, 0.0) + noise
        left = turned_target - turned_means @ np.array(shares)
        variance = float(np.mean(left**2 / spectrum))
        evidence = -0.5 * (count * np.log(max(variance, 1e-12)) + np.log(spectrum).sum())
        choices.append(_Choice(float(evidence), tuple(widths), noise, shares))
    return max(choices)


def folds(count: int, parts: int = 10) -> Iterator[NDArray[np.intp]]:
    """Rows of each of at most `parts` parts of so many, drawn once and for all."""
    order = np.random.default_rng(0).permutation(count)
    yield from np.array_split(order, min(parts, count))


def held_out(traits: Floats, means: Floats, target: Floats, blocks: Sequence[int]) -> Floats:
    """(N,): of each what a correction says that was learned from the others, with its choices made anew."""
    found = np.empty(len(target))
    for rows in folds(len(target)):
        others = np.setdiff1d(np.arange(len(target)), rows)
        known = learned(traits[others], means[others], target[others], blocks)
        found[rows] = known(traits[rows], means[rows])
    return found


def _summed(kernels: Sequence[Floats], widths: Sequence[float]) -> Floats:
    return np.asarray(BIAS + sum(width * kernel for width, kernel in zip(widths, kernels, strict=True)))


def _kernel(one: Floats, other: Floats, widths: Sequence[float], blocks: Sequence[int]) -> Floats:
    parts = zip(widths, _parts(one, blocks), _parts(other, blocks), strict=True)
    return np.asarray(BIAS + sum(width * (a @ b.T) / a.shape[1] for width, a, b in parts))


def _parts(traits: Floats, blocks: Sequence[int]) -> list[Floats]:
    return np.split(traits, list(blocks)[:-1], axis=1)


def most_telling(
    traits: Floats,
    blocks: Sequence[int],
    count: int,
    known: Sequence[int] = (),
    widths: Sequence[float] = (),
    noise: float = START_NOISE,
) -> list[int]:
    """Rows to be taught next, one after the other the one whose correction is in most doubt beside those before it.

    With the prior's own widths that spreads them over the space; with learned ones it goes where doubt is left.

    Args:
        traits: (M, T) in deviations over the space.
        blocks: where each block of the traits ends.
        count: how many.
        known: rows that were taught already.
        widths: of the prior of each block; none: those that learning starts from.
        noise: of what is taught.
    """
    ends = tuple(blocks)
    kernel = _kernel(
        traits, traits, [max(width, WIDTHS[1]) for width in widths] or [START_WIDTH] * len(ends), ends
    )
    doubt = kernel.diagonal().copy()
    explained = np.zeros((len(traits), len(known) + count))
    open_, chosen = np.ones(len(traits), np.bool_), list(known)
    open_[chosen] = False
    for step in range(min(len(known) + count, len(traits))):
        row = chosen[step] if step < len(known) else int(np.argmax(np.where(open_, doubt, -np.inf)))
        if step >= len(known):
            chosen.append(row)
            open_[row] = False
        column = kernel[:, row] - explained[:, :step] @ explained[row, :step]
        explained[:, step] = column / np.sqrt(max(float(doubt[row]), 0.0) + noise)
        doubt = doubt - explained[:, step] ** 2
    return chosen[len(known) :]
