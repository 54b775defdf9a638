"""Benchmarks of imported models: losses, differences of documents, and groups of weights."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.test_benchmarks import script

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
FOUND: dict[str, Any] = {
    "name": "net",
    "torch": {"seconds": 1.0, "megabytes": 400, "parameters": 10, "flops": 1000},
    "model": {"read": 10, "torch": 1000},
}


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return script("imports")


def test_the_first_difference_of_two_documents_is_reported(imports: ModuleType) -> None:
    one = {"name": "a", "stages": [{"op": "x", "width": 8}, {"op": "y"}]}
    assert imports.difference(one, {**one, "name": "b"}) == ""
    assert imports.difference(one, {**one, "stages": [{"op": "x", "width": 9}, {"op": "y"}]}) == (
        "stages[0].width: 9, not 8"
    )
    assert imports.difference(one, {**one, "stages": one["stages"][:1]}) == (
        'stages has 1 entries, not 2: [1] nothing, not {"op": "y"}'
    )
    assert imports.difference(one, {"stages": one["stages"], "cells": {}}).endswith(
        "has cells, and not nothing"
    )


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({}, ""),
        ({"torch": {"problem": "no word for it"}}, "torch: not imported: no word for it"),
        ({"model": {"read": 11, "torch": 1000}}, "10 parameters, evaluation reads 11"),
        ({"model": {"read": 10, "torch": 996}}, ""),
        ({"model": {"read": 10, "torch": 900}}, "1,000 multiply-accumulates, torch counts 900 (+11.1%)"),
        (
            {"onnx": {"seconds": 11.0, "differs": "stem"}},
            "onnx: the document differs from that of torch: stem; onnx: 11 s",
        ),
        ({"onnx": {"parameters": 9, "flops": 1000}}, "onnx: 9 parameters, from torch 10"),
        ({"onnx": {"not_exported": "why"}}, "onnx: torch does not export it: why"),
    ],
)
def test_losses(imports: ModuleType, row: dict[str, Any], text: str) -> None:
    assert "; ".join(imports.losses({**FOUND, **row})) == text


def test_a_summary_counts_applicable_rows(imports: ModuleType) -> None:
    described = {"recognized_parameters": 0.5, "recognized_flops": 0.5, "described": ["attention"]}
    numbers = dict.fromkeys(("operations", "stages", "cells", "lines"), 3)
    good = {**FOUND, "library": "timm", "family": "vit"}
    good["torch"] = {**FOUND["torch"], **described, **numbers}
    bad = {"name": "other", "library": "timm", "family": "rnn", "torch": {"problem": "recurrent"}}
    lines = list(imports.summary([good, bad]))
    assert "| imported from torch | 0 of 0 | 1 of 2 |" in lines
    assert "| timm other | torch: not imported: recurrent |" in lines
    assert any("timm net (50%)" in line for line in lines)
    assert "| timm vit | 1 | 50.0%, 50.0% | 3 | 3 | 3 | 3 | 1.0 | 400 | attention |" in lines


def test_small_groups_of_weights_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy")
    monkeypatch.syspath_prepend(FOLDER)
    scores = script("torchvision_scores")
    recipe = "https://github.com/pytorch/vision/issues/3995#new-recipe"
    rows = [scores.Row("regnet", recipe, size, 70.0 + size, None) for size in (224, 224, 224, 224, 224, 384)]
    found = {
        kind: (name, places)
        for kind, name, places in scores.groups([*rows, scores.Row("vgg", "x", 224, 1.0, None)])
    }
    assert found["one recipe"] == ("the new recipe of 2021: new-recipe", list(range(6)))
    assert found["one family, any recipe"] == ("regnet", list(range(6)))
    assert found["all, images of 224x224"][1] == [0, 1, 2, 3, 4, 6]
    assert len(found["all"][1]) == 7
