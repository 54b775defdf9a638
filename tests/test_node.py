"""examples/node gives the scores and embeddings of the runtime without Python."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nasport.runtime.bundle import open_bundle, shipped_folder, shipped_names
from nasport.runtime.encoder import Encoder
from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor
from nasport.schemas import Architecture, read_architecture
from nasport.toolkit.notations import notation

EXAMPLES = Path(__file__).parent.parent / "examples"
NODE = EXAMPLES / "node"
ENCODER = shipped_folder() / "minilm"
# Bundles that read descriptions of operators, and bundles that read their attributes.
INPUT = {"operator": "Input", "attributes": {"input": 1, "knows_attributes": 1}}

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH"),
    pytest.mark.skipif(
        not (NODE / "node_modules" / "onnxruntime-web").is_dir(),
        reason="onnxruntime-web is not installed: npm ci --prefix examples/node --ignore-scripts",
    ),
]

# Operators of the six edges 0->1, 0->2, 1->2, 0->3, 1->3, 2->3: 3 a 3x3 convolution, 1 a 1x1, p pooling, s skip, 0 none.
NASBENCH201 = "333333 111111 pppppp ssssss s33s13 03s3p1 300003 0s0s0p 1p3s03 p0101s 000000"
NASBENCH201_OPERATORS = {
    "3": "nor_conv_3x3",
    "1": "nor_conv_1x1",
    "p": "avg_pool_3x3",
    "s": "skip_connect",
    "0": "none",
}
# Vertices, upper triangle of the matrix row by row, operators: 0 a 3x3 convolution, 1 a 1x1, 2 pooling.
NASBENCH101 = (
    "2 1",
    "3 101 0",
    "3 111 1",
    "4 110011 02",
    "4 101101 00",
    "5 1111001001 010",
    "5 1001100101 201",
    "6 110010010100101 0012",
    "7 100110100001001010101 02001",
    "7 110000100001000100101 00000",
)

DESCRIPTIONS = (
    "Input",
    "Convolution 3 by 3",
    "Folds the feature map along its diagonal",
    "Ä wavelet 变换, then gating",
    "",
    "attention " * 300,
)


# A bundle that reads attributes of operators, and one that reads their descriptions.
@pytest.fixture(scope="module", params=[DEFAULT_BUNDLE, "tgnas-nb101"])
def predictor(request: pytest.FixtureRequest) -> Predictor:
    return Predictor.load(request.param)


def architectures() -> list[Architecture]:
    strings = [edge_string([NASBENCH201_OPERATORS[code] for code in codes]) for codes in NASBENCH201.split()]
    cells = [notation("nasbench201").parse(text) for text in strings]
    return cells + [notation("nasbench101").parse(text) for text in NASBENCH101]


def edge_string(names: list[str]) -> str:
    places = (f"{name}~{source}" for name, source in zip(names, (0, 0, 1, 0, 1, 2), strict=True))
    a, b, c, d, e, f = places
    return f"|{a}|+|{b}|{c}|+|{d}|{e}|{f}|"


@cache
def canonical_cells() -> Any:
    """Return the function of examples/node/cells.py, which is not part of the package."""
    spec = importlib.util.spec_from_file_location("cells", NODE / "cells.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.canonical_cells


def run_node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = ["node", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def lines(*arguments: str | Path) -> list[Any]:
    done = run_node(*arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def node_scores(
    folder: Path, cells: list[dict[str, Any]], scratch: Path, *encoder: Path
) -> NDArray[np.float64]:
    file = scratch / "cells.json"
    file.write_text(json.dumps(cells), encoding="utf-8")
    return np.array([line["score"] for line in lines(NODE / "score.mjs", folder, file, *encoder)])


def reordered(cell: dict[str, Any]) -> dict[str, Any]:
    """Return the same graph with its nodes written from last to first."""
    last = len(cell["nodes"]) - 1
    nodes = [{**node, "inputs": [last - u for u in node["inputs"]]} for node in reversed(cell["nodes"])]
    return {**cell, "nodes": nodes}


@pytest.mark.parametrize("name", shipped_names())
def test_scores_equal_those_of_the_runtime(name: str, tmp_path: Path) -> None:
    predictor = Predictor.load(name)
    expected = np.array([score.score for score in predictor.score(architectures())])
    cells = canonical_cells()(architectures(), predictor.bundle)
    scores = node_scores(predictor.bundle.folder, cells, tmp_path)
    assert np.ptp(expected) > 0.01  # otherwise the comparison proves nothing
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-5)


def test_the_order_of_nodes_is_free(predictor: Predictor, tmp_path: Path) -> None:
    cells = canonical_cells()(architectures(), predictor.bundle)
    scores = node_scores(predictor.bundle.folder, cells + [reordered(cell) for cell in cells], tmp_path)
    np.testing.assert_allclose(scores[len(cells) :], scores[: len(cells)], rtol=0, atol=1e-5)


def test_the_example_equals_the_output_of_the_writer() -> None:
    written = json.loads((NODE / "cells.json").read_text(encoding="utf-8"))
    example = read_architecture(EXAMPLES / "resnet_like_cell.json")
    assert canonical_cells()([example], open_bundle(DEFAULT_BUNDLE)) == written


def test_the_example_scores_with_every_bundle(predictor: Predictor) -> None:
    (line,) = lines(NODE / "score.mjs", predictor.bundle.folder, NODE / "cells.json")
    (expected,) = predictor.score([read_architecture(EXAMPLES / "resnet_like_cell.json")])
    assert line["name"] == expected.name
    assert line["score"] == pytest.approx(expected.score, abs=1e-5)


def test_a_described_operator_scores_as_in_the_runtime(predictor: Predictor, tmp_path: Path) -> None:
    """The description is read if the bundle needs attributes; otherwise the given encoder embeds it."""
    unknown = read_architecture(EXAMPLES / "unknown_operator_cell.json")
    (expected,) = predictor.score([unknown])
    cells = canonical_cells()([unknown], predictor.bundle)
    embedded = [node["operator"][:7] for node in cells[0]["nodes"] if "tokens" in node]
    assert embedded == ([] if predictor.bundle.name == DEFAULT_BUNDLE else ["Wavelet"])
    (score,) = node_scores(predictor.bundle.folder, cells, tmp_path, ENCODER)
    assert score == pytest.approx(expected.score, abs=1e-5)


@pytest.mark.parametrize(("given", "lacks"), [("tokens", "an encoder folder"), ("encoder", "its tokens")])
def test_an_unavailable_embedding_is_reported_by_name(tmp_path: Path, given: str, lacks: str) -> None:
    predictor = Predictor.load("tgnas-nb101")
    unknown = read_architecture(EXAMPLES / "unknown_operator_cell.json")
    (cell,) = canonical_cells()([unknown], predictor.bundle)
    if given == "encoder":
        for node in cell["nodes"]:
            node.pop("tokens", None)
    (tmp_path / "cells.json").write_text(json.dumps([cell]), encoding="utf-8")
    encoder = [ENCODER] if given == "encoder" else []
    done = run_node(NODE / "score.mjs", predictor.bundle.folder, tmp_path / "cells.json", *encoder)
    assert done.returncode == 2
    assert '"Wavelet transform' in done.stderr
    assert done.stderr.strip().endswith(f"it takes {lacks}")


def test_an_encoder_other_than_the_bundles_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(shipped_folder() / DEFAULT_BUNDLE, folder)
    manifest = json.loads((folder / "bundle.json").read_text("utf-8"))
    manifest["encoder"]["sha256"] = "0" * 64
    (folder / "bundle.json").write_text(json.dumps(manifest), "utf-8")
    done = run_node(NODE / "score.mjs", folder, NODE / "cells.json", ENCODER)
    assert done.returncode == 2
    assert "the bundle was made with 000" in done.stderr


def test_a_description_is_not_read_if_the_attributes_are_known(tmp_path: Path) -> None:
    bundle = open_bundle(DEFAULT_BUNDLE)
    cells = canonical_cells()(architectures(), bundle)
    scores = node_scores(bundle.folder, cells, tmp_path)
    for node in [node for cell in cells for node in cell["nodes"]]:
        node["operator"] = "in other words"
    assert np.array_equal(node_scores(bundle.folder, cells, tmp_path), scores)


def test_attributes_and_globals_are_passed_to_the_bundle(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    sum_bundle(folder)
    cells = canonical_cells()(architectures(), open_bundle(folder))
    expected = [score.score for score in Predictor.load(folder).score(architectures())]
    np.testing.assert_allclose(node_scores(folder, cells, tmp_path), expected, rtol=1e-6)
    assert len(set(expected)) > 10
    assert any("attributes" in node for cell in cells for node in cell["nodes"])


def sum_bundle(folder: Path) -> None:
    """Write a bundle whose score is the sum of all numbers of its nodes and of the network."""
    onnx = pytest.importorskip("onnx", reason="the extra `train` is not installed")
    helper, kinds = onnx.helper, onnx.TensorProto
    shapes = {"operators": ["K", 2], "index": ["B", "N"], "mask": ["B", "N"], "globals": ["B", 2]}
    types = {name: kinds.INT64 if name == "index" else kinds.FLOAT for name in shapes}
    steps = [
        ("ReduceSum", ["operators", "axis"], "rows"),
        ("Gather", ["rows", "index"], "nodes"),
        ("Mul", ["nodes", "mask"], "present"),
        ("ReduceSum", ["present", "axis"], "graph"),
        ("ReduceSum", ["globals", "axis"], "network"),
        ("Add", ["graph", "network"], "score"),
    ]
    graph = helper.make_graph(
        [
            helper.make_node("Constant", [], ["axis"], value_ints=[1]),
            *(helper.make_node(op, inputs, [output], **no_axes_kept(op)) for op, inputs, output in steps),
        ],
        "sum",
        [helper.make_tensor_value_info(name, types[name], shape) for name, shape in shapes.items()],
        [helper.make_tensor_value_info("score", kinds.FLOAT, ["B"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    (folder / "predictor.onnx").write_bytes(model.SerializeToString())
    np.savez(folder / "operators.npz", texts=np.array(["Input"]), embeddings=np.zeros((1, 384), np.float32))
    manifest = {
        "format": "nasport-bundle",
        "version": 1,
        "kind": "predictor",
        "name": "sum",
        "files": {file.name: {"sha256": sha256(file)} for file in folder.iterdir()},
        "features": ["kernel", "stride"],
        "globals": ["log_parameters", "nodes"],
        "inputs": {
            name: {"shape": shape, "dtype": "int64" if name == "index" else "float32"}
            for name, shape in shapes.items()
        },
        "outputs": {"score": {"shape": ["B"], "dtype": "float32"}},
    }
    (folder / "bundle.json").write_text(json.dumps(manifest), encoding="utf-8")


def no_axes_kept(op: str) -> dict[str, int]:
    return {"keepdims": 0} if op == "ReduceSum" else {}


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_changed_file_is_refused(predictor: Predictor, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(predictor.bundle.folder, folder)
    with (folder / "predictor.onnx").open("ab") as stream:
        stream.write(b"\0")
    done = run_node(NODE / "score.mjs", folder, NODE / "cells.json")
    assert done.returncode == 2
    assert not done.stdout
    assert "predictor.onnx: SHA-256" in done.stderr


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"operator": "Nobody knows this", "inputs": []}, "Nobody knows this"),
        ({**INPUT, "inputs": [1]}, "expected a place in the list"),
        ({**INPUT, "inputs": ["length"]}, "expected a place in the list"),
    ],
)
def test_a_wrong_graph_is_reported(
    predictor: Predictor, tmp_path: Path, node: dict[str, Any], message: str
) -> None:
    (tmp_path / "cells.json").write_text(json.dumps([{"name": "", "nodes": [node]}]), encoding="utf-8")
    done = run_node(NODE / "score.mjs", predictor.bundle.folder, tmp_path / "cells.json")
    assert done.returncode == 2
    assert message in done.stderr


def test_embeddings_equal_those_of_the_runtime(tmp_path: Path) -> None:
    assert open_bundle(ENCODER).kind == "encoder"
    encoder = Encoder.load(ENCODER)
    ids = [encoder.token_ids(text) for text in DESCRIPTIONS]
    (tmp_path / "ids.json").write_text(json.dumps(ids))
    found = np.array(lines(NODE / "embed.mjs", ENCODER, tmp_path / "ids.json"))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=0, atol=1e-5)
    assert (1 - (found * encoder.encode(DESCRIPTIONS)).sum(axis=1)).max() <= 1e-4


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_tables_are_read_exactly(tmp_path: Path, save: Any) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    texts = ["a", "Ä 变换 🙂", "longer than the others"]
    buffer = io.BytesIO()
    save(buffer, texts=np.array(texts), embeddings=vectors)
    (tmp_path / "table.npz").write_bytes(buffer.getvalue())
    program = tmp_path / "read.mjs"
    program.write_text(
        f"import {{ readNpz }} from {json.dumps((NODE / 'npz.mjs').as_uri())};\n"
        "import { readFileSync } from 'node:fs';\n"
        "const { texts, embeddings } = readNpz(readFileSync(process.argv[2]));\n"
        "console.log(JSON.stringify([texts.data, embeddings.shape, [...embeddings.data]]));\n"
    )
    ((found_texts, shape, numbers),) = lines(program, tmp_path / "table.npz")
    assert found_texts == texts
    assert shape == [3, 5]
    assert np.array_equal(np.array(numbers, np.float32).reshape(3, 5), vectors)
