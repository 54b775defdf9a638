"""Distance of an architecture from a bundle's training data: its definition, and where it is shown."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasport.runtime.bundle import open_bundle
from nasport.runtime.distance import FAR, Distance, described, fitted
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError, architecture_from_json
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.graphs.document_graph import raw_graph, stack
from nasport.toolkit.commands.score import json_line
from nasport.toolkit.scoring import Scored
from tests.documents import document, node

NAMES = ("size", "shape")
PLAIN = Distance(NAMES, np.zeros(2), np.array([10.0, 2.0]), np.array([True, False]))


def total(distance: Distance, *statistics: float) -> float:
    return float(distance.parts(np.array([statistics])).max())


def test_inside_the_ranges_only_size_counts() -> None:
    assert total(PLAIN, 0, 0) == total(PLAIN, 0, 1) == total(PLAIN, 0, 2) == 0
    assert total(PLAIN, 5, 1) == 0.5
    assert total(PLAIN, 10, 1) == 1


def test_outside_a_range_the_excess_counts_on_both_sides() -> None:
    assert total(PLAIN, 0, 4) == total(PLAIN, 0, -2) == 1
    assert total(PLAIN, -10, 1) == 1
    assert total(PLAIN, 20, 1) == 2


def test_the_most_unusual_statistic_determines_the_distance() -> None:
    assert total(PLAIN, 5, 4) == 1
    assert total(PLAIN, 20, 4) == 2


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_distance_grows_with_the_excess(size: float, shape: float, more: float) -> None:
    assert total(PLAIN, max(size, 0) + more, shape) >= total(PLAIN, max(size, 0), shape)
    assert total(PLAIN, size, max(shape, 2) + more) >= total(PLAIN, size, max(shape, 2))


def tables(*sizes: int) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    random = np.random.default_rng(0)
    return [random.normal(place, 1 + place, (size, 2)) for place, size in enumerate(sizes)]


def test_one_percent_of_the_training_has_a_distance_above_one() -> None:
    found = tables(3000, 3000)
    distance = fitted(NAMES, found, ["size"])
    values = distance.parts(np.concatenate(found)).max(axis=1)
    assert np.mean(values > FAR) == pytest.approx(0.01, abs=1e-3)


def test_all_tables_have_the_same_weight() -> None:
    small, large = tables(1000, 1000)
    once = fitted(NAMES, [small, large], ["size"])
    often = fitted(NAMES, [small, np.repeat(large, 30, axis=0)], ["size"])
    assert often.to_json() == once.to_json()


def test_a_statistic_that_never_varied_gives_a_finite_distance() -> None:
    distance = fitted(NAMES, [np.zeros((50, 2))], ["size"])
    assert np.isfinite(total(distance, 3, 4))
    assert total(distance, 0, 4) > FAR


def test_distance_includes_the_share_of_described_operators() -> None:
    def graph(*ops: str) -> Any:
        chain = [node(str(i), op, str(i - 1) if i else "in") for i, op in enumerate(ops)]
        nodes = [node("in", "input"), *chain, node("out", "output", str(len(ops) - 1))]
        strange = {"strange": {"text": "Folds the feature map along its diagonal"}}
        return raw_graph(architecture_from_json(document(nodes, operators=strange)))

    batch = [graph("conv3x3-bn-relu", "maxpool3x3"), graph("conv3x3-bn-relu", "strange"), graph("strange")]
    assert described(canonicalize(stack(batch))).tolist() == [0, 0.5, 1]


def test_the_manifest_stores_the_ranges() -> None:
    distance = fitted(NAMES, tables(200, 100), ["size"])
    again = Distance.of({"distance": json.loads(json.dumps(distance.to_json()))})
    assert again is not None
    assert again.to_json() == distance.to_json()
    assert Distance.of({}) is None


@pytest.mark.parametrize(
    "change",
    [{"low": [0.0]}, {"high": [10.0, 0.0]}, {"grows": ["depth"]}, {"low": [0.0, float("nan")]}],
)
def test_an_invalid_manifest_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Distance.of({"distance": {**PLAIN.to_json(), **change}})


@pytest.fixture
def counting(tmp_path: Path) -> Path:
    """A bundle whose score and only statistic are the number of nodes, with training graphs of 2 to 6 nodes."""
    onnx = pytest.importorskip("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    inputs = [
        helper.make_tensor_value_info("operators", kinds.FLOAT, ["K", 0]),
        helper.make_tensor_value_info("mask", kinds.FLOAT, ["B", "N"]),
    ]
    outputs = [
        helper.make_tensor_value_info("score", kinds.FLOAT, ["B"]),
        helper.make_tensor_value_info("statistics", kinds.FLOAT, ["B", 1]),
    ]
    axis = onnx.numpy_helper.from_array(np.array([1]), "axis")
    nodes = [
        helper.make_node("ReduceSum", ["mask", "axis"], ["score"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "axis"], ["statistics"], keepdims=1),
    ]
    graph = helper.make_graph(nodes, "counting", inputs, outputs, [axis])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    operators = io.BytesIO()
    np.savez(operators, texts=np.zeros(0, np.str_), embeddings=np.zeros((0, 384), np.float32))
    files = {"predictor.onnx": model.SerializeToString(), "operators.npz": operators.getvalue()}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    manifest = {
        "format": "nasport-bundle",
        "version": 1,
        "kind": "predictor",
        "name": "counting",
        "files": {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()},
        "inputs": {name: {"shape": [], "dtype": "float32"} for name in ("operators", "mask")},
        "outputs": {name: {"shape": [], "dtype": "float32"} for name in ("score", "statistics")},
        "features": [],
        "distance": {"statistics": ["capacity"], "low": [2], "high": [6], "grows": ["capacity"], "unit": 1},
    }
    (tmp_path / "bundle.json").write_text(json.dumps(manifest))
    return tmp_path


def chain(length: int, op: str = "conv3x3-bn-relu") -> dict[str, Any]:
    nodes = [node("in", "input"), *(node(str(i), op, str(i - 1) if i else "in") for i in range(length))]
    strange = {"strange": {"text": "Folds the feature map along its diagonal"}}
    return document([*nodes, node("out", "output", str(length - 1))], operators=strange)


def test_a_score_has_a_distance_and_a_warning_above_one(counting: Path) -> None:
    documents = [chain(2), chain(4), chain(6), chain(2, "strange"), chain(20)]
    found = Predictor(open_bundle(counting)).score(map(architecture_from_json, documents))
    assert [score.distance for score in found] == [0.5, 1.0, 1.5, 1.0, 5.0]
    assert [bool(score.warnings) for score in found] == [False, False, True, False, True]
    assert "size" in found[2].warnings[0]
    assert '"distance": 1.5, ' in json_line(Scored(found[2], ""))


def test_a_distance_without_its_statistics_is_refused(counting: Path) -> None:
    path = counting / "bundle.json"
    manifest = json.loads(path.read_text())
    two = {"statistics": ["a", "b"], "low": [0, 0], "high": [1, 1], "grows": [], "unit": 1}
    path.write_text(json.dumps({**manifest, "distance": two}))
    with pytest.raises(InputError, match="statistics"):
        Predictor(open_bundle(counting))


def test_bundles_without_ranges_give_no_distance() -> None:
    (found,) = Predictor.load("tgnas-nb101").score([architecture_from_json(chain(2))])
    assert found.distance is None
    assert '"distance": null, ' in json_line(Scored(found, ""))
