"""The analyses of the GenNAS paper run, resume, and measure what they claim."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
ANALYSES = ("signals", "iterations", "seeds", "batch", "initialization", "classification")


@pytest.fixture(scope="module")
def analyses() -> Iterator[ModuleType]:
    """Module `benchmarks/gennas_analyses.py`, imported with its folder on the path."""
    for name in ("torch", "scipy", "PIL"):
        pytest.importorskip(name, reason=f"needs {name}")
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    try:
        import gennas_analyses

        yield gennas_analyses
    finally:
        sys.path.remove(str(FOLDER))
        for name in set(sys.modules) - before:
            if name.startswith("gennas"):
                del sys.modules[name]


@pytest.fixture(scope="module")
def sample(analyses: ModuleType, nasport_data: Path) -> Any:
    return analyses.gennas.SPACES["nasbench101"](2, analyses.runs.FIRST)


@pytest.mark.parametrize("analysis", ANALYSES)
def test_analyses_run_and_resume(analyses: ModuleType, sample: Any, analysis: str, tmp_path: Path) -> None:
    runs = analyses.runs
    chosen = runs.ANALYSES[analysis]()[-3:]
    chosen = [run for run in chosen if run.task.batch_size <= 16]
    if analysis == "batch":
        chosen = runs.batch_runs()[:3:2]
    assert runs.train_missing(chosen, sample.architectures[:1], tmp_path, iterations=2)
    first = {file: file.read_text() for file in tmp_path.iterdir()}
    assert runs.train_missing(chosen, sample.architectures, tmp_path, iterations=2)
    for file, text in first.items():
        assert file.read_text().startswith(text)
    for run in chosen:
        lines = runs.lines(run, tmp_path)
        assert sorted(lines) == [0, 1]
        assert all(0 < line["loss"] < runs.WORST_LOSS for line in lines.values())
        assert not any("label" in line or "accuracy" in line for line in lines.values())


def test_without_time_nothing_is_trained(analyses: ModuleType, sample: Any, tmp_path: Path) -> None:
    assert not analyses.runs.train_missing(
        [analyses.runs.baseline()], sample.architectures, tmp_path, minutes=0, iterations=1
    )
    assert not list(tmp_path.iterdir())


def test_long_run_passes_through_the_short_one(analyses: ModuleType, sample: Any, tmp_path: Path) -> None:
    runs = analyses.runs
    (long,) = runs.iteration_runs()
    cells = sample.architectures[:1]
    runs.train_missing([long], cells, tmp_path, iterations=4)
    short = replace(long, name="short")
    runs.train_missing([short], cells, tmp_path, iterations=3)
    curve = runs.lines(long, tmp_path)[0]["curve"]
    assert len(curve) == 4
    assert curve[3] == pytest.approx(runs.lines(short, tmp_path)[0]["loss"], rel=1e-3)


def test_classes_are_those_of_the_images(analyses: ModuleType, nasport_data: Path) -> None:
    from nasport.toolkit.gennas.images.image_batch import DEVIATION, MEAN

    batch, classes = analyses.runs._batch(analyses.runs.baseline())
    with np.load(nasport_data / analyses.gennas.CIFAR10, allow_pickle=False) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    shown = batch.images.numpy().transpose(0, 2, 3, 1) * np.array(DEVIATION) + np.array(MEAN)
    shown = np.rint(shown).astype(np.uint8)
    for image, label in zip(shown, classes, strict=True):
        same = (images == image).all((1, 2, 3)) | (images[:, :, ::-1] == image).all((1, 2, 3))
        assert label in labels[same]


def test_runs_have_distinct_names(analyses: ModuleType) -> None:
    from nasport.toolkit.gennas.task import task_from_json

    runs = analyses.runs
    distinct = {run for make in runs.ANALYSES.values() for run in make()}
    assert len({(run.file, run.name) for run in distinct}) == len(distinct)
    for run in runs.signal_runs():
        assert task_from_json(run.task.to_json()).stages == run.task.stages


def test_summary_of_invented_results(
    analyses: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If losses rank the labels perfectly, all results are 1, and pictures are PNG."""
    runs = analyses.runs
    monkeypatch.setattr(analyses, "RESAMPLED", 20)
    monkeypatch.setattr(analyses.gennas, "RESULTS", tmp_path / "none")
    labels = np.linspace(0.5, 0.9, runs.CELLS)
    for run in [run for make in runs.ANALYSES.values() for run in make()]:
        if runs.lines(run, tmp_path):
            continue
        with (tmp_path / f"{run.file}.jsonl").open("a") as stream:
            for place, label in enumerate(labels):
                line: dict[str, Any] = {"run": run.name, "place": place, "loss": 1 - label, "seconds": 1.0}
                if run.with_curve:
                    line["curve"] = [1 - label] * runs.LONGEST
                stream.write(json.dumps(line) + "\n")
    summary = analyses.report(labels, tmp_path, tmp_path / "pictures")
    assert summary["signals"]["Zero at stage 1"]["spearman"] == 1
    assert summary["signals"]["Zero at stage 1"]["interval"] == [1, 1]
    assert summary["iterations"]["100"]["best_third_loss"] < summary["iterations"]["100"]["worst_third_loss"]
    assert summary["seeds"]["two_seeds_agree"] == 1
    assert summary["retrieval"]["these cells, combo, mean over seeds"]["10%"] == 1
    text = (tmp_path / "summary.json").read_text()
    assert json.loads(text) == summary
    assert "Sin1D H at stage 3" in analyses.tables(summary)
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    pictures = list((tmp_path / "pictures").iterdir())
    assert len(pictures) == len(runs.ANALYSES)
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_retrieving_rate_by_hand(analyses: ModuleType) -> None:
    labels = np.arange(20.0)
    losses = -labels
    losses[[19, 0]] = losses[[0, 19]]  # exchange the losses of the best and the worst
    rates = analyses.retrieving_rates(losses, labels)
    assert rates["5%"] == 0
    assert rates["10%"] == 0.5
    assert rates["50%"] == 0.9


def test_agreement_of_equal_losses_is_undefined(analyses: ModuleType) -> None:
    with pytest.warns(match="constant"):
        found = analyses.agreement(np.ones(5), np.arange(5.0))
    assert found["spearman"] == 0
    assert found["interval"] == [0, 0]
