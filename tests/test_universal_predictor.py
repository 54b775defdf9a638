"""The universal predictor: inputs of its head, its scores, and the equality of its export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from nasport.models.optimization import seeded  # noqa: E402
from nasport.models.universal_predictor import STATISTICS, Seen, UniversalPredictor  # noqa: E402
from nasport.runtime.encoding import encode  # noqa: E402
from nasport.runtime.predictor import Predictor  # noqa: E402
from nasport.runtime.session import open_session  # noqa: E402
from nasport.schemas import Architecture, architecture_from_json  # noqa: E402
from nasport.toolkit.laboratory.recipes.teaching import graph_arrays  # noqa: E402
from nasport.toolkit.laboratory.recipes.universal_tables import scores, seen  # noqa: E402
from tests.documents import document, in_skeleton, layers, node  # noqa: E402
from tests.random_spaces import TINY  # noqa: E402

DIAMOND = [
    node("in", "input"),
    node("pool", "max_pool_3x3", "in"),
    node("conv", "conv_3x3", "in"),
    node("skip", "skip_connect", "conv"),
    node("out", "output", "pool", "skip"),
]


def untrained() -> UniversalPredictor:
    """Return a predictor with random weights everywhere."""
    with seeded(0), torch.no_grad():
        model = UniversalPredictor(("first", "second"), TINY)
        for each in (model.taught.opinion.weight, model.taught.doubt.weight, model.weights, model.mean):
            each.normal_(std=0.3)
        model.deviation.uniform_(1.0, 2.0)
    return model.eval()


def sight(*architectures: Architecture) -> Seen:
    return seen(untrained(), graph_arrays(encode(list(architectures)))[1])


def test_statistics_of_a_diamond_by_hand() -> None:
    """The output reads a pooling and an identity after a convolution; both start at the input."""
    found = sight(architecture_from_json(document(DIAMOND)))
    mean = dict(zip(STATISTICS, untrained().mean.tolist(), strict=False))
    cell = 1.5 * np.log1p(9)
    expected = {
        "skeleton": mean["skeleton"],  # the skeleton is unknown
        "cell": cell,
        "size": mean["size"] + cell - mean["cell"],
        "poolings": 1 / 2,
        "short_paths": 1 / 2 * 1 + 1 / 2 * 1 / 2,
        "identities": 1 / 2,
        "trained_depth": np.log1p(1 / 2),
    }
    assert dict(zip(STATISTICS, found.statistics[0].tolist(), strict=True)) == pytest.approx(
        expected, rel=1e-5
    )


def test_chains_and_cells_have_separate_weights() -> None:
    model = untrained()
    found = sight(in_skeleton(DIAMOND), layers({"op": "nor_conv_3x3", "width": 16}))
    assert found.chain.tolist() == [0, 1]
    weighed = model.scaled(torch.cat([found.statistics, found.opinions], dim=1))
    expected = [weighed[kind] @ model.weights[kind] for kind in (0, 1)]
    torch.testing.assert_close(model.head(found), torch.stack(expected))


def test_predictions_ignore_the_network_of_a_cell_but_not_of_a_chain() -> None:
    cells = sight(in_skeleton(DIAMOND), in_skeleton(DIAMOND, {"repeats": 9, "width": 512}))
    assert torch.equal(*cells.opinions)
    chains = sight(*(layers({"op": "nor_conv_3x3", "width": width}) for width in (16, 512)))
    assert not torch.allclose(*chains.opinions)


def test_inputs_outside_the_training_range_are_clipped() -> None:
    model, found = untrained(), sight(in_skeleton(DIAMOND))
    model.lowest.fill_(-1.0)
    model.highest.fill_(2.0)
    far, edge, inside = (
        model.head(found._replace(statistics=torch.full_like(found.statistics, value)))
        for value in (50.0, 2.0, 1.9)
    )
    torch.testing.assert_close(far, edge)
    assert not torch.allclose(edge, inside, rtol=1e-3)


# The export -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    export, folder = exporter(), tmp_path_factory.mktemp("bundle")
    export.write_predictor_bundle(
        folder,
        untrained(),
        texts=[],
        embeddings=np.zeros((0, 384), np.float32),
        encoder=export.shipped_encoder("minilm"),
        manifest={"name": "untrained", "description": "for a test", "license": "Apache-2.0", "results": []},
        command="pytest",
        parity_graphs=300,
    )
    return folder


def exporter() -> Any:
    pytest.importorskip("onnx", reason="needs the extra 'train'")
    pytest.importorskip("onnxruntime", reason="needs the extra 'cpu'")
    from nasport.export import predictor_bundle

    return predictor_bundle


def test_parity_detects_another_model(folder: Path) -> None:
    export, other = exporter(), untrained()
    other.weights.mul_(1.01)
    with pytest.raises(export.ParityError, match="differs from the model"):
        export.prove_parity(export.exportable(other), folder / export.MODEL_FILE, graphs=200)


@pytest.mark.parametrize("largest", [3, 8])
def test_equal_bits_whatever_the_batch(folder: Path, largest: int) -> None:
    export = exporter()
    layout = export.exportable(untrained()).layout
    file = folder / export.MODEL_FILE
    assert export.prove_batch_independence(layout, file, graphs=100, largest=largest) == 100


def test_the_exported_graph_returns_statistics_opinions_and_doubts(folder: Path) -> None:
    export = exporter()
    from nasport.export.random_graphs import random_graphs

    file, model = folder / export.MODEL_FILE, export.exportable(untrained())
    outputs = export.signature(file)["outputs"]
    shapes = {"score": ["B"], "statistics": ["B", len(STATISTICS)], "opinions": ["B", 2], "doubts": ["B", 2]}
    assert {name: outputs[name]["shape"] for name in shapes} == shapes
    assert outputs.keys() - shapes.keys() == {"traits"}
    batch = next(random_graphs(50, 1, model.layout))
    with torch.no_grad():
        expected = model.module(*(torch.from_numpy(batch[name]) for name in model.inputs))
    found = open_session(file, providers=["cpu"]).run(list(outputs), batch)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other.numpy(), rtol=1e-5, atol=1e-5)
    assert (found[3] > 0).all()
    assert found[4].shape == (50, outputs["traits"]["shape"][1])


def test_the_runtime_scores_documents_as_the_model_does(folder: Path) -> None:
    exporter()
    several = [
        in_skeleton(DIAMOND),
        architecture_from_json(document(DIAMOND)),
        layers({"op": "ir_3x3_t3", "width": 16}, {"op": "nor_conv_3x3", "width": 32, "repeats": 9}),
    ]
    found = [score.score for score in Predictor.load(folder).score(several)]
    np.testing.assert_allclose(found, scores(untrained(), encode(several)), rtol=0, atol=1e-4)
