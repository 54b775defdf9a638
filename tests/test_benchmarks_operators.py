"""The measurements of unseen operators leave out what they say they leave out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")
from nasport.models.operator_texts import Description, descriptions  # noqa: E402
from nasport.models.text_attributes import GUESSED, attribute_targets  # noqa: E402
from nasport.schemas.operators import vocabulary  # noqa: E402
from nasport.toolkit.laboratory.tables import LabelledTable  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
OPERATORS = ("none", "skip_connect", "nor_conv_3x3", "avg_pool_3x3")


@pytest.fixture(scope="module")
def texts() -> Iterator[ModuleType]:
    """`benchmarks/text_attributes.py`."""
    yield from _imported("text_attributes")


@pytest.fixture(scope="module")
def unseen() -> Iterator[ModuleType]:
    """`benchmarks/unseen_operators.py`."""
    yield from _imported("unseen_operators")


def _imported(name: str) -> Iterator[ModuleType]:
    sys.path.insert(0, str(FOLDER))
    try:
        yield __import__(name)
    finally:
        sys.path.remove(str(FOLDER))
        del sys.modules[name]


@pytest.mark.parametrize("left_out", ["wording", "operator", "number", "family"])
def test_no_head_is_trained_on_what_it_is_tested_on(
    texts: ModuleType, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    items = descriptions()[::5]
    key = texts.LEFT_OUT[left_out]
    number = torch.arange(len(items), dtype=torch.float32)[:, None]

    def check(embeddings: Any, known: list[Description], config: Any, seed: int) -> Any:
        trained = {repr(key(item)) for item in known}

        def head(test: Any) -> Any:
            rows = test[:, 0].long().tolist()
            assert not trained & {repr(key(items[row])) for row in rows}
            return torch.ones(len(rows), len(GUESSED))

        return head

    monkeypatch.setattr(texts, "fit_text_attributes", check)
    assert (texts.guessed(number, items, left_out, texts.stock) == 1).all()  # each is guessed once


def test_figures_of_a_perfect_guess_and_of_the_mean(texts: ModuleType) -> None:
    items = descriptions()[::5]
    wanted = attribute_targets(items).numpy().astype(np.float64)
    rows = np.ones(len(items), np.bool_)
    perfect = texts.figures(items, wanted, rows)
    assert perfect["mean_r2"] == perfect["mean_right"] == 1
    nothing = texts.figures(items, np.zeros_like(wanted), rows)
    assert nothing["mean_r2"] < 0
    assert nothing["mean_right"] == 0.5


def test_a_split_leaves_the_operator_out_and_the_known_attributes_rank_it(
    unseen: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells of 64 combinations, better the more 3x3 convolutions lie on a path."""
    template = "|{}~0|+|{}~0|{}~1|+|none~0|none~1|nor_conv_1x1~2|"
    chosen = [combination for combination in product(OPERATORS, repeat=3) if combination[1] != "none"]
    cells = tuple(template.format(*combination) for combination in chosen)
    label = np.array([text.count("nor_conv_3x3") - 0.1 * text.count("avg_pool") for text in cells])
    table = LabelledTable("nasbench201", "nasbench201", cells, {"cifar10_val": label})
    monkeypatch.setattr(unseen, "read_table", lambda name: table)
    monkeypatch.setattr(unseen, "LABELS", {})
    monkeypatch.setattr(unseen, "STEPS", 60)
    unseen.load.cache_clear()
    part = unseen.split("nasbench201", "avg_pool_3x3", 0)
    holds = part.space.holds(vocabulary()["avg_pool_3x3"])
    assert not holds[part.train.numpy()].any()
    assert holds[part.test.numpy()].all()
    assert len(part.train) + len(part.test) <= len(cells)
    scores = unseen.path_scores(part, "attributes")
    assert np.corrcoef(scores, part.space.targets[part.test].numpy())[0, 1] > 0.5
    for reading in ("one-hot", "attributes and costs"):
        assert np.isfinite(unseen.path_scores(part, reading)).all()
    for reading in ("one-hot", "attributes"):
        assert np.isfinite(unseen.graph_scores(part, reading)).all()
    unseen.load.cache_clear()


def test_the_summary_averages_operators_and_seeds(unseen: ModuleType, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    row = '{{"space": "nasbench101", "operator": "{}", "seed": 0, "network": "paths", "reading": "text", "spearman": {}}}\n'
    out.write_text(row.format("a", 0.2) + row.format("b", 0.6), "utf-8")
    assert "| paths | text | 0.40 | 0.40 |" in unseen.summary(out)
