"""Halves of benchmarks/unfamiliar.py: how they are made, matched and compared."""

from __future__ import annotations

import json
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from tests.test_benchmarks import script


@pytest.fixture(scope="module")
def unfamiliar() -> ModuleType:
    pytest.importorskip("torch")
    return script("unfamiliar")


def test_the_larger_half_is_flagged_and_ties_are_broken_at_random(unfamiliar: ModuleType) -> None:
    assert unfamiliar.flag(np.array([3.0, 1.0, 2.0, 0.0])).tolist() == [True, False, True, False]
    tied = unfamiliar.flag(np.zeros(1000))
    assert tied.sum() == 500
    assert 200 < tied[:500].sum() < 300


def test_matched_halves_have_the_same_labels(unfamiliar: ModuleType) -> None:
    random = np.random.default_rng(0)
    label = random.normal(size=2000)
    flagged = unfamiliar.flag(label + random.normal(size=2000))
    kept = unfamiliar.matched(label, flagged)
    assert (kept & flagged).sum() == (kept & ~flagged).sum() > 300
    assert abs(np.mean(label[kept & flagged]) - np.mean(label[kept & ~flagged])) < 0.1


def test_a_half_with_random_scores_has_a_lower_correlation(unfamiliar: ModuleType) -> None:
    random = np.random.default_rng(0)
    label, number = random.normal(size=(2, 1000))
    score = np.where(unfamiliar.flag(number), random.normal(size=1000), label)
    label[:10] = np.nan
    found = unfamiliar.halves(number, [score], {"accuracy": label, "reversed": -label})
    assert found["labels"] == 2
    assert found["labels_worse"] == 1
    found = unfamiliar.halves(number, [score], {"accuracy": label})
    assert [found["other"], found["matched_other"]] == pytest.approx([1, 1])
    assert abs(found["flagged"]) < 0.15
    assert abs(found["matched_flagged"]) < 0.15
    assert found["spread"] == pytest.approx(1, abs=0.1)


def test_every_number_is_measured_on_every_left_out_space(
    unfamiliar: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nasport.models.optimization import seeded
    from nasport.models.universal_predictor import UniversalPredictor
    from tests.random_spaces import TINY, random_arrays

    def untaught(left_out: str, seed: int) -> UniversalPredictor:
        with seeded(seed):
            model = UniversalPredictor(("evaluator",), TINY).eval()
            model.weights.normal_()
        return model

    label = np.random.default_rng(0).random(120)
    label[:3] = np.nan
    monkeypatch.setattr(unfamiliar, "trained", untaught)
    monkeypatch.setattr(unfamiliar, "taught", lambda left_out: [1, 2])
    monkeypatch.setattr(
        unfamiliar, "prepared", lambda seed, folder: SimpleNamespace(arrays=random_arrays(seed))
    )
    monkeypatch.setattr(unfamiliar, "TESTED", {"family": ("space",)})
    space = unfamiliar.Space(random_arrays(3, count=120), {"accuracy": label})
    monkeypatch.setattr(unfamiliar, "space", lambda name: space)
    rows = list(unfamiliar.measure("family", 2))
    assert [row["number"] for row in rows] == [
        "distance", "size alone", "Mahalanobis", "nearest neighbor", "disagreement",
    ]  # fmt: skip
    assert all(np.isfinite([row["flagged"], row["other"], row["matched_share"]]).all() for row in rows)
    assert {"warned", "size", "chance"} <= set(rows[0])


def test_the_document_shows_the_recorded_results(unfamiliar: ModuleType) -> None:
    rows = json.loads(unfamiliar.RESULTS.read_text("utf-8"))["rows"]
    assert unfamiliar.summary(rows) in unfamiliar.DOCUMENT.read_text("utf-8")
