"""Ranking metrics against literal definitions: every pair, every subset, every order of ties."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip("scipy", reason="needs SciPy")

from nasport.toolkit.laboratory.evaluation.bootstrap import Interval, resampled
from nasport.toolkit.laboratory.evaluation.metrics import (
    AUDIT_METRICS,
    best_tenth,
    metrics,
    ndcg,
    precision,
    regret,
)
from nasport.toolkit.rank_correlation import kendall, spearman

Floats = NDArray[np.float64]


def pairs(largest: int, ties: int = 4) -> st.SearchStrategy[tuple[Floats, Floats]]:
    """Scores and labels with few levels, so that many are tied."""
    values = st.integers(0, ties).map(float)
    return st.lists(st.tuples(values, values), min_size=2, max_size=largest).map(
        lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
    )


def mean_ranks(values: Floats) -> Floats:
    return np.array([(values < value).sum() + ((values == value).sum() + 1) / 2 for value in values])


@given(pairs(12))
def test_spearman_is_the_correlation_of_mean_ranks(pair: tuple[Floats, Floats]) -> None:
    scores, labels = pair
    x, y = (mean_ranks(values) - mean_ranks(values).mean() for values in pair)
    if (labels == labels[0]).all():
        assert math.isnan(spearman(scores, labels))
    elif (scores == scores[0]).all():
        assert spearman(scores, labels) == 0
    else:
        assert spearman(scores, labels) == pytest.approx(float(x @ y / math.sqrt((x @ x) * (y @ y))))


@given(pairs(12))
def test_kendall_counts_pairs_and_corrects_for_ties(pair: tuple[Floats, Floats]) -> None:
    scores, labels = pair
    signs = [
        (np.sign(scores[i] - scores[j]), np.sign(labels[i] - labels[j]))
        for i, j in itertools.combinations(range(len(scores)), 2)
    ]
    x, y = (np.array([sign[side] for sign in signs]) for side in (0, 1))
    if not y.any():
        assert math.isnan(kendall(scores, labels))
    elif not x.any():
        assert kendall(scores, labels) == 0
    else:
        expected = float(x @ y) / math.sqrt(float(np.abs(x).sum() * np.abs(y).sum()))
        assert kendall(scores, labels) == pytest.approx(expected)


def every_choice(values: Floats, count: int) -> list[tuple[int, ...]]:
    """Return every set of `count` indices that a random order of ties can put first; all are equally likely."""
    sets = itertools.combinations(range(len(values)), count)
    total = sum(sorted(values)[-count:])
    return [chosen for chosen in sets if sum(values[i] for i in chosen) == total]


@given(pairs(9, ties=3), st.integers(1, 10))
def test_regret_is_the_mean_over_all_orders_of_tied_scores(pair: tuple[Floats, Floats], count: int) -> None:
    scores, labels = pair
    choices = every_choice(scores, min(count, len(scores)))
    expected = labels.max() - np.mean([max(labels[i] for i in chosen) for chosen in choices])
    assert regret(scores, labels, count) == pytest.approx(expected, abs=1e-12)


@given(pairs(9, ties=3), st.sampled_from([0.1, 0.3, 0.5]))
def test_precision_is_the_mean_over_all_orders_of_tied_values(
    pair: tuple[Floats, Floats], share: float
) -> None:
    scores, labels = pair
    count = max(1, math.ceil(round(len(scores) * share, 6)))
    predicted, true = every_choice(scores, count), every_choice(labels, count)
    overlaps = [len(set(a) & set(b)) / count for a in predicted for b in true]
    assert precision(scores, labels, share) == pytest.approx(np.mean(overlaps))


@given(pairs(7, ties=3), st.sampled_from([0.1, 0.3, 0.5]))
def test_ndcg_is_the_mean_over_all_orders_of_tied_scores(pair: tuple[Floats, Floats], share: float) -> None:
    scores, labels = pair
    size = len(scores)
    if (labels == labels[0]).all():
        assert math.isnan(ndcg(scores, labels, share))
        return
    count = max(1, math.ceil(round(size * share, 6)))
    gains = [((labels < label).sum() + ((labels == label).sum() - 1) / 2) / (size - 1) for label in labels]
    orders = [
        order for order in itertools.permutations(range(size)) if (np.diff(scores[list(order)]) <= 0).all()
    ]

    def gained(order: Iterable[float]) -> float:
        return sum(gain / math.log2(place + 2) for place, gain in enumerate(itertools.islice(order, count)))

    found = np.mean([gained(gains[row] for row in order) for order in orders])
    assert ndcg(scores, labels, share) == pytest.approx(found / gained(sorted(gains, reverse=True)))


@given(pairs(30), st.integers(0, 3))
def test_resampled_correlations_are_those_of_the_architectures_drawn(
    pair: tuple[Floats, Floats], seed: int
) -> None:
    scores, labels = pair
    found = resampled({"scores": scores, "same": scores}, labels, 60, seed)
    random, size = np.random.default_rng(seed), len(labels)
    for place in range(60):
        drawn = random.integers(size, size=size)
        for metric, ours in ((spearman, found["scores"].spearman), (kendall, found["scores"].kendall)):
            assert ours[place] == pytest.approx(metric(scores[drawn], labels[drawn]), abs=1e-6, nan_ok=True)
    for one, other in zip(found["scores"], found["same"], strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_interval_contains_the_central_resamples() -> None:
    labels = np.arange(400.0)
    scores = labels + np.random.default_rng(0).normal(0, 200, 400)
    found = resampled({"scores": scores, "constant": np.zeros(400)}, labels, 200)
    interval = Interval.of(found["scores"].spearman)
    assert interval is not None
    assert interval.low < spearman(scores, labels) < interval.high < interval.low + 0.2
    assert Interval.of(found["constant"].kendall) == (0, 0)
    assert Interval.of(resampled({"scores": scores}, labels, 0)["scores"].spearman) is None
    assert Interval.of(resampled({"scores": scores}, np.ones(400), 5)["scores"].spearman) is None


@given(pairs(40, ties=20))
def test_the_best_tenth_includes_ties(pair: tuple[Floats, Floats]) -> None:
    labels = pair[1]
    best = best_tenth(labels)
    count = math.ceil(len(labels) / 10)
    assert (labels > labels[best].min()).sum() < count <= best.sum()
    assert labels[best].min() > labels[~best].max(initial=-1)


@given(pairs(30), st.randoms(use_true_random=False))
def test_metrics_do_not_depend_on_order_and_scale_of_scores(
    pair: tuple[Floats, Floats], random: object
) -> None:
    scores, labels = pair
    order = list(range(len(scores)))
    random.shuffle(order)  # type: ignore[attr-defined]
    here = metrics(scores, labels, AUDIT_METRICS)
    there = metrics(np.exp(scores[order]) * 3 - 7, labels[order], AUDIT_METRICS)
    for name in AUDIT_METRICS:
        assert here[name] == pytest.approx(there[name])


def test_metrics_of_perfect_reversed_and_constant_rankings() -> None:
    labels = np.arange(100.0)
    assert metrics(labels * 2, labels) == {
        "spearman": 1.0,
        "kendall": 1.0,
        "top1_regret": 0.0,
        "best10_regret": 0.0,
        "precision_top10": 1.0,
        "spearman_best10": 1.0,
    }
    worst = metrics(-labels, labels)
    assert (worst["spearman"], worst["top1_regret"], worst["best10_regret"]) == (pytest.approx(-1), 99, 90)
    nothing = metrics(np.zeros(100), labels)
    assert (nothing["spearman"], nothing["kendall"], nothing["spearman_best10"]) == (0, 0, 0)
    assert nothing["top1_regret"] == pytest.approx(99 - labels.mean())
    assert nothing["precision_top10"] == pytest.approx(0.1)


def test_undefined_metrics_are_null() -> None:
    record = metrics(np.arange(3.0), np.ones(3))
    assert record["spearman"] is None
    assert record["top1_regret"] == 0


@pytest.mark.parametrize(
    ("scores", "labels"),
    [([1.0], [1.0, 2.0]), ([], []), ([1.0, math.nan], [1.0, 2.0]), ([1.0, 2.0], [1.0, math.inf])],
)
def test_input_that_cannot_be_ranked_is_refused(scores: list[float], labels: list[float]) -> None:
    with pytest.raises(ValueError, match=r"expected the same|not finite"):
        metrics(np.array(scores), np.array(labels))
