"""`nasport train` from a small table: the shipped form and the paper's variants end in bundles that score."""

from __future__ import annotations

import csv
import gzip
import itertools
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra train is not installed")

from nasport.models.tables import NASBENCH101_FILE, NASBENCH101_LABEL
from nasport.models.tgnas import TgnasConfig
from nasport.models.training import TrainingConfig
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError
from nasport.toolkit.notations import notation
from nasport.toolkit.recipes import recipe

COLUMNS = ("n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool", NASBENCH101_LABEL)
SHORT = TrainingConfig(epochs=1, batch=32)


@pytest.fixture
def small_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains of three operators, each with a made-up accuracy."""
    with gzip.open(tmp_path / NASBENCH101_FILE, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for number, ops in enumerate(itertools.product("012", repeat=3)):
            writer.writerow(["5", "1000100101", "".join(ops), 0.8 + number / 200])
    monkeypatch.setenv("NASPORT_DATA", str(tmp_path))


@pytest.mark.parametrize(
    ("config", "name", "words"),
    [
        (TgnasConfig(), "tgnas-nb101", "384 numbers), two"),
        (TgnasConfig(projection=64), "tgnas-nb101-pca64", "--projection 64"),
        (TgnasConfig(readout="mean"), "tgnas-nb101-mean", "mean of the nodes"),
    ],
)
def test_every_variant_ends_in_a_bundle_that_says_what_it_is(
    small_table: None, tmp_path: Path, config: TgnasConfig, name: str, words: str
) -> None:
    recipe("tgnas-nb101").make(tmp_path / "out", seeds=1, config=config, training=SHORT)
    predictor = Predictor.load(tmp_path / "out")
    (score,) = predictor.score([notation("nasbench101").parse("5 1000100101 012")])
    assert score.bundle == name
    assert score.warnings == ()
    assert words in predictor.bundle.read("CARD.md").decode()
    assert predictor.bundle.manifest["results"] == []


def test_a_projection_that_is_too_wide_is_refused(small_table: None, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="projection 380"):
        recipe("tgnas-nb101").make(
            tmp_path / "out", seeds=1, config=TgnasConfig(projection=380), training=SHORT
        )


def test_an_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="tgnas-nb101"):
        recipe("unheard-of")
