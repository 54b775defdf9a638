"""Predicted evaluator values: from Python, on the command line, and bundles without evaluators."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnx", reason="needs the extra 'train'")
pytest.importorskip("onnxscript", reason="needs the extra 'train'")

from nasport.export import predictor_bundle as export  # noqa: E402
from nasport.models.taught_network import TaughtConfig  # noqa: E402
from nasport.models.universal_predictor import STATISTICS, UniversalPredictor  # noqa: E402
from nasport.runtime.encoding import encode  # noqa: E402
from nasport.runtime.predictor import Predictor  # noqa: E402
from nasport.schemas import InputError, read_architecture  # noqa: E402
from nasport.toolkit.notations import notation  # noqa: E402
from tests.commands import nasport, nasport_text  # noqa: E402
from tests.test_cli import CELL, EXAMPLE, SCORE_KEYS, records  # noqa: E402

EVALUATORS = ("nwot", 'a "judge" of one\'s own')


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained predictor whose first evaluator always has the prediction 1 with deviation e."""
    folder = tmp_path_factory.mktemp("evaluated")
    torch.manual_seed(0)
    model = UniversalPredictor(EVALUATORS, TaughtConfig(width=4, layers=1, readout=4))
    with torch.no_grad():
        model.taught.opinion.weight[1] = 0.3
        model.taught.opinion.bias[:] = torch.tensor([1.0, 0.0])
        model.taught.doubt.bias[:] = torch.tensor([2.0, 0.0])
    size = len(STATISTICS)
    export.write_predictor_bundle(
        folder,
        model,
        texts=[],
        embeddings=np.zeros((0, 384), np.float32),
        encoder={"name": "minilm", "sha256": "0" * 64},
        manifest={
            "name": "evaluated",
            "description": "for a test",
            "judges": list(EVALUATORS),
            "trained_on": {"spaces": [], "nodes": [2, 9], "operators": ["Input"]},
            "never_saw": [],
            "seed": 0,
            "results": [],
            "distance": {
                "statistics": list(STATISTICS),
                "low": [0.0] * size,
                "high": [1.0] * size,
                "grows": [],
                "unit": 1.0,
            },
        },
        command="pytest",
        parity_graphs=50,
    )
    return folder


def test_the_predictor_returns_opinions_and_doubts_by_evaluator(bundle: Path) -> None:
    predictor = Predictor.load(bundle)
    assert predictor.evaluators == EVALUATORS
    batch = encode([notation("nasbench201").parse(CELL), read_architecture(EXAMPLE)])
    found = predictor.opinions(batch)
    assert tuple(found) == EVALUATORS
    assert all(part.shape == (2,) for each in found.values() for part in each)
    assert found["nwot"].opinions.tolist() == [1.0, 1.0]
    assert found["nwot"].doubts == pytest.approx([math.e] * 2, rel=1e-5)
    assert found[EVALUATORS[1]].opinions[0] != found[EVALUATORS[1]].opinions[1]
    assert tuple(predictor.statistics(batch)) == STATISTICS


def test_bundles_without_evaluators_return_no_opinions() -> None:
    predictor = Predictor.load("tgnas-nb101")
    assert predictor.evaluators == ()
    assert predictor.opinions(encode([read_architecture(EXAMPLE)])) == {}


def by_command(bundle: Path, *arguments: object) -> list[dict[str, Any]]:
    result = nasport("score", "--bundle", bundle, "--json", "--opinions", *arguments)
    assert result.returncode == 0, result.stderr
    return records(result)


@pytest.mark.parametrize("more", [(), ("--stream", "--jobs", "1")])
def test_score_prints_opinions(bundle: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    texts = [CELL, CELL.replace("nor_conv_3x3~2", "avg_pool_3x3~2")]
    (tmp_path / "cells.txt").write_text("\n".join(texts), "utf-8")
    lines = by_command(bundle, "--from", "nasbench201", tmp_path / "cells.txt", *more)
    found = Predictor.load(bundle).opinions(encode([*map(notation("nasbench201").parse, texts)]))
    assert [list(line) for line in lines] == [[*SCORE_KEYS, "opinions"]] * 2
    for place, line in enumerate(lines):
        for evaluator, (opinions, doubts) in found.items():
            told = {"opinion": pytest.approx(opinions[place]), "doubt": pytest.approx(doubts[place])}
            assert line["opinions"][evaluator] == told
    (document,) = by_command(bundle, EXAMPLE, *more)
    assert tuple(document["opinions"]) == EVALUATORS


def test_opinions_need_json_and_a_bundle_with_evaluators(bundle: Path) -> None:
    for arguments, words in (
        (("--bundle", bundle), "--opinions without --json, expected both"),
        (("--bundle", "tgnas-nb101", "--json"), "'tgnas-nb101' predicts no evaluators"),
    ):
        result = nasport_text("score", EXAMPLE, "--opinions", *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert words in result.stderr


def test_a_manifest_with_more_evaluators_than_outputs_is_refused(bundle: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle, tmp_path / "bundle"))
    manifest = json.loads((folder / "bundle.json").read_text("utf-8"))
    (folder / "bundle.json").write_text(json.dumps({**manifest, "judges": [*EVALUATORS, "third"]}), "utf-8")
    with pytest.raises(InputError, match="expected an output 'opinions' with 3 numbers per architecture"):
        Predictor.load(folder)
