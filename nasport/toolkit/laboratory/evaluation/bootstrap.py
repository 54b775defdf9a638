"""Confidence intervals of rank correlations by the bootstrap: correlations if the architectures were drawn again.

A resample draws G of G architectures with replacement and is kept as G counts. Nothing is sorted again: ranks are cumulative
sums of the counts in an order that is computed once. Kendall's discordant pairs are counted bit by bit of the ranks of one
side, as in a radix sort, in O(G log G) for all resamples of a chunk together. The intervals are percentile intervals
(Efron and Tibshirani 1993, chapter 13).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.toolkit.rank_correlation import Values

COVERAGE = 0.95

Floats = NDArray[np.float64]
_Counts = NDArray[np.float32]  # (G, B); exact, because counts are below 2**24
_Rows = NDArray[np.integer[Any]]

# Resamples that are counted together. More do not fit into the cache; with fewer, numpy's overhead dominates.
_CHUNK = 50


class Resampled(NamedTuple):
    """Correlations of scores with labels in R resamples, (R,) each; NaN if all drawn labels are equal."""

    spearman: Floats
    kendall: Floats


class Interval(NamedTuple):
    """Ends of a 95 % confidence interval."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Interval | None:
        """Return the interval of (R,) values; None if all are NaN."""
        known = values[np.isfinite(values)]
        tail = (1 - COVERAGE) / 2
        return cls(*np.quantile(known, [tail, 1 - tail]).tolist()) if len(known) else None


def resampled(
    scores: Mapping[str, Values], labels: Values, resamples: int, seed: int = 0
) -> dict[str, Resampled]:
    """Return correlations of several scores with the same labels in the same resamples, so that they can be subtracted.

    Args:
        scores: by name, (G,) finite numbers.
        labels: (G,) finite numbers.
        resamples: number R of resamples.
        seed: seed of the resamples.
    """
    random, size = np.random.default_rng(seed), len(labels)
    ordered_labels = _Order(labels)
    pairs = {name: _Pairs(_Order(values), ordered_labels) for name, values in scores.items()}
    found: dict[str, list[tuple[Floats, Floats]]] = {name: [] for name in pairs}
    for start in range(0, resamples, _CHUNK):
        several = range(start, min(start + _CHUNK, resamples))
        drawn = [np.bincount(random.integers(size, size=size), minlength=size) for _ in several]
        counts = np.stack(drawn, axis=1).astype(np.float32)
        of_labels = ordered_labels.drawn(counts)
        for name, pair in pairs.items():
            of_scores = pair.scores.drawn(counts)
            found[name].append(
                (_spearman(of_scores, of_labels, counts), pair.kendall(of_scores, of_labels, counts))
            )
    empty = [(np.empty(0), np.empty(0))]
    return {
        name: Resampled(*map(np.concatenate, zip(*(chunks or empty), strict=True)))
        for name, chunks in found.items()
    }


class _Drawn(NamedTuple):
    """Values in B resamples.

    Attributes:
        ranks: (G, B) mean ranks minus their mean.
        ties: (B,) numbers of pairs with equal values, including pairs of copies of one architecture.
    """

    ranks: _Counts
    ties: Floats


class _Order:
    """(G,) values in order.

    Attributes:
        codes: (G,) number of different values that are smaller.
        order: (G,) rows, smallest value first.
        starts: first position of each different value in this order.
    """

    def __init__(self, values: NDArray[Any]) -> None:
        self.codes = np.unique(values, return_inverse=True)[1]
        self.order = np.argsort(self.codes, kind="stable")
        self.starts = np.flatnonzero(np.diff(self.codes[self.order], prepend=-1))

    def groups(self, counts: _Counts) -> _Counts:
        """Return (values, B) counts: how often each different value was drawn."""
        return np.asarray(np.add.reduceat(counts[self.order], self.starts, axis=0))

    def drawn(self, counts: _Counts) -> _Drawn:
        groups = self.groups(counts)
        ranks: _Counts = np.cumsum(groups, axis=0, dtype=np.float32)
        ranks -= groups / 2 + len(counts) / 2
        return _Drawn(ranks[self.codes], _pairs_within(groups))


@dataclass(frozen=True)
class _Level:
    """One bit of the codes, with the rows in groups whose higher bits are equal.

    Attributes:
        rows: (G,) rows, group after group.
        has_bit: (G,) whether the bit is set.
        first: for each row without the bit, the start of its group.
    """

    rows: _Rows
    has_bit: NDArray[np.bool_]
    first: _Rows


class _Pairs:
    """Pairs of architectures by the agreement of their order by scores and by labels."""

    def __init__(self, scores: _Order, labels: _Order) -> None:
        self.scores = scores
        self.both = _Order(scores.codes * (int(labels.codes.max()) + 1) + labels.codes)
        # Discordance is symmetric: take the bits of the side with fewer values.
        few, many = sorted((scores.codes, labels.codes), key=lambda codes: int(codes.max()))
        self.levels = list(_levels(few, np.lexsort((few, many))))

    def kendall(self, scores: _Drawn, labels: _Drawn, counts: _Counts) -> Floats:
        """Return (B,) values of Kendall's tau-b."""
        size = len(counts)
        total, tied = size * (size - 1) / 2, _pairs_within(self.both.groups(counts))
        alike_less_discordant = total - scores.ties - labels.ties + tied - 2 * self._discordant(counts)
        return _ratio(alike_less_discordant, total - scores.ties, total - labels.ties)

    def _discordant(self, counts: _Counts) -> Floats:
        """Return (B,) numbers of discordant pairs."""
        found = np.zeros(counts.shape[1])
        before = np.zeros((len(counts) + 1, counts.shape[1]), np.float32)
        for level in self.levels:
            here, without = counts[level.rows], ~level.has_bit
            np.cumsum(here * level.has_bit[:, None], axis=0, out=before[1:])
            higher_before = before[:-1][without] - before[level.first]
            found += np.einsum("ij,ij->j", here[without], higher_before, dtype=np.float64)
        return found


def _levels(codes: _Rows, order: _Rows) -> Iterator[_Level]:
    for bit in range(int(codes.max()).bit_length()):
        rows = order[np.argsort(codes[order] >> (bit + 1), kind="stable")]
        groups, has_bit = codes[rows] >> (bit + 1), (codes[rows] >> bit & 1).astype(np.bool_)
        yield _Level(rows, has_bit, np.searchsorted(groups, groups[~has_bit]))


def _spearman(scores: _Drawn, labels: _Drawn, counts: _Counts) -> Floats:
    """Return (B,) values of Spearman's rho: the correlation of mean ranks."""

    def product(one: _Counts, other: _Counts) -> Floats:
        return np.asarray(np.einsum("ij,ij->j", one * counts, other, dtype=np.float64))

    both = product(scores.ranks, labels.ranks)
    return _ratio(both, product(scores.ranks, scores.ranks), product(labels.ranks, labels.ranks))


def _ratio(both: Floats, of_scores: Floats, of_labels: Floats) -> Floats:
    """Return correlations: 0 if all scores are equal, NaN if all labels are equal, as in `rank_correlation`."""
    scale = np.sqrt(of_scores * of_labels)
    found = np.divide(both, scale, out=np.zeros_like(scale), where=scale > 0)
    return np.where(of_labels > 0, found, np.nan)


def _pairs_within(groups: _Counts) -> Floats:
    """Return (B,) numbers of pairs within groups of sizes (M, B)."""
    exact = groups.astype(np.float64)
    return np.asarray((exact * (exact - 1) / 2).sum(axis=0))
