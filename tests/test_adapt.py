"""`nasport adapt`: bundles adapted to a space by evaluations, by labels and by both, and errors for invalid input."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import onnx
import pytest

pytest.importorskip("torch")

import nasport as front_door
from nasport.export.adapted_bundle import LinearCorrection, corrected_model, prove_correction
from nasport.export.onnx_shrinking import save_model
from nasport.export.predictor_bundle import ParityError
from nasport.runtime.bundle import open_bundle
from nasport.runtime.calibration import Calibration
from nasport.runtime.predictor import Predictor
from nasport.schemas.errors import InputError
from nasport.toolkit.adaptation.fitting import calibrated
from nasport.toolkit.adaptation.labeled import Labels
from nasport.toolkit.rank_correlation import spearman
from nasport.toolkit.spaces import load_space
from tests import commands
from tests.commands import ROOT
from tests.tiny_space import write_tiny_space

BUDGET = "60s"


def nasport(*arguments: object) -> CompletedProcess[str]:
    """Run a command with text output."""
    done = commands.nasport(*arguments)
    return CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def write_labels(folder: Path, space: Path, count: int | None = None, sign: float = 1.0) -> Path:
    """Write members of a space, one document per line, with their share of convolutions as the label."""
    found = load_space(space)
    lines = []
    for genes in list(found.enumerate())[:count]:
        document = found.architecture(genes).to_json()
        ops = [node["op"] for node in document["cells"]["cell"]["nodes"]]
        value = sign * (ops.count("conv_3x3") + 0.5 * ops.count("conv_1x1") + 0.01 * sum(genes))
        lines.append(
            json.dumps(document | {"labels": [{"dataset": "d", "metric": "quality", "value": value}]})
        )
    file = folder / "labels.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return file


def correction(bundle: str = "universal", seed: int = 0) -> LinearCorrection:
    width = open_bundle(bundle).manifest["outputs"]["traits"]["shape"][1]
    rng = np.random.default_rng(seed)
    weights, ends = rng.standard_normal(width), np.sort(rng.standard_normal((2, width)), axis=0)
    return LinearCorrection(0.7, weights, 0.3, ends[0] - 1, ends[1] + 1)


def test_a_corrected_graph_computes_the_corrected_score(tmp_path: Path) -> None:
    before = open_bundle("universal").read("predictor.onnx")
    file = tmp_path / "predictor.onnx"
    save_model(corrected_model(before, correction()), file)
    parity = prove_correction(before, file, correction(), 200)
    assert parity["max_abs_difference"] < 1e-5
    with pytest.raises(ParityError, match="differs"):
        prove_correction(before, file, correction(seed=1), 50)


def test_a_corrected_graph_can_be_corrected_again(tmp_path: Path) -> None:
    once = corrected_model(open_bundle("universal").read("predictor.onnx"), correction()).SerializeToString()
    file = tmp_path / "predictor.onnx"
    save_model(corrected_model(once, correction(seed=2)), file)
    assert prove_correction(once, file, correction(seed=2), 100)["graphs"] == 100
    assert len([each for each in onnx.load(file).graph.output if each.name == "score"]) == 1


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_space(tmp_path_factory.mktemp("space"))


@pytest.fixture(scope="module")
def evaluated(space: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle adapted by evaluations."""
    out = tmp_path_factory.mktemp("evaluated") / "bundle"
    done = nasport("adapt", "--space", space, "--budget", BUDGET, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def test_evaluations_give_a_bundle(evaluated: Path, space: Path) -> None:
    bundle = open_bundle(evaluated)
    told = bundle.manifest["adapted"]
    assert told["from"]["name"] == told["origin"] == "universal"
    assert told["judged"]["members"] >= 8
    assert told["judged"]["steps"] == 30
    assert "evaluated by the panel, without a label" in (evaluated / "CARD.md").read_text()
    scores = Predictor(bundle).score(
        [load_space(space).architecture(genes) for genes in load_space(space).enumerate()]
    )
    assert len({score.score for score in scores}) > 4
    assert all(score.expected is None for score in scores)
    assert not any("not trained on" in warning for score in scores for warning in score.warnings)


def test_an_equal_plan_gives_equal_bytes(evaluated: Path, space: Path, tmp_path: Path) -> None:
    """A run killed after some evaluations resumes to the same bundle."""
    out = tmp_path / "again"
    shutil.copytree(evaluated / "adaptation", out / "adaptation")
    heard = out / "adaptation" / "evaluations.jsonl"
    heard.write_bytes(b"".join(heard.read_bytes().splitlines(keepends=True)[:5]) + b'{"stage": "pro')
    done = nasport("adapt", "--space", space, "--budget", BUDGET, "--out", out, "--resume")
    assert done.returncode == 0, done.stderr
    for name in ("predictor.onnx", "bundle.json", "CARD.md", "operators.npz"):
        assert (out / name).read_bytes() == (evaluated / name).read_bytes(), name


def test_a_run_with_other_settings_is_not_resumed(evaluated: Path, space: Path, tmp_path: Path) -> None:
    shutil.copytree(evaluated, tmp_path / "bundle")
    done = nasport("adapt", "--space", space, "--budget", "50s", "--out", tmp_path / "bundle", "--resume")
    assert done.returncode == 2
    assert "--budget: begun with 60, not 50" in done.stderr
    done = nasport("adapt", "--space", space, "--out", tmp_path / "bundle")
    assert "exists already" in done.stderr


def test_labels_give_a_bundle_with_intervals(space: Path, tmp_path: Path) -> None:
    labels, out = write_labels(tmp_path, space), tmp_path / "bundle"
    done = nasport("adapt", "--space", space, "--labels", labels, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["labels"]
    assert told["count"] == 16
    assert told["held_out"] > 0.8
    assert not (out / "adaptation").exists()
    found = [
        json.loads(line) for line in nasport("score", "--bundle", out, "--json", labels).stdout.splitlines()
    ]
    truth = [json.loads(line)["labels"][0]["value"] for line in labels.read_text().splitlines()]
    assert spearman(np.array([each["score"] for each in found]), np.array(truth)) > 0.9
    inside = [
        each["expected"]["low"] <= value <= each["expected"]["high"]
        for each, value in zip(found, truth, strict=True)
    ]
    assert np.mean(inside) >= 0.9
    assert "label" in nasport("score", "--bundle", out, labels).stdout.splitlines()[0]
    assert "About 90% of the labels" in (out / "CARD.md").read_text()


def test_lower_is_better_reverses_the_order_of_labels(space: Path, tmp_path: Path) -> None:
    labels = write_labels(tmp_path, space, sign=-1.0)
    out = tmp_path / "bundle"
    assert (
        nasport("adapt", "--space", space, "--labels", labels, "--lower-is-better", "--out", out).returncode
        == 0
    )
    found = [
        json.loads(line) for line in nasport("score", "--bundle", out, "--json", labels).stdout.splitlines()
    ]
    best = max(found, key=lambda each: each["score"])
    assert best["expected"]["value"] == min(each["expected"]["value"] for each in found)


def test_labels_weigh_the_evaluations(evaluated: Path, space: Path, tmp_path: Path) -> None:
    labels = write_labels(tmp_path, space)
    done = nasport(
        "adapt", "--space", space, "--labels", labels, "--budget", BUDGET, "--out", tmp_path / "bundle"
    )
    assert done.returncode == 0, done.stderr
    manifest = open_bundle(tmp_path / "bundle").manifest
    assert len(manifest["adapted"]["correction"]["shares"]) == 2
    assert (
        manifest["adapted"]["judged"]["members"]
        == open_bundle(evaluated).manifest["adapted"]["judged"]["members"]
    )


def test_intervals_have_the_stated_coverage() -> None:
    """Over many draws, the label of a new architecture lies in the interval with the stated probability."""
    rng, inside = np.random.default_rng(0), []
    for _ in range(60):
        truth = rng.uniform(80, 95, 60)
        scores = truth / 5 + rng.standard_normal(60)
        found = calibrated(scores[:50], Labels((), truth[:50], 1.0, "accuracy"))
        told = [found(score) for score in scores[50:].tolist()]
        inside += [
            each.low <= value <= each.high for each, value in zip(told, truth[50:].tolist(), strict=True)
        ]
    assert 0.86 < np.mean(inside) < 0.97


def test_equal_scores_get_the_mean_of_their_labels() -> None:
    values = np.array([0.0, 6.0] * 10)
    found = calibrated(np.zeros(20), Labels((), values, 1.0, "accuracy"))
    assert found(0.0).value == pytest.approx(3.0)
    assert found.half_width == pytest.approx(3.0, abs=0.5)


def test_a_calibration_survives_writing_and_reading() -> None:
    known = Calibration("accuracy", np.array([0.0, 1.0]), np.array([90.0, 92.0]), 0.5, 0.9)
    read = Calibration.of({"calibration": known.to_json()})
    assert read is not None
    assert read(0.5) == known(0.5) == ("accuracy", 91.0, 90.5, 91.5, 0.9)
    assert read(99.0).value == 92.0
    with pytest.raises(InputError, match="increasing scores"):
        Calibration.of({"calibration": {**known.to_json(), "scores": [1.0, 0.0]}})


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--budget", "1s"], r"too small for one evaluation|allows \d+ evaluations?"),
        (["--budget", "soon"], "expected a duration"),
        (["--from", "nasbench201"], "--from is for labels"),
        (["--bundle", "tgnas-nb101"], "gives no traits"),
        (["--labels", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_impossible_options_write_nothing(
    more: list[str], expected: str, space: Path, tmp_path: Path
) -> None:
    out = tmp_path / "bundle"
    done = nasport("adapt", "--space", space, "--out", out, *more)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert re.search(expected, done.stderr), done.stderr
    assert not out.exists()


def test_a_space_of_three_members(tmp_path: Path) -> None:
    space = write_tiny_space(tmp_path, ["identity"])
    done = nasport("adapt", "--space", space, "--out", tmp_path / "bundle")
    assert done.returncode == 2
    assert "different members, expected at least 8" in done.stderr


def test_an_operator_without_a_network(tmp_path: Path) -> None:
    document = json.loads(write_tiny_space(tmp_path).read_text())
    document["operators"] = {"riddle": {"text": "Something that nobody can build"}}
    for node in document["cells"]["cell"]["nodes"]:
        if "candidates" in node:
            node["candidates"] = ["riddle", "conv_3x3", "conv_1x1", "identity"]
    (tmp_path / "tiny.json").write_text(json.dumps(document))
    done = nasport(
        "adapt", "--space", tmp_path / "tiny.json", "--budget", BUDGET, "--out", tmp_path / "bundle"
    )
    assert done.returncode == 2
    assert "'Something that nobody can build' of kind 'other' has no network module" in done.stderr
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lines: lines[:5], "5 labels, expected 10 to 1,000"),
        (lambda lines: [*lines, lines[0]], "the same network as"),
        (
            lambda lines: [line.replace('"max_pool_3x3"', '"avg_pool_3x3"') for line in lines],
            "not a member of 'tiny'",
        ),
    ],
)
def test_unusable_labels_are_refused(change: object, expected: str, space: Path, tmp_path: Path) -> None:
    labels = write_labels(tmp_path, space)
    assert callable(change)
    labels.write_text("\n".join(change(labels.read_text().splitlines())) + "\n")
    done = nasport("adapt", "--space", space, "--labels", labels, "--out", tmp_path / "bundle")
    assert done.returncode == 2
    assert expected in done.stderr
    assert not (tmp_path / "bundle").exists()


def test_adapting_an_adapted_bundle_drops_its_calibration(space: Path, tmp_path: Path) -> None:
    """The new scores differ, so the old calibration no longer applies."""
    labels, first, second = write_labels(tmp_path, space), tmp_path / "first", tmp_path / "second"
    assert nasport("adapt", "--space", space, "--labels", labels, "--out", first).returncode == 0
    done = nasport("adapt", "--space", space, "--bundle", first, "--budget", BUDGET, "--out", second)
    assert done.returncode == 0, done.stderr
    before, after = open_bundle(first).manifest, open_bundle(second).manifest
    assert "calibration" in before
    assert "calibration" not in after
    assert "labels" not in after["adapted"]
    assert after["adapted"]["origin"] == "universal"
    assert "recurrent" in after["refuses"]


@pytest.mark.parametrize("option", [["--task", "combo"], ["--jobs", "2"], ["--resume"]])
def test_options_of_evaluations_are_refused_without_a_budget(
    option: list[str], space: Path, tmp_path: Path
) -> None:
    labels = write_labels(tmp_path, space)
    done = nasport("adapt", "--space", space, "--labels", labels, "--out", tmp_path / "bundle", *option)
    assert done.returncode == 2
    assert f"{option[0]} is for evaluations" in done.stderr


def test_python_and_command_line_adapt_equally(tmp_path: Path) -> None:
    space = write_tiny_space(tmp_path)
    file = write_labels(tmp_path, space)
    assert nasport("adapt", "--space", space, "--labels", file, "--out", tmp_path / "shell").returncode == 0
    members = front_door.read(file)
    shell = front_door.load(tmp_path / "shell").score(members)
    predictor = front_door.adapt(space, tmp_path / "file", labels=file)
    assert [each.score for each in predictor.score(members)] == [each.score for each in shell]
    pairs = [(member, member.labels[0].value) for member in members]
    assert front_door.adapt(space, tmp_path / "pairs", labels=pairs).score(members) == shell
    negative = [(member, -value) for member, value in pairs]
    lower = front_door.adapt(space, tmp_path / "lower", labels=negative, lower_is_better=True)
    assert [each.score for each in lower.score(members)] == [each.score for each in shell]
    assert [each.expected.value for each in lower.score(members)] == [-each.expected.value for each in shell]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda pairs: pairs[:9], "9 labels, expected 10 to 1,000"),
        (lambda pairs: [*pairs, pairs[2]], "item 16 repeats the architecture of an earlier item"),
        (lambda pairs: [(member, 1.0) for member, _ in pairs], "all labels are equal"),
        (
            lambda pairs: [(pairs[0][0], float("nan")), *pairs[1:]],
            "item 0: the label is nan, expected a finite number",
        ),
        (
            lambda pairs: [(ROOT / "examples" / "resnet_like_cell.json", 1.0), *pairs],
            "item 0 is not a member of 'tiny'",
        ),
    ],
)
def test_wrong_pairs_are_refused_and_write_nothing(tmp_path: Path, change: Any, words: str) -> None:
    space = write_tiny_space(tmp_path)
    members = front_door.read(write_labels(tmp_path, space))
    with pytest.raises(InputError, match=words):
        front_door.adapt(
            space, tmp_path / "out", labels=change([(member, member.labels[0].value) for member in members])
        )
    assert not (tmp_path / "out").exists()


def test_pairs_and_a_file_of_labels_are_equivalent(tmp_path: Path) -> None:
    space = write_tiny_space(tmp_path)
    members = front_door.read(write_labels(tmp_path, space))
    pairs = [(member, member.labels[0].value) for member in members]
    with pytest.raises(InputError, match="jobs= is for evaluations, expected budget=TIME with it"):
        front_door.adapt(space, tmp_path / "out", labels=pairs, jobs=2)
    with pytest.raises(InputError, match="lower_is_better= is for labels, expected labels=FILE with it"):
        front_door.adapt(space, tmp_path / "out", lower_is_better=True, budget="1m")
    with pytest.raises(
        TypeError, match="item 1 of labels: 3, expected a pair of an architecture and a number"
    ):
        front_door.adapt(space, tmp_path / "out", labels=[pairs[0], 3])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="item 0 of labels: 16 architectures, expected one"):
        front_door.adapt(space, tmp_path / "out", labels=[(tmp_path / "labels.jsonl", 1.0)])
