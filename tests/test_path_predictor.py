"""The path predictor and its training: what its statistics are, that its export is the same function, that it learns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from nasport.models.path_predictor import (  # noqa: E402
    STATISTICS,
    UNBOUNDED,
    PathConfig,
    PathPredictor,
    StatisticScale,
)
from nasport.models.path_training import (  # noqa: E402
    CAPACITY,
    RankedTable,
    RankingConfig,
    pair_loss,
    quantiles,
    scale_of,
    train_to_rank,
)
from nasport.models.text_attributes import TextAttributes  # noqa: E402
from nasport.runtime.features import EMBEDDING_WIDTH  # noqa: E402
from nasport.runtime.operators import path_attributes  # noqa: E402
from nasport.schemas import vocabulary  # noqa: E402

WORDS = ("input", "output", "conv_3x3", "conv_1x1", "max_pool_3x3", "avg_pool_3x3", "skip_connect")
SHORT = RankingConfig(steps=150, sample=32)


def operator_rows() -> Any:
    """(7, 384 + A + 1): the numbers of `WORDS`, all known."""
    numbers = torch.tensor([path_attributes(vocabulary()[word]) for word in WORDS])
    ones = torch.ones(len(WORDS), 1)
    return torch.cat([torch.zeros(len(WORDS), EMBEDDING_WIDTH), numbers, ones], dim=1)


def statistics(words: list[str], inputs: list[list[int]], network: tuple[float, ...] = (0, 0, 0)) -> Any:
    """By name, of one graph; node v has the operator words[v] and is fed by the nodes inputs[v]."""
    adjacency = torch.zeros(1, len(words), len(words))
    for v, sources in enumerate(inputs):
        adjacency[0, v, sources] = 1
    index = torch.tensor([[WORDS.index(word) for word in words]])
    mask = torch.ones(1, len(words))
    with torch.no_grad():
        found = PathPredictor(PathConfig()).statistics(
            operator_rows(), index, adjacency, mask, torch.tensor([network], dtype=torch.float32)
        )
    return dict(zip(STATISTICS, found[0].tolist(), strict=True))


def test_statistics_of_a_diamond_by_hand() -> None:
    """Output from a pooling and from an identity over a convolution; both start at the input."""
    words = ["input", "max_pool_3x3", "conv_3x3", "skip_connect", "output"]
    found = statistics(words, [[], [0], [0], [2], [1, 3]])
    assert found["poolings"] == pytest.approx(1 / 2)
    assert found["identities"] == pytest.approx(1 / 2)
    assert found["short_paths"] == pytest.approx(1 / 2 * 1 + 1 / 2 * 1 / 2)
    assert found["capacity"] == pytest.approx(np.log1p(9))


def test_capacity_is_that_of_the_network_where_it_is_known() -> None:
    found = statistics(["input", "conv_3x3", "output"], [[], [0], [1]], (11.0, 13.0, 1.0))
    assert found["capacity"] == pytest.approx(11.0 + 0.1 * 13.0)


def test_a_walk_that_ends_at_no_input_is_no_short_path() -> None:
    found = statistics(["input", "avg_pool_3x3", "output"], [[], [], [0, 1]])
    assert found["short_paths"] == pytest.approx(1 / 2)
    assert found["poolings"] == pytest.approx(1 / 2)


@st.composite
def cells(draw: st.DrawFn) -> tuple[list[str], list[list[int]]]:
    inner = draw(st.lists(st.sampled_from(WORDS[2:]), max_size=6))
    words = ["input", *inner, "output"]
    places = [st.sets(st.integers(0, v - 1), max_size=3) for v in range(1, len(words))]
    return words, [[], *(sorted(draw(place)) for place in places)]


def walks(inputs: list[list[int]], v: int, chance: float = 1.0) -> Iterator[tuple[float, list[int]]]:
    """Every walk from node v back to a node without inputs, with its probability."""
    if not inputs[v]:
        yield chance, [v]
    for u in inputs[v]:
        for found, nodes in walks(inputs, u, chance / len(inputs[v])):
            yield found, [v, *nodes]


@given(cells())
@settings(max_examples=60, deadline=None)
def test_statistics_are_expectations_over_all_walks(cell: tuple[list[str], list[list[int]]]) -> None:
    words, inputs = cell
    kinds = [vocabulary()[word].kind for word in words]
    expected = {"poolings": 0.0, "identities": 0.0, "short_paths": 0.0}
    for chance, nodes in walks(inputs, len(words) - 1):
        on_it = [kinds[v] for v in nodes]
        expected["poolings"] += chance * on_it.count("pooling")
        expected["identities"] += chance * on_it.count("identity")
        if on_it[-1] == "input":
            expected["short_paths"] += chance * 0.5 ** on_it.count("convolution")
    found = statistics(words, inputs)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-5)


def test_a_long_chain_is_counted_to_its_end() -> None:
    """63 operators, the longest path whose every operator counts."""
    words = ["input", *["skip_connect"] * 62, "output"]
    found = statistics(words, [[], *([v] for v in range(63))])
    assert found["identities"] == pytest.approx(62)
    assert found["short_paths"] == pytest.approx(1)


def untrained() -> PathPredictor:
    torch.manual_seed(0)
    model = PathPredictor(PathConfig(), TextAttributes())
    size = len(STATISTICS)
    limits = torch.full((size,), UNBOUNDED)
    model.set_scale(StatisticScale(torch.rand(size), torch.rand(size) + 1, -limits, limits, 3.0))
    with torch.no_grad():
        model.linear.normal_()
    return model.eval()


def test_statistics_beyond_what_training_has_shown_count_as_its_edge() -> None:
    model = untrained()
    model.lowest.fill_(-1.0)
    model.highest.fill_(2.0)
    size = len(STATISTICS)
    with torch.no_grad():
        far, edge = model.head(torch.full((1, size), 50.0)), model.head(torch.full((1, size), 2.0))
        torch.testing.assert_close(far, edge)
        assert not torch.allclose(edge, model.head(torch.full((1, size), 1.9)), rtol=1e-3)


def chain_of_all_words(model: PathPredictor, rows: Any, network: tuple[float, ...] = (0, 0, 0)) -> Any:
    """(1, S) of a chain from the input through one operator of each word, by an operator table of one row each."""
    index = torch.tensor([[0, *range(2, len(WORDS)), 1]])
    adjacency = torch.eye(len(WORDS)).roll(1, 0).tril(-1)[None]
    mask = torch.ones(1, len(WORDS))
    with torch.no_grad():
        return model.statistics(rows, index, adjacency, mask, torch.tensor([network], dtype=torch.float32))


def test_descriptions_are_read_only_where_numbers_are_not_known() -> None:
    model, rows = untrained(), operator_rows()
    assert model.text is not None
    known = chain_of_all_words(model, rows)
    rows[:, :EMBEDDING_WIDTH] = torch.randn(len(WORDS), EMBEDDING_WIDTH)
    torch.testing.assert_close(chain_of_all_words(model, rows), known)
    rows[2:, -1] = 0.0
    read = rows.clone()
    with torch.no_grad():
        read[2:, EMBEDDING_WIDTH:-1] = model.text(rows[2:, :EMBEDDING_WIDTH])
    read[2:, -1] = 1.0
    told = chain_of_all_words(model, rows)
    assert not torch.allclose(told, known, rtol=1e-3)
    torch.testing.assert_close(told, chain_of_all_words(model, read))


def test_what_a_description_says_of_a_weight_is_added_to_a_network_without_it() -> None:
    model, rows = untrained(), operator_rows()
    model.text = None
    whole = (11.0, 13.0, 1.0)
    known = chain_of_all_words(model, rows, whole)[0, CAPACITY].item()
    assert known == pytest.approx(11.0 + 0.1 * 13.0)
    rows[WORDS.index("conv_3x3"), -1] = 0.0  # 9 of the weights 9 and 1 are only told
    told = chain_of_all_words(model, rows, whole)[0, CAPACITY].item()
    assert told == pytest.approx(known + np.log1p(9 + 1) - np.log1p(1), abs=1e-5)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    export = exporter()
    file: Path = tmp_path_factory.mktemp("onnx") / "predictor.onnx"
    export.export_predictor(export.exportable(untrained()), file)
    return file


def exporter() -> Any:
    pytest.importorskip("onnx", reason="needs the extra 'train'")
    pytest.importorskip("onnxruntime", reason="needs the extra 'cpu'")
    from nasport.export import predictor_bundle as predictor

    return predictor


def test_the_export_is_the_same_function(exported: Path) -> None:
    export = exporter()
    report = export.prove_parity(export.exportable(untrained()), exported, graphs=400, seed=1)
    assert 0 < report.max_abs_difference < 1e-5


def test_parity_notices_another_model(exported: Path) -> None:
    export = exporter()
    other = untrained()
    with torch.no_grad():
        other.linear.mul_(1.01)
    with pytest.raises(export.ParityError, match="differs from the model"):
        export.prove_parity(export.exportable(other), exported, graphs=200)


@pytest.mark.parametrize("largest", [3, 8, 20])
def test_equal_bits_whatever_the_batch(exported: Path, largest: int) -> None:
    export = exporter()
    layout = export.exportable(untrained()).layout
    assert export.prove_batch_independence(layout, exported, graphs=100, largest=largest) == 100


def test_the_loss_of_pairs_by_hand() -> None:
    scores, target = torch.tensor([0.0, 2.0, 1.0]), torch.tensor([0.0, 1.0, 3.0])
    # The pair (1, 0) is ranked right by 2, (2, 0) by 1, (2, 1) wrong by 1; targets are 1, 3 and 2 apart.
    expected = (1 * np.log1p(np.exp(-2)) + 3 * np.log1p(np.exp(-1)) + 2 * np.log1p(np.exp(1))) / 6
    assert pair_loss(scores, target).item() == pytest.approx(expected, rel=1e-6)
    assert pair_loss(scores + 5, target).item() == pytest.approx(expected, rel=1e-6)


def test_targets_depend_on_ranks_alone() -> None:
    labels = np.random.default_rng(0).random(50)
    assert torch.equal(quantiles([labels]), quantiles([np.exp(9 * labels)]))
    found = quantiles([labels]).numpy()
    assert (np.argsort(found) == np.argsort(labels)).all()
    assert found.mean() == pytest.approx(0, abs=1e-6)


def ranked_tables() -> list[RankedTable]:
    """The better, the more capacity and the fewer poolings; in units of each table's own."""
    generator = torch.Generator().manual_seed(0)
    drawn = [torch.randn(size, len(STATISTICS), generator=generator) for size in (60, 300)]
    names = {name: place for place, name in enumerate(STATISTICS)}
    labels = [rows[:, names["capacity"]] - 0.5 * rows[:, names["poolings"]] for rows in drawn]
    return [
        RankedTable(rows, quantiles([label.double().numpy()]))
        for rows, label in zip(drawn, labels, strict=True)
    ]


def trained(seed: int) -> PathPredictor:
    tables = ranked_tables()
    scale = scale_of([table.statistics for table in tables], [torch.zeros(1) for _ in tables])
    return train_to_rank(tables, scale, PathConfig(), SHORT, seed)


def test_training_learns_a_ranking_and_is_reproducible_from_its_seed() -> None:
    state = torch.random.get_rng_state()
    first, again, other = trained(0), trained(0), trained(1)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not first.training
    for name, weight in first.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name
    assert not torch.allclose(first.linear, other.linear)
    for table in ranked_tables():
        with torch.no_grad():
            scores = first.head(table.statistics).numpy()
        places = [np.argsort(np.argsort(values)) for values in (scores, table.target.numpy())]
        assert np.corrcoef(places[0], places[1])[0, 1] > 0.95


def test_the_scale_weighs_tables_the_same_and_bounds_all_but_capacity() -> None:
    small, large = torch.zeros(10, len(STATISTICS)), torch.full((1000, len(STATISTICS)), 4.0)
    scale = scale_of([small, large], [torch.zeros(10), torch.ones(1000)])
    assert scale.mean.tolist() == [2.0] * len(STATISTICS)
    assert scale.offset == pytest.approx((0 + 3) / 2)
    others = [place for place in range(len(STATISTICS)) if place != CAPACITY]
    assert scale.highest[others].tolist() == [4.0] * len(others)
    assert scale.lowest[others].tolist() == [0.0] * len(others)
    assert scale.highest[CAPACITY] == -scale.lowest[CAPACITY] == UNBOUNDED
