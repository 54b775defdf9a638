"""`nasport search-task`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasport.schemas import InputError, architecture_from_json
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.task import task_from_json

pytest.importorskip("torch", reason="needs the extra 'gennas'")
pytest.importorskip("scipy", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas.task_search.task_run import BEST, LOG
from tests.commands import run_search_task
from tests.labeled_documents import document, label, written
from tests.toy_task_search import content


@pytest.fixture
def images(tmp_path: Path) -> Path:
    path = tmp_path / "images.npz"
    np.savez(path, images=np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), np.uint8))
    return path


def test_the_command(tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = written(tmp_path, *(document(width, [label(width)]) for width in (4, 8, 12)))
    chosen = Choices(preset="light", images=images, iterations=3)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run_search_task(sources, whole, chosen, steps=3, jobs=1) == 0
    assert f"of 3: {whole / BEST}" in capsys.readouterr().out
    assert task_from_json(json.loads((whole / BEST).read_text()))
    assert run_search_task(sources, parts, chosen, steps=1, jobs=1) == 0
    assert run_search_task(sources, parts, chosen, steps=3, jobs=1, resume=True) == 0
    assert content(parts) == content(whole)
    assert "label" not in (whole / LOG).read_text()
    for other, what in (
        (replace(chosen, iterations=4), "--iterations: begun with 3, not 4"),
        (replace(chosen, width=0.5), "--width: begun with none, not 0.5"),
    ):
        with pytest.raises(InputError, match=rf"settings.json: {what}"):
            run_search_task(sources, parts, other, steps=3, resume=True)
    others = written(tmp_path, *(document(width, [label(20 - width)]) for width in (4, 8, 12)))
    with pytest.raises(InputError, match="sources: begun with"):
        run_search_task(others, parts, chosen, steps=3, resume=True)


def test_every_task_has_a_signal_for_networks_of_few_resolutions(tmp_path: Path, images: Path) -> None:
    deep = document(6, [label(0)])
    deep["skeleton"]["stages"] = [{"op": "conv3x3-bn-relu", "width": 4, "stride": 2}] * 3
    sources = written(tmp_path, *(document(width, [label(width)]) for width in (4, 8, 12)), deep)
    run = tmp_path / "run"
    assert run_search_task(sources, run, Choices(images=images, iterations=1), steps=12, jobs=1) in (0, 1)
    tasks = [json.loads(line)["task"] for line in (run / LOG).read_text().splitlines()]
    assert len(tasks) == 12
    assert all(len(task["stages"]) == 3 and task["stages"][-1]["signals"] for task in tasks)


def test_a_run_folder_next_to_the_architectures_is_not_read_as_input(tmp_path: Path, images: Path) -> None:
    written(tmp_path, *(document(width, [label(width)]) for width in (4, 8, 12)))
    for resume in (False, True):
        chosen = Choices(images=images, iterations=2)
        assert run_search_task([str(tmp_path)], tmp_path / "run", chosen, steps=1, jobs=1, resume=resume) in (
            0,
            1,
        )


def test_invalid_input_is_refused(tmp_path: Path, images: Path) -> None:
    good = [document(width, [label(width)]) for width in (4, 8, 12)]
    for option in ("steps", "population", "tournament"):
        counts: dict[str, Any] = {option: 0}
        with pytest.raises(InputError, match=f"--{option} 0, expected at least 1"):
            run_search_task(written(tmp_path, *good), tmp_path / "run", Choices(), **counts)
    with pytest.raises(InputError, match="--by 'luck', expected one of loss, fit"):
        run_search_task(written(tmp_path, *good), tmp_path / "run", Choices(), by="luck")
    odd = document(16, [label(1)], name="odd")
    odd["skeleton"]["stages"][0]["op"] = "fly"
    odd["operators"] = {"fly": {"text": "a layer that flies"}}
    assert architecture_from_json(odd)
    with pytest.raises(
        InputError, match=r"labeled.jsonl: line 4: skeleton.stages\[0\].op: .*a layer that flies"
    ):
        run_search_task(written(tmp_path, *good, odd), tmp_path / "run", Choices(images=images))
    assert not (tmp_path / "run").exists()


def test_spaces_are_ranked_separately_for_any_label_names(tmp_path: Path, images: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    sources = written(one, *(document(width, [label(width)]) for width in (4, 8, 12)))
    sources += written(other, *(document(width, [label(-width, "loss")]) for width in (5, 9, 13)))
    chosen = Choices(preset="light", images=images, iterations=2)
    with pytest.raises(InputError, match="expected --metric to choose one"):
        run_search_task(sources, tmp_path / "run", chosen, steps=1, jobs=1)
    assert run_search_task(sources, tmp_path / "run", chosen, steps=2, jobs=1, per_source=True) == 0
    assert sorted(json.loads((tmp_path / "run" / "settings.json").read_text())["groups"]) == [
        0,
        0,
        0,
        1,
        1,
        1,
    ]
    assert run_search_task(sources, tmp_path / "run", chosen, steps=3, jobs=1, resume=True) == 0
    with pytest.raises(InputError, match="--per-source: begun with"):
        run_search_task(sources[:1], tmp_path / "run", chosen, steps=3, jobs=1, resume=True, per_source=False)
    with pytest.raises(InputError, match="the same network as 'width"):
        run_search_task([*sources, sources[0]], tmp_path / "new", chosen, steps=1, per_source=True)
