"""The exported predictor computes the model's function, and its bits do not depend on the batch."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
onnx = pytest.importorskip("onnx", reason="needs the extra 'train'")
pytest.importorskip("onnxruntime", reason="needs the extra 'cpu'")

from nasport.export import predictor_bundle as export  # noqa: E402
from nasport.export.random_graphs import embedding_layout  # noqa: E402
from nasport.models.tgnas import TgnasConfig, TgnasPredictor  # noqa: E402
from nasport.runtime.bundle import open_bundle  # noqa: E402

RESULT = {
    "space": "nasbench201",
    "dataset": "cifar10",
    "split": "test",
    "architectures": 15625,
    "spearman": {"mean": 0.71234, "std": 0.01, "values": [0.7, 0.72]},
    "kendall": {"mean": 0.5, "std": 0.01, "values": [0.5, 0.5]},
    "baselines": {"reachable_parameters": {"spearman": 0.8, "kendall": 0.6}},
}


@pytest.fixture(scope="module")
def model() -> TgnasPredictor:
    torch.manual_seed(0)
    return TgnasPredictor(TgnasConfig()).eval()


@pytest.fixture(scope="module")
def folder(model: TgnasPredictor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    export.write_predictor_bundle(
        folder,
        model,
        texts=["Input", "Output"],
        embeddings=np.eye(2, 384, dtype=np.float32),
        encoder={"name": "minilm", "sha256": "0" * 64},
        manifest={
            "name": "untrained",
            "description": "for a test",
            "trained_on": {
                "spaces": [{"name": "nowhere", "architectures": 30001, "labels": "accuracy"}],
                "nodes": [2, 7],
                "operators": ["Input", "Output"],
            },
            "never_saw": ["nasbench201"],
            "seed": 0,
            "results": [RESULT],
        },
        notes="It knows nothing.",
        command="pytest",
        parity_graphs=400,
    )
    return folder


def test_file_is_read_by_older_runtimes(folder: Path) -> None:
    proto = onnx.load(folder / export.MODEL_FILE)
    assert proto.ir_version <= 9
    assert [(o.domain, o.version) for o in proto.opset_import if o.domain in ("", "ai.onnx")] == [("", 18)]
    assert not any(node.metadata_props for node in proto.graph.node)


def test_signature(folder: Path) -> None:
    assert export.signature(folder / export.MODEL_FILE) == {
        "inputs": {
            "operators": {"shape": ["K", 384], "dtype": "float32"},
            "index": {"shape": ["B", "N"], "dtype": "int64"},
            "adjacency": {"shape": ["B", "N", "N"], "dtype": "float32"},
            "mask": {"shape": ["B", "N"], "dtype": "float32"},
        },
        "outputs": {"score": {"shape": ["B"], "dtype": "float32"}},
    }


def test_parity(model: TgnasPredictor, folder: Path) -> None:
    report = export.prove_parity(export.exportable(model), folder / export.MODEL_FILE, graphs=500, seed=1)
    assert report.graphs == 500
    assert 0 < report.max_abs_difference < 1e-5


def test_parity_detects_another_model(folder: Path) -> None:
    torch.manual_seed(1)
    with pytest.raises(export.ParityError, match="differs from the model"):
        export.prove_parity(
            export.exportable(TgnasPredictor(TgnasConfig())), folder / export.MODEL_FILE, graphs=10
        )


@pytest.mark.parametrize("largest", [3, 7, 8, 20, 33])
def test_equal_bits_whatever_the_batch(folder: Path, largest: int) -> None:
    assert (
        export.prove_batch_independence(
            embedding_layout(384), folder / export.MODEL_FILE, graphs=150, largest=largest
        )
        == 150
    )


def test_bundle_manifest_and_table(folder: Path) -> None:
    manifest = json.loads((folder / export.MANIFEST_FILE).read_text())
    assert manifest["kind"] == "predictor"
    names = {"predictor.onnx", "operators.npz", "CARD.md", "vocabulary.json", "vectors.json"}
    assert set(manifest["files"]) == names
    for name, entry in manifest["files"].items():
        data = (folder / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    assert manifest["parity"]["graphs"] == 400
    with np.load(folder / "operators.npz", allow_pickle=False) as table:
        assert table["texts"].tolist() == ["Input", "Output"]
        assert table["embeddings"].shape == (2, 384)


def test_the_runtime_opens_the_bundle(folder: Path) -> None:
    bundle = open_bundle(folder)
    assert bundle.kind == "predictor"
    for name in bundle.manifest["files"]:
        bundle.path(name)


def test_the_card_contains_the_content_of_the_manifest(folder: Path) -> None:
    card = (folder / export.CARD_FILE).read_text()
    assert "\n---\n\n# untrained\n\nfor a test\n\nIt knows nothing.\n" in card
    assert "30,001 architectures of nowhere (accuracy)" in card
    assert "Labels that training did not use: nasbench201." in card
    assert "| space, data set, split | architectures | this | reachable parameters |" in card
    assert "| nasbench201, cifar10, test | 15,625 | 0.712 (0.010) / 0.500 (0.010) | 0.800 / 0.600 |" in card


def test_table_bytes_are_reproducible_and_checked() -> None:
    embeddings = np.ones((2, 4), np.float32)
    data = export.operator_table_bytes(["a", "b"], embeddings)
    assert data == export.operator_table_bytes(["a", "b"], embeddings)
    assert np.load(io.BytesIO(data))["texts"].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="distinct"):
        export.operator_table_bytes(["a", "a"], embeddings)
