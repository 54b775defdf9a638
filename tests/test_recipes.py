"""`nasport train` on a small table: the shipped form and the paper's variants give bundles that score."""

from __future__ import annotations

import csv
import gzip
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra train is not installed")

from nasport.export import predictor_bundle
from nasport.models.tgnas import TgnasConfig
from nasport.models.tgnas_training import TrainingConfig
from nasport.runtime.bundle import open_bundle
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError
from nasport.toolkit.laboratory.recipes import recipe
from nasport.toolkit.laboratory.recipes.amalgamation import amalgamated
from nasport.toolkit.laboratory.tables import (
    NASBENCH101_LABEL,
    NASBENCH201_DATASETS,
    TABLES,
)
from nasport.toolkit.notations import notation

COLUMNS = ("n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool", NASBENCH101_LABEL)
SHORT = TrainingConfig(epochs=1, batch=32)


OPERATORS_201 = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
DIAMOND_201 = "|avg_pool_3x3~0|+|nor_conv_1x1~0|none~1|+|none~0|skip_connect~1|nor_conv_3x3~2|"


@pytest.fixture
def small_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains of three operators, each with a made-up accuracy."""
    rows = [
        ["5", "1000100101", "".join(ops), 0.8 + number / 200]
        for number, ops in enumerate(itertools.product("012", repeat=3))
    ]
    write_table(tmp_path / TABLES["nasbench101"].file, COLUMNS, rows)
    monkeypatch.setenv("NASPORT_DATA", str(tmp_path))
    prove = predictor_bundle.prove_parity  # uses 10,000 graphs; a tenth is enough here
    monkeypatch.setattr(
        predictor_bundle, "prove_parity", lambda model, file, graphs: prove(model, file, graphs // 10)
    )


@pytest.fixture
def small_table_201(small_table: None, tmp_path: Path) -> None:
    """Cells with two free operators, some without a path, each with made-up accuracies."""
    columns = [
        f"{dataset}_{split}_mean_seeds" for dataset in NASBENCH201_DATASETS for split in ("val", "test")
    ]
    rows = [
        [f"|{first}~0|+|none~0|{second}~1|+|none~0|skip_connect~1|nor_conv_3x3~2|"]
        + [10 + place + 3 * number for place in range(len(columns))]
        for number, (first, second) in enumerate(itertools.product(OPERATORS_201, repeat=2))
    ]
    write_table(tmp_path / TABLES["nasbench201"].file, ["arch_str", *columns], rows)


def write_table(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([columns, *rows])


@pytest.mark.parametrize(
    ("config", "name", "words"),
    [
        (TgnasConfig(), "tgnas-nb101", "384 numbers), two"),
        (TgnasConfig(projection=64), "tgnas-nb101-pca64", "--projection 64"),
        (TgnasConfig(readout="mean"), "tgnas-nb101-mean", "mean of the nodes"),
    ],
)
def test_every_variant_gives_a_bundle_that_names_it(
    small_table: None, tmp_path: Path, config: TgnasConfig, name: str, words: str
) -> None:
    recipe("tgnas-nb101").make(tmp_path / "out", seeds=1, config=config, training=SHORT)
    predictor = Predictor.load(tmp_path / "out")
    (score,) = predictor.score([notation("nasbench101").parse("5 1000100101 012")])
    assert score.bundle == name
    assert score.warnings == ()
    assert words in predictor.bundle.read("CARD.md").decode()
    assert predictor.bundle.manifest["results"] == []
    mean = predictor.bundle.manifest["labels"]["mean"]
    assert mean == pytest.approx(0.8 + 13 / 200), "one label of one table is learned in its own unit"


def test_a_projection_that_is_too_wide_is_refused(small_table: None, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="projection 380"):
        recipe("tgnas-nb101").make(
            tmp_path / "out", seeds=1, config=TgnasConfig(projection=380), training=SHORT
        )


def test_an_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="tgnas-nb101"):
        recipe("unheard-of")


def test_training_on_two_tables_gives_a_bundle_that_lists_both(small_table_201: None, tmp_path: Path) -> None:
    recipe("tgnas-nb101-nb201").make(tmp_path / "out", seeds=1, training=SHORT)
    predictor = Predictor.load(tmp_path / "out")
    manifest = predictor.bundle.manifest
    trained_on = manifest["trained_on"]
    assert [space["name"] for space in trained_on["spaces"]] == ["nasbench101", "nasbench201"]
    assert [space["architectures"] for space in trained_on["spaces"]] == [27, 25]
    assert {"Max pooling 3 by 3", "Average pooling 3 by 3"} <= set(trained_on["operators"])
    assert manifest["labels"]["mean"] == pytest.approx(0, abs=1e-9)
    assert manifest["labels"]["deviation"] == pytest.approx(np.std(np.arange(27) / 200)), (
        "in the first one's unit"
    )
    (score,) = predictor.score([notation("nasbench201").parse(DIAMOND_201)])
    assert score.bundle == "tgnas-nb101-nb201"
    assert score.warnings == ()


def test_amalgamated_labels_weigh_the_same_in_any_unit() -> None:
    labels = np.random.default_rng(0).random((3, 50))
    found = amalgamated(labels)
    assert found.mean() == pytest.approx(0, abs=1e-12)
    assert found.std() == pytest.approx(1)
    np.testing.assert_allclose(amalgamated(labels * [[100], [1], [0.01]] + [[5], [0], [-1]]), found)
    for row in range(3):
        assert np.corrcoef(found, labels[row])[0, 1] > 0.3, "every data set is in it"


def test_shipped_bundles_are_measured_only_on_held_out_tables() -> None:
    for name in ("tgnas-nb101", "tgnas-nb101-nb201"):
        manifest = open_bundle(name).manifest
        seen = {space["name"] for space in manifest["trained_on"]["spaces"]}
        measured = {result["space"].split()[0] for result in manifest["results"]}
        assert measured
        assert measured <= set(manifest["never_saw"])
        assert not seen & set(manifest["never_saw"])


def test_the_card_of_the_bundle_for_darts_names_better_baselines() -> None:
    bundle = open_bundle("tgnas-nb101-nb201")
    rows = {row["space"]: row for row in bundle.manifest["results"]}
    for space in ("nds DARTS_in", "nds ENAS_in", "nasbench301 surrogate"):
        assert rows[space]["spearman"]["mean"] < rows[space]["baselines"]["parameters"]["spearman"]
    assert "loses to counting parameters" in bundle.read("CARD.md").decode()
