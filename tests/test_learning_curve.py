"""The learning curve: splits, rows and table, on a small made-up table with one short training."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra train is not installed")

from nasport.models.tgnas_training import TrainingConfig
from nasport.runtime.bundle import open_bundle
from nasport.schemas import InputError
from nasport.toolkit.laboratory.tables import NASBENCH101_LABEL, TABLES
from tests.test_benchmarks import script

COLUMNS = ("n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool", NASBENCH101_LABEL)


@pytest.fixture
def small_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains of three operators, each with a made-up accuracy."""
    with gzip.open(tmp_path / TABLES["nasbench101"].file, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for number, ops in enumerate(itertools.product("012", repeat=3)):
            writer.writerow(["5", "1000100101", "".join(ops), 0.8 + number / 200])
    monkeypatch.setenv("NASPORT_DATA", str(tmp_path))
    try:
        open_bundle("tgnas-nb101")
    except InputError:
        pytest.skip("tgnas-nb101 is not shipped")


def test_shares_are_nested_and_disjoint_from_the_test_set() -> None:
    curve = script("learning_curve")
    (large, others), (small, more) = (curve.split(100, share, 3) for share in (0.9, 0.01))
    assert set(small) < set(large)
    assert (len(large), len(small)) == (90, 1)
    for trained, tested in ((large, others), (small, more)):
        assert sorted([*trained, *tested]) == list(range(100))
    assert not np.array_equal(curve.split(100, 0.9, 4)[0], large)


def test_few_labels_get_the_same_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    curve = script("learning_curve")
    training = TrainingConfig(epochs=40, batch=256)
    assert curve.enough_steps(training, 27_000) == training
    assert curve.enough_steps(training, 300) == replace(training, epochs=200)


def test_rows_are_computed_once_and_summarized(small_table: None, tmp_path: Path) -> None:
    curve = script("learning_curve")
    curve.LEAST_STEPS = 2
    path, training = tmp_path / "rows.jsonl", TrainingConfig(epochs=1, batch=8)

    def run(seeds: int) -> int:
        return len(list(curve.measure("tgnas", [0.5, 0.1], seeds, path=path, training=training, limit=None)))

    assert run(1) == 2
    path.write_bytes(path.read_bytes() + b'{"recipe": ')  # as after a kill during writing
    assert run(2) == 2
    assert run(2) == 0
    rows = curve.rows_of(path)
    assert [(row["share"], row["seed"], row["trained"], row["tested"]) for row in rows] == [
        (0.5, 0, 14, 13),
        (0.1, 0, 3, 24),
        (0.5, 1, 14, 13),
        (0.1, 1, 3, 24),
    ]
    found = curve.curves(rows)["tgnas"]
    values = [row["metrics"]["spearman"] for row in rows if row["share"] == 0.5]
    assert found[0.5]["spearman"] == pytest.approx((np.mean(values), np.std(values, ddof=1)))
    assert "| tgnas | 50%, 14 |" in curve.table(rows)
    other = [{**row, "recipe": "another", "metrics": dict.fromkeys(row["metrics"], 0.25)} for row in rows[:1]]
    assert curve.curves([*rows, *json.loads(json.dumps(other))])["tgnas"][0.5]["spearman"] == (0.25, 0.0)


def test_the_picture_is_a_png(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    curve = script("learning_curve")
    values = dict.fromkeys(("spearman", "kendall"), (0.5, 0.1))
    curve.draw({"tgnas": {0.9: values, 0.01: values}}, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
