"""Corrections in closed form: what they learn, their uncertainty, and the choice of informative rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.models.correction import Scale, folds, held_out, learn_correction, most_informative
from nasport.toolkit.rank_correlation import spearman

BLOCKS = (4, 10, 16)


def drawn(count: int, seed: int = 0, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return traits, a mean that is half of the truth, and a target that also depends on the first block of traits."""
    rng = np.random.default_rng(seed)
    traits = rng.standard_normal((count, BLOCKS[-1]))
    mean = rng.standard_normal((count, 1))
    target = 0.5 * mean[:, 0] + traits[:, 0] - 0.5 * traits[:, 1] + noise * rng.standard_normal(count)
    return traits, mean, target


def test_a_correction_learns_the_residual_of_the_mean() -> None:
    traits, mean, target = drawn(400)
    known = learn_correction(traits[:60], mean[:60], target[:60], BLOCKS)
    unseen = known(traits[60:], mean[60:])
    assert spearman(unseen, target[60:]) > 0.9 > spearman(mean[60:, 0], target[60:])
    assert known.shares == (0.5,)


def test_a_correction_learned_from_noise_is_small() -> None:
    """If only the mean explains fifty targets, the correction stays near zero."""
    rng = np.random.default_rng(1)
    kept = []
    for seed in range(5):
        traits, mean, _ = drawn(300, seed)
        target = mean[:, 0] + rng.standard_normal(300)
        known = learn_correction(traits[:50], mean[:50], target[:50], BLOCKS)
        kept.append(spearman(known(traits[50:], mean[50:]), mean[50:, 0]))
    assert min(kept) > 0.8


def test_held_out_scores_do_not_depend_on_their_own_targets() -> None:
    """Held-out scores of random targets do not correlate with them."""
    rng = np.random.default_rng(3)
    traits, mean, _ = drawn(60)
    assert abs(spearman(held_out(traits, mean, target := rng.standard_normal(60), BLOCKS), target)) < 0.35


@given(st.integers(1, 60), st.integers(2, 12))
def test_folds_are_a_partition(count: int, parts: int) -> None:
    rows = np.concatenate(list(folds(count, parts)))
    assert sorted(rows.tolist()) == list(range(count))


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 30), st.integers(1, 10), st.integers(0, 5), st.integers(0, 99))
def test_most_informative_rows_are_new_and_distinct(total: int, count: int, known: int, seed: int) -> None:
    traits = np.random.default_rng(seed).standard_normal((total, BLOCKS[-1]))
    before = list(range(min(known, total)))
    found = most_informative(traits, BLOCKS, count, before)
    assert len(found) == min(count, total - len(before))
    assert len({*found, *before}) == len(found) + len(before)


def test_most_informative_rows_are_spread_over_the_space() -> None:
    """From three clusters of equal members, one of each is chosen first."""
    heaps = np.eye(16)[[0] * 10 + [1] * 10 + [2] * 10] * 5
    assert {row // 10 for row in most_informative(heaps, BLOCKS, 3)} == {0, 1, 2}


def test_numbers_outside_the_range_are_clipped() -> None:
    numbers = np.random.default_rng(0).standard_normal((1_000, 3))
    numbers[:, 2] = 7.0
    scale = Scale.of(numbers)
    assert np.abs(scale(np.full((1, 3), 1e6))[0, :2]).max() < 4
    assert (scale(numbers)[:, 2] == 0).all()
    assert Scale.of(numbers, outermost=0)(np.full((1, 3), 1e6))[0, 0] == pytest.approx(1e6, rel=0.2)
