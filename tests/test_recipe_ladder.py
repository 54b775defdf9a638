"""The variants of benchmarks/recipe_ladder.py: the recipe among them is the recipe, the others are what they say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")
from nasport.models.path_training import RankedTable, RankingConfig, scale_of, train_to_rank  # noqa: E402
from nasport.toolkit.laboratory.tables import NASBENCH201_DATASETS, LabelledTable  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
OPERATORS = ("none", "skip_connect", "nor_conv_3x3", "avg_pool_3x3")
CHAIN = "|{}~0|+|none~0|{}~1|+|none~0|none~1|{}~2|"


@pytest.fixture(scope="module")
def ladder() -> Iterator[ModuleType]:
    sys.path.insert(0, str(FOLDER))
    before = set(sys.modules)
    try:
        yield __import__("recipe_ladder")
    finally:
        sys.path.remove(str(FOLDER))
        for name in ("recipe_ladder", "recipe_ladder_tables", "recipe_ladder_graphs", "learning_curve"):
            if name not in before:
                sys.modules.pop(name, None)


@pytest.fixture
def tables(ladder: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Chains of three operators stand for every table; they are the better the more convolutions they have."""
    found = sys.modules["recipe_ladder_tables"]
    texts = tuple(CHAIN.format(*operators) for operators in product(OPERATORS, repeat=3))
    label = np.array([text.count("nor_conv_3x3") - 0.1 * text.count("avg_pool") for text in texts])
    labels = {f"{dataset}_val": label for dataset in NASBENCH201_DATASETS}
    monkeypatch.setattr(found, "read_table", lambda name: LabelledTable(name, "nasbench201", texts, labels))
    fake = SimpleNamespace(encode=lambda texts: np.ones((len(texts), 384), np.float32))
    monkeypatch.setattr(found, "encoder", lambda: fake)
    for cached in (found.load, found.node_graphs):
        cached.cache_clear()
    yield found
    for cached in (found.load, found.node_graphs):
        cached.cache_clear()


def test_the_recipe_is_trained_as_the_bundles_are(ladder: ModuleType) -> None:
    torch.manual_seed(0)
    ranked = [RankedTable(torch.randn(30, 4), torch.randn(30)) for _ in range(3)]
    scale = scale_of([table.statistics for table in ranked], [table.target for table in ranked])
    training = RankingConfig(steps=8, sample=10)
    variant = replace(ladder.VARIANTS["the recipe"], training=training)
    ours = ladder.train(variant, ranked, [], scale, seed=3).paths
    shipped = train_to_rank(ranked, scale, variant.config, training, seed=3)
    for name, weight in shipped.named_parameters():
        torch.testing.assert_close(ours.get_parameter(name), weight, atol=1e-5, rtol=0)


def test_a_correction_starts_at_zero_and_sees_no_padding(ladder: ModuleType) -> None:
    graphs = [variant.graphs for variant in ladder.VARIANTS.values() if variant.graphs]
    assert len(graphs) == 7
    operators, index = torch.randn(3, 384 + 12), torch.tensor([[0, 1, 2, 0, 0]])
    adjacency, mask = torch.zeros(1, 5, 5), torch.tensor([[1.0, 1.0, 1.0, 0.0, 0.0]])
    adjacency[0, 1, 0] = adjacency[0, 2, 1] = 1.0
    for config in graphs:
        model = ladder.Correction(config).eval()
        assert (model(operators, index, adjacency, mask) == 0).all()
        torch.nn.init.ones_(model.last.weight)
        padded = model(operators, index, adjacency, mask)
        torch.testing.assert_close(
            padded, model(operators, index[:, :3], adjacency[:, :3, :3], mask[:, :3]), atol=1e-5, rtol=0
        )
        assert 0 < padded.abs() <= config.bound


def test_statistics_of_the_variants(ladder: ModuleType, tables: ModuleType) -> None:
    space = tables.load("nasbench201")
    row = list(product(OPERATORS, repeat=3)).index(("skip_connect", "nor_conv_3x3", "skip_connect"))
    assert space.columns["identity share"][row].item() == pytest.approx(2 / 3)
    # As written, operators that no input reaches are on the walk all the same.
    dead = list(product(OPERATORS, repeat=3)).index(("none", "nor_conv_3x3", "skip_connect"))
    assert space.columns["identities"][dead].item() == 0
    assert space.columns["written identities"][dead].item() == 1
    one = ladder.table_of(ladder.VARIANTS["capacity alone"], "nasbench201")
    assert (one.statistics[:, 1:] == 0).all()
    assert torch.equal(one.statistics[:, 0], space.columns["capacity"])


def test_it_goes_on_where_it_stopped(
    ladder: ModuleType, tables: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = [
        "the recipe",
        "linear only",
        "squared error",
        "trained on NAS-Bench-101 alone",
        ladder.SMALL,
        "+ graph network: attributes and text, both ways",
        "+ attention: attributes and text",
    ]
    training = RankingConfig(steps=4, sample=8)
    short = {name: replace(ladder.VARIANTS[name], training=training, few=None) for name in names}
    monkeypatch.setattr(ladder, "VARIANTS", short)
    monkeypatch.setattr(ladder, "FAMILIES", ("nasbench101", "nasbench-macro"))
    path = tmp_path / "rows.jsonl"
    rows = list(ladder.measure(names[:2], 1, path))
    assert [row["left_out"] for row in rows] == ["nasbench101", "nasbench-macro"] * 2
    rows += ladder.measure(names, 1, path)
    assert len(rows) == 2 * len(names) - 1  # a table is not trained on where it is left out
    assert not list(ladder.measure(names, 1, path))
    assert all(-1 <= value <= 1 for row in rows for value in row["spearman"].values())
    text = ladder.summary(ladder.rows_of(path))
    assert [line.split(" | ")[0] for line in text.splitlines()[2:]] == [f"| {name}" for name in names]
    lone = next(line for line in text.splitlines() if "alone" in line)
    assert lone.split(" | ")[1] == "-"
