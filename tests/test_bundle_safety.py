"""A bundle from a stranger: nothing outside the allow-list is opened, and memory is bounded."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nasport.runtime import npz
from nasport.runtime.bundle import open_bundle, shipped_folder, shipped_names
from nasport.runtime.encoder import Encoder
from nasport.runtime.npz import read_arrays
from nasport.runtime.onnx_check import checked_graph
from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor
from nasport.schemas import InputError
from tests.documents import document, node

CELL = document([node("in", "input"), node("a", "nor_conv_3x3", "in"), node("out", "output", "a")])


def with_file(folder: Path, name: str, data: bytes) -> Path:
    """Replace a file of a bundle by other content, with the right hash in the manifest."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "bundle.json").read_text("utf-8"))
    manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / "bundle.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_folder() / DEFAULT_BUNDLE, tmp_path / "bundle"))


def model(
    nodes: Sequence[onnx.NodeProto], constants: Sequence[TensorProto] = (), **parts: Any
) -> onnx.ModelProto:
    """Return a model that computes a score from the mask (B, N)."""
    mask = helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["B", "N"])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["B"])
    graph = helper.make_graph(list(nodes), "g", [mask], [score], list(constants))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, **parts)


def constant(name: str, *values: int) -> TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def external() -> TensorProto:
    tensor = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="elsewhere.bin")
    return tensor


def a_function() -> onnx.FunctionProto:
    return helper.make_function(
        "own", "F", ["x"], ["y"], [helper.make_node("Relu", ["x"], ["y"])], [helper.make_opsetid("", 18)]
    )


SUM = helper.make_node("ReduceSum", ["mask", "axes"], ["score"], keepdims=0)
AXES = constant("axes", 1)
BRANCH = helper.make_graph([helper.make_node("Relu", ["mask"], ["b"])], "b", [], [])

REFUSED: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "operator type": (
        lambda: model([helper.make_node("RandomNormal", [], ["x"], shape=[1]), SUM], [AXES]),
        "operator type 'RandomNormal'",
    ),
    "control flow": (
        lambda: model([helper.make_node("If", ["mask"], ["x"], then_branch=BRANCH), SUM], [AXES]),
        "operator type 'If'",
    ),
    "subgraph of an allowed type": (
        lambda: model([helper.make_node("Relu", ["mask"], ["x"], body=BRANCH), SUM], [AXES]),
        "a subgraph",
    ),
    "domain": (
        lambda: model([helper.make_node("Relu", ["mask"], ["x"], domain="com.microsoft"), SUM], [AXES]),
        "domain 'com.microsoft'",
    ),
    "function": (lambda: model([SUM], [AXES], functions=[a_function()]), "functions"),
    "external data": (lambda: model([SUM], [AXES, external()]), "in another file"),
    "wrong size": (
        lambda: model([SUM], [AXES, TensorProto(name="c", data_type=1, dims=[1 << 40], raw_data=b"abcd")]),
        "of shape",
    ),
    "typed data": (
        lambda: model([SUM], [AXES, TensorProto(name="c", data_type=1, dims=[1], float_data=[1.0])]),
        "typed data",
    ),
    "element type": (
        lambda: model([SUM], [AXES, TensorProto(name="c", data_type=11, dims=[1], raw_data=bytes(8))]),
        "element type 11",
    ),
    "large constant shape": (
        lambda: model(
            [helper.make_node("ConstantOfShape", ["shape"], ["x"]), SUM],
            [AXES, constant("shape", 1 << 20, 1 << 20)],
        ),
        "more than 134,217,728 values",
    ),
    "doubling constants": (
        lambda: model(
            [*(helper.make_node("Concat", [f"x{k}"] * 2, [f"x{k + 1}"], axis=0) for k in range(60)), SUM],
            [AXES, constant("x0", 1)],
        ),
        "has only constant inputs",
    ),
    "many nodes": (
        lambda: model([*(helper.make_node("Relu", ["mask"], [f"x{k}"]) for k in range(5_001)), SUM], [AXES]),
        "more than 5,000 nodes",
    ),
    "no graph": (lambda: onnx.ModelProto(ir_version=9), "not an ONNX model"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_graph_outside_the_allow_list_is_refused(folder: Path, case: str) -> None:
    build, words = REFUSED[case]
    with_file(folder, "predictor.onnx", build().SerializeToString())
    with pytest.raises(InputError) as caught:
        Predictor.load(folder)
    assert words in str(caught.value)
    assert "predictor.onnx" in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"\x08", b"\x3a\x7f", b"\x0b\x0c", b"\xff" * 20, b"\0\0\0\0ORTM" + bytes(100), b"\x38\x01"]
)
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"expected|is not an ONNX model"):
        checked_graph(data, file="predictor.onnx")


def test_a_second_graph_that_protobuf_would_merge_is_checked_too() -> None:
    good = model([SUM], [AXES]).SerializeToString()
    assert checked_graph(good) == good
    hidden = model([helper.make_node("If", ["mask"], ["y"])]).SerializeToString()
    with pytest.raises(InputError, match="'If'"):
        checked_graph(good + hidden)


def test_every_shipped_model_passes() -> None:
    for name in [*shipped_names("predictor"), *shipped_names("encoder")]:
        bundle = open_bundle(name)
        for file in (file for file in bundle.manifest["files"] if file.endswith(".onnx")):
            assert checked_graph(bundle.read(file))


SCORING = """
import json, sys
from nasport.runtime import session
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError, architecture_from_json

session.MAX_MEMORY = 1 << 26
predictor = Predictor.load(sys.argv[1], providers=["cpu"])
try:
    predictor.score([architecture_from_json(json.loads(sys.argv[2]))])
except InputError as error:
    print(error)
"""


def test_a_run_that_needs_more_memory_than_allowed_is_an_error(folder: Path) -> None:
    doubled = [helper.make_node("Concat", [f"x{k}"] * 2, [f"x{k + 1}"], axis=1) for k in range(40)]
    last = helper.make_node("ReduceSum", ["x40", "axes"], ["score"], keepdims=0)
    first = helper.make_node("Relu", ["mask"], ["x0"])
    with_file(folder, "predictor.onnx", model([first, *doubled, last], [AXES]).SerializeToString())
    manifest = json.loads((folder / "bundle.json").read_text("utf-8"))
    manifest["inputs"] = {"mask": manifest["inputs"]["mask"]}
    manifest["outputs"] = {"score": manifest["outputs"]["score"]}
    manifest = {key: value for key, value in manifest.items() if key not in ("distance", "judges")}
    (folder / "bundle.json").write_text(json.dumps(manifest), "utf-8")
    # In a process of its own, because memory that ONNX Runtime has taken stays with the process.
    done = subprocess.run(
        [sys.executable, "-c", SCORING, str(folder), json.dumps(CELL)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "predictor.onnx: ONNX Runtime cannot compute the model" in done.stdout


def npz_of(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def test_an_archive_that_expands_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = npz_of(x=np.zeros(1 << 16))
    assert read_arrays(data)["x"].sum() == 0
    monkeypatch.setattr(npz, "MAX_BYTES", 1 << 16)
    with pytest.raises(InputError, match="expected at most"):
        read_arrays(data, file="operators.npz")


def test_an_array_that_states_a_larger_shape_than_its_data_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }"
        header += b" " * (117 - len(header)) + b"\n"
        content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(4)
        archive.writestr("embeddings.npy", content)
    with pytest.raises(InputError, match=r"shape \(1099511627776,\) has 4 bytes"):
        read_arrays(stream.getvalue())


def test_a_tokenizer_with_other_parts_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped_folder() / "minilm", tmp_path / "encoder"))
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    tokenizer["pre_tokenizer"] = {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated"}
    with_file(folder, "tokenizer.json", json.dumps(tokenizer).encode())
    with pytest.raises(InputError, match=r"pre_tokenizer is .*Split"):
        Encoder.load(folder)


def test_a_tokenizer_without_its_special_tokens_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped_folder() / "minilm", tmp_path / "encoder"))
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    del tokenizer["post_processor"]["special_tokens"]["[CLS]"]
    with_file(folder, "tokenizer.json", json.dumps(tokenizer).encode())
    with pytest.raises(InputError, match=r"post_processor\.special_tokens is"):
        Encoder.load(folder)


def test_a_damaged_archive_is_refused(folder: Path) -> None:
    data = bytearray(
        npz_of(texts=np.array(["Input"] * 50), embeddings=np.random.default_rng(0).random((50, 384)))
    )
    data[60:90] = bytes(30)
    with_file(folder, "operators.npz", bytes(data))
    with pytest.raises(InputError, match=r"operators\.npz: the file is not an archive"):
        Predictor.load(folder)
