"""The search for proxy tasks: what is drawn, how evolution goes, and that nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import InputError, architecture_from_json
from nasport.schemas.architecture import Label
from nasport.toolkit.gennas.task import DOTS, WAVES, Task, load_task, task_from_json, task_names
from nasport.toolkit.gennas.task_search.searcher import SearchSettings, TaskSearch, search_from_json
from nasport.toolkit.gennas.task_search.space import AMPLITUDES, CHANNELS, DIMENSIONS, NOISE_LEVELS, TaskSpace
from nasport.toolkit.labelled import names, read_labelled
from nasport.toolkit.progress import ProgressBar, duration

pytest.importorskip("scipy", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas.task_search.fitness import Trained, fitness
from nasport.toolkit.gennas.task_search.run import BEST, LOG, UNFINISHED
from tests.toy_task_search import quality, toy_evaluation, toy_run

ROOT = Path(__file__).resolve().parent.parent
SPACES = st.sampled_from([TaskSpace(), TaskSpace(recurrent=True)])


# The space


def check(task: Task, recurrent: bool) -> None:
    """A valid document that says the same as the task, with values of the space."""
    value = json.loads(json.dumps(task.to_json()))
    assert task_from_json(value) == task
    assert task.recurrent == recurrent
    assert task.noise.level in NOISE_LEVELS
    for stage in task.stages:
        assert stage.channels in (DIMENSIONS if recurrent else CHANNELS)
        for signal in stage.signals:
            assert signal.amplitude in AMPLITUDES
            if signal.kind in WAVES:
                assert len(signal.frequencies) == 10
                assert 0 <= min(signal.frequencies) <= max(signal.frequencies) <= 0.5
            if signal.kind in DOTS:
                assert 0 < signal.fraction <= 1
            assert signal.per_image or not recurrent


@given(SPACES, st.integers())
@settings(deadline=None, max_examples=100)
def test_every_task_is_a_valid_document(space: TaskSpace, seed: int) -> None:
    random = Random(seed)
    task = space.draw(random, "drawn")
    check(task, space.recurrent)
    for _ in range(3):
        task = space.mutate(task, random, "mutated")
        check(task, space.recurrent)


@pytest.mark.parametrize("name", task_names())
def test_tasks_of_record_can_be_mutated(name: str) -> None:
    task = load_task(name)
    mutated = TaskSpace(recurrent=task.recurrent).mutate(task, Random(1), "mutated")
    assert task_from_json(mutated.to_json()) == mutated


def blocks(task: Task) -> list[Any]:
    """Signals of every stage (or None), channels, noise."""
    found: list[Any] = [task.noise]
    for stage in task.stages:
        of_kind = {signal.kind: signal for signal in stage.signals}
        found += [
            stage.channels,
            *(of_kind.get(kind) for kind in ("sin1d", "sin2d", "dot", "resize", "gdot")),
        ]
    return found


def test_a_signal_is_present_with_one_half_and_a_block_is_kept_with_four_fifths() -> None:
    random, space = Random(0), TaskSpace()
    drawn = [space.draw(random, "a") for _ in range(600)]
    assert np.mean([len(stage.signals) / 5 for task in drawn for stage in task.stages]) == pytest.approx(
        0.5, abs=0.03
    )
    same = [
        left == right
        for task in drawn
        for left, right in zip(blocks(task), blocks(space.mutate(task, random, "b")), strict=True)
        if left is not None and not isinstance(left, int)
    ]
    # What is drawn anew is hardly ever what was there before.
    assert np.mean(same) == pytest.approx(0.8, abs=0.03)


def test_a_mutation_may_bring_back_a_signal_and_never_ends_with_nothing_to_regress() -> None:
    random, space = Random(0), TaskSpace()
    single = load_task("single")
    children = [space.mutate(single, random, "child") for _ in range(300)]
    assert all(any(stage.signals for stage in child.stages) for child in children)
    assert {signal.kind for child in children for stage in child.stages for signal in stage.signals} == {
        "sin1d",
        "sin2d",
        "dot",
        "resize",
        "gdot",
    }


# The searcher


def searched(steps: int, **chosen: Any) -> TaskSearch:
    search = TaskSearch(TaskSpace(), SearchSettings(**chosen))
    while len(search.judged) < steps:
        search.tell(quality(search.ask().task))
    return search


def test_evolution_beats_random_search() -> None:
    def best(random: bool) -> list[float]:
        runs = [searched(120, seed=seed, population=20, tournament=5, random=random) for seed in range(5)]
        return [run.best.fitness for run in runs if run.best and run.best.fitness]

    evolved, drawn = best(random=False), best(random=True)
    assert min(evolved) > max(drawn)


def test_parents_are_young_and_the_fittest_of_a_tournament_of_all() -> None:
    search = searched(80, population=10, tournament=200)  # so large that it holds the whole population
    for judged in search.judged[10:]:
        number, parent = judged.proposal.number, judged.proposal.parent
        population = search.judged[number - 10 : number]
        assert parent is not None
        assert number - 10 <= parent < number
        assert search.judged[parent].rank == max(each.rank for each in population)


def test_random_search_has_no_parents_and_begins_as_evolution_does() -> None:
    random, evolved = searched(30, random=True), searched(30, population=20)
    assert all(judged.proposal.parent is None for judged in random.judged)
    assert random.judged[:20] == evolved.judged[:20]
    assert random.judged[20] != evolved.judged[20]


def test_a_searcher_comes_back_from_json() -> None:
    search = searched(25, population=10, tournament=3, seed=3)
    search.tell(None)
    again = search_from_json(json.loads(json.dumps(search.to_json())))
    assert again.judged == search.judged
    assert again.ask() == search.ask() == again.ask()
    assert again.best == search.best


def test_a_task_without_a_fitness_is_the_worst() -> None:
    search = TaskSearch(TaskSpace(), SearchSettings(population=3, tournament=50))
    assert search.best is None
    for told in (None, -0.9, None):
        search.tell(told)
    assert search.best is not None
    assert search.best.proposal.number == search.ask().parent == 1


# The fitness


def fitness_of(losses: Sequence[float], fits: Sequence[float], by: str) -> float | None:
    trained = [Trained(place, *values) for place, values in enumerate(zip(losses, fits, strict=True))]
    return fitness(trained, [1.0, 2.0, 3.0, 4.0], by)


def test_the_fitness_has_a_sign() -> None:
    up, down, equal = [1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [5.0] * 4
    assert fitness_of(down, down, "loss") == pytest.approx(1)
    assert fitness_of(down, down, "fit") == pytest.approx(-1)
    assert fitness_of(up, equal, "loss") == fitness_of(up, equal, "fit") == pytest.approx(-1)
    assert fitness_of(equal, up, "loss") is None
    assert fitness_of(equal, equal, "fit") is None
    assert fitness_of([1000, 1000, 2, 1], [0, 0, 0.1, 0.2], "fit") == pytest.approx(0.9487, abs=1e-4)
    assert fitness_of([5, 4, 2, 1], [0, 0, 0.1, 0.2], "fit") == pytest.approx(1)  # equal fits by the loss


# The run


def content(folder: Path) -> dict[str, Any]:
    """All files; of the log what is the same each time."""
    records = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    for record in records:
        assert record.pop("seconds") >= 0
    files = {path.name: path.read_text() for path in folder.iterdir() if path.name != LOG}
    return {LOG: records, **files}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("run") / "uninterrupted"
    toy_run(folder).go(25, toy_evaluation())
    return content(folder)


def test_what_a_run_leaves(uninterrupted: dict[str, Any], tmp_path: Path) -> None:
    records = uninterrupted[LOG]
    assert [record["number"] for record in records] == list(range(25))
    best = max(records, key=lambda record: record["fitness"])
    (tmp_path / "best.json").write_text(uninterrupted[BEST])
    task = load_task(tmp_path / "best.json")
    assert task.to_json()["stages"] == best["task"]["stages"]
    assert f"{best['fitness']:.3f}" in task.description
    assert set(uninterrupted) == {LOG, BEST, "settings.json"}
    assert any(record.get("failed") for record in records)
    assert all(len(record["losses"]) == len(record["fits"]) == 12 for record in records)


@given(st.lists(st.integers(0, 120), max_size=4))
@settings(deadline=None, max_examples=8)
def test_an_interrupted_run_ends_as_an_uninterrupted_one(
    tmp_path_factory: pytest.TempPathFactory, uninterrupted: dict[str, Any], stops: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    for stop in stops:
        try:
            toy_run(folder, resume=True).go(25, toy_evaluation(stop_after=stop))
        except KeyboardInterrupt:
            continue
    toy_run(folder, resume=True).go(25, toy_evaluation())
    assert content(folder) == uninterrupted


def test_what_was_trained_is_not_trained_again(tmp_path: Path) -> None:
    toy_run(tmp_path / "run")
    left = 12 * 25
    for stop in (5, 30, 1):
        with pytest.raises(KeyboardInterrupt):
            toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation(stop_after=stop))
        left -= stop
    with pytest.raises(KeyboardInterrupt):
        toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation(stop_after=left - 1))
    toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation(stop_after=1))


def test_a_killed_run_ends_as_an_uninterrupted_one(tmp_path: Path, uninterrupted: dict[str, Any]) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "tests.toy_task_search", str(folder), "25", "0.005"]
    for tasks in (3, 11):
        process = subprocess.Popen(command, cwd=ROOT)
        try:
            while process.poll() is None and not _has_lines(folder / LOG, tasks):
                time.sleep(0.01)
        finally:
            process.kill()
            process.wait()
    assert not _has_lines(folder / LOG, 25)
    toy_run(folder, resume=True).go(25, toy_evaluation())
    assert content(folder) == uninterrupted


def _has_lines(file: Path, count: int) -> bool:
    return file.exists() and file.read_bytes().count(b"\n") >= count


@pytest.mark.parametrize("file", [LOG, UNFINISHED])
@pytest.mark.parametrize("torn", [b"{", b'{"number": 3, "task": {"for', b'\xe2\x82{"number"'])
def test_half_a_line_is_dropped(
    tmp_path: Path, uninterrupted: dict[str, Any], file: str, torn: bytes
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        toy_run(folder).go(25, toy_evaluation(stop_after=40))
    with (folder / file).open("ab") as stream:
        stream.write(torn)
    toy_run(folder, resume=True).go(25, toy_evaluation())
    assert content(folder) == uninterrupted


def test_more_steps_go_on_where_fewer_ended(tmp_path: Path, uninterrupted: dict[str, Any]) -> None:
    toy_run(tmp_path / "run").go(12, toy_evaluation())
    best = toy_run(tmp_path / "run", resume=True).go(12, toy_evaluation(stop_after=0))
    assert best is not None
    toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation())
    assert content(tmp_path / "run") == uninterrupted


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    toy_run(tmp_path / "run").go(2, toy_evaluation())
    with pytest.raises(InputError, match="exists already, expected a new folder; --resume"):
        toy_run(tmp_path / "run")
    with pytest.raises(InputError, match=r"settings.json: population: .* with 10, not 11; expected the same"):
        toy_run(tmp_path / "run", resume=True, population=11)
    with pytest.raises(InputError, match=r"seed: .* with 5, not 6"):
        toy_run(tmp_path / "run", resume=True, seed=6)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("")
    with pytest.raises(InputError, match=r"holds no settings.json, expected a search"):
        toy_run(tmp_path / "other", resume=True)
    with pytest.raises(InputError, match="cannot be used"):
        toy_run(tmp_path / "other" / "thesis.txt")
    toy_run(tmp_path / "new", resume=True).go(1, toy_evaluation())


def test_a_log_of_another_search_is_refused(tmp_path: Path) -> None:
    for seed in (1, 2):
        toy_run(tmp_path / f"run{seed}", seed=seed).go(2, toy_evaluation())
    (tmp_path / "run1" / LOG).write_bytes((tmp_path / "run2" / LOG).read_bytes())
    with pytest.raises(InputError, match=r"evaluated.jsonl: line 1: not the task that this search proposes"):
        toy_run(tmp_path / "run1", resume=True, seed=1)
    (tmp_path / "run2" / LOG).write_text("[]\n")
    with pytest.raises(InputError, match="line 1: no JSON object"):
        toy_run(tmp_path / "run2", resume=True, seed=2)


# Labelled architectures


def document(width: int, labels: Sequence[dict[str, Any]] | None, **more: Any) -> dict[str, Any]:
    """A network of one convolution."""
    value = {
        "format": "nasport-architecture",
        "version": 1,
        "name": f"width {width}",
        "cells": {},
        "skeleton": {
            "input": {"channels": 3, "height": 32, "width": 32},
            "stages": [{"op": "conv3x3-bn-relu", "width": width, "stride": 4}],
            "classes": 10,
        },
        **more,
    }
    return value if labels is None else {**value, "labels": list(labels)}


def label(value: float, metric: str = "accuracy", dataset: str = "cifar10", **more: Any) -> dict[str, Any]:
    return {"dataset": dataset, "metric": metric, "value": value, **more}


def written(folder: Path, *documents: dict[str, Any]) -> list[str]:
    file = folder / "labelled.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in documents))
    return [str(file)]


def test_labels_of_documents(tmp_path: Path) -> None:
    sources = written(tmp_path, *(document(width, [label(width / 10)]) for width in (4, 8, 12)))
    found = read_labelled(sources, None, None)
    assert {each.architecture.name: each.label for each in found} == {
        "width 4": 0.4,
        "width 8": 0.8,
        "width 12": 1.2,
    }
    assert [each.hash for each in found] == sorted(each.hash for each in found)
    negative = read_labelled(sources, None, "accuracy", lower_is_better=True)
    assert [each.label for each in negative] == [-each.label for each in found]


def test_a_label_is_chosen_by_any_of_its_names(tmp_path: Path) -> None:
    def labels(width: int) -> list[dict[str, Any]]:
        return [
            label(width, epochs=12),
            label(width + 1, epochs=200),
            label(-width, "loss"),
            label(2, "accuracy", "svhn"),
        ]

    sources = written(tmp_path, *(document(width, labels(width)) for width in (4, 8, 12)))
    assert {each.label for each in read_labelled(sources, None, "loss", lower_is_better=True)} == {4, 8, 12}
    assert {each.label for each in read_labelled(sources, None, "cifar10/accuracy@200")} == {5, 9, 13}
    with pytest.raises(InputError, match=r"labelled.jsonl: line 1: labels: several labels, expected one"):
        read_labelled(sources, None, None)
    with pytest.raises(InputError, match=r"several labels are 'cifar10/accuracy', expected one of cifar10"):
        read_labelled(sources, None, "cifar10/accuracy")
    with pytest.raises(
        InputError, match="no label 'speed', expected one of cifar10/accuracy@12, cifar10/acc"
    ):
        read_labelled(sources, None, "speed")
    with pytest.raises(InputError, match="every label is 2, expected some that differ"):
        read_labelled(sources, None, "svhn/accuracy")


def test_names_of_labels() -> None:
    assert names(Label("c10", "acc", 1.0)) == ("acc", "c10/acc")
    assert names(Label("c10", "acc", 1.0, "test", 200.0)) == (
        "acc",
        "c10/acc",
        "c10/test/acc",
        "c10/test/acc@200",
    )


def test_labels_that_cannot_be_used(tmp_path: Path) -> None:
    good = [document(width, [label(width)]) for width in (4, 8, 12)]
    with pytest.raises(InputError, match="2 labelled architectures, expected at least 3"):
        read_labelled(written(tmp_path, *good[:2]), None, None)
    with pytest.raises(InputError, match=r"labelled.jsonl: line 4: no label, expected one in 'labels'"):
        read_labelled(written(tmp_path, *good, document(16, None)), None, None)
    with pytest.raises(InputError, match=r"line 4: the label is 'cifar10/loss' and was 'cifar10/accuracy'"):
        read_labelled(written(tmp_path, *good, document(16, [label(1, "loss")])), None, None)
    with pytest.raises(InputError, match=r"the label is 'svhn/accuracy' and was 'cifar10/accuracy' before"):
        read_labelled(written(tmp_path, *good, document(16, [label(1, dataset="svhn")])), None, "accuracy")
    with pytest.raises(InputError, match=r"line 4: the same network as 'width 4'"):
        read_labelled(written(tmp_path, *good, document(4, [label(1)], name="twin")), None, None)
    with pytest.raises(InputError, match=r"line 4"):
        read_labelled(written(tmp_path, *good, {"format": "nonsense"}), None, None)


CELLS = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|skip_connect~0|skip_connect~1|nor_conv_3x3~2|",
    "|nor_conv_1x1~0|+|nor_conv_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
    "|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
)


def test_labels_of_notations(tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text(
        "".join(f"{cell}\t{value}\n" for cell, value in zip(CELLS, ("1", "2e0", " 3"), strict=True))
    )
    found = read_labelled([str(file)], "nasbench201", None)
    assert {each.architecture.name: each.label for each in found} == dict(zip(CELLS, (1, 2, 3), strict=True))
    assert read_labelled([f"{cell}\t{n}" for n, cell in enumerate(CELLS)], "nasbench201", None)
    with pytest.raises(InputError, match="a line of a notation has only one"):
        read_labelled([str(file)], "nasbench201", "accuracy")
    for last, problem in (
        (CELLS[0], r"cells.txt: line 4: no label, expected the notation, a tab and a number"),
        (CELLS[0] + "\tgood", "line 4: the label 'good' is no finite number"),
        (CELLS[0] + "\tnan", "line 4: the label 'nan' is no finite number"),
        ("|what~0|\t1", "cells.txt: line 4"),
    ):
        file.write_text("".join(f"{cell}\t1\n" for cell in CELLS) + last + "\n")
        with pytest.raises(InputError, match=problem):
            read_labelled([str(file)], "nasbench201", None)


# The command


@pytest.fixture
def images(tmp_path: Path) -> Path:
    path = tmp_path / "images.npz"
    np.savez(path, images=np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), np.uint8))
    return path


def test_the_command(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.gennas.settings import PRESETS

    monkeypatch.setitem(PRESETS, "light", replace(PRESETS["light"], iterations=3))
    from nasport.toolkit.commands.search_task import run_search_task

    sources = written(tmp_path, *(document(width, [label(width)]) for width in (4, 8, 12)))
    chosen: dict[str, Any] = {"preset": "light", "images": images, "jobs": 1}
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run_search_task(sources, whole, steps=3, **chosen) == 0
    assert f"of 3: {whole / BEST}" in capsys.readouterr().out
    assert task_from_json(json.loads((whole / BEST).read_text()))
    assert run_search_task(sources, parts, steps=1, **chosen) == 0
    assert run_search_task(sources, parts, steps=3, resume=True, **chosen) == 0
    assert content(parts) == content(whole)
    assert "label" not in (whole / LOG).read_text()
    with pytest.raises(InputError, match=r"settings.json: training.settings.iterations"):
        run_search_task(sources, parts, steps=3, resume=True, **{**chosen, "preset": "full"})
    others = written(tmp_path, *(document(width, [label(20 - width)]) for width in (4, 8, 12)))
    with pytest.raises(InputError, match="labels: the search was begun with others"):
        run_search_task(others, parts, steps=3, resume=True, **chosen)


def test_every_task_has_a_signal_for_networks_of_few_resolutions(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.commands.search_task import run_search_task
    from nasport.toolkit.gennas.settings import PRESETS

    monkeypatch.setitem(PRESETS, "light", replace(PRESETS["light"], iterations=1))
    deep = document(6, [label(0)])
    deep["skeleton"]["stages"] = [{"op": "conv3x3-bn-relu", "width": 4, "stride": 2}] * 3
    sources = written(tmp_path, *(document(width, [label(width)]) for width in (4, 8, 12)), deep)
    run = tmp_path / "run"
    assert run_search_task(sources, run, steps=12, preset="light", images=images, jobs=1) in (0, 1)
    tasks = [json.loads(line)["task"] for line in (run / LOG).read_text().splitlines()]
    assert len(tasks) == 12
    assert all(len(task["stages"]) == 3 and task["stages"][-1]["signals"] for task in tasks)


def test_a_search_that_writes_beside_its_architectures_is_resumed(tmp_path: Path, images: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.commands.search_task import run_search_task

    written(tmp_path, *(document(width, [label(width)]) for width in (4, 8, 12)))
    chosen: dict[str, Any] = {"preset": "light", "images": images, "jobs": 1, "steps": 1}
    assert run_search_task([str(tmp_path)], tmp_path / "run", **chosen) in (0, 1)
    assert run_search_task([str(tmp_path)], tmp_path / "run", resume=True, **chosen) in (0, 1)


def test_what_the_command_refuses(tmp_path: Path, images: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.commands.search_task import run_search_task

    good = [document(width, [label(width)]) for width in (4, 8, 12)]
    for option in ("steps", "population", "tournament"):
        chosen: dict[str, Any] = {option: 0}
        with pytest.raises(InputError, match=f"--{option} 0, expected at least 1"):
            run_search_task(written(tmp_path, *good), tmp_path / "run", **chosen)
    with pytest.raises(InputError, match="--by 'luck', expected one of loss, fit"):
        run_search_task(written(tmp_path, *good), tmp_path / "run", by="luck")
    odd = document(16, [label(1)], name="odd")
    odd["skeleton"]["stages"][0]["op"] = "fly"
    odd["operators"] = {"fly": {"text": "a layer that flies"}}
    assert architecture_from_json(odd)
    with pytest.raises(
        InputError, match=r"labelled.jsonl: line 4: skeleton.stages\[0\].op: .*a layer that flies"
    ):
        run_search_task(written(tmp_path, *good, odd), tmp_path / "run", preset="light", images=images)
    assert not (tmp_path / "run").exists()


# The bar


def test_the_bar_is_for_terminals(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = ProgressBar(4)
    bar.show(4, "done")
    bar.clear()
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    bar = ProgressBar(4)
    bar.show(2.5, "best 0.5")
    bar.show(2.6, "too soon")
    shown = capsys.readouterr().err
    assert "] 2 of 4" in shown
    assert shown.endswith("best 0.5")
    bar.show(4, "x" * 100)
    assert len(capsys.readouterr().err.removeprefix("\r\x1b[K")) == 59
    bar.clear()
    assert capsys.readouterr().err == "\r\x1b[K"


def test_durations() -> None:
    assert [duration(seconds) for seconds in (0, 89, 120, 3_900)] == ["0 s", "89 s", "2 min", "1 h 5 min"]


# The benchmark


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    for name in ("torch", "PIL"):
        pytest.importorskip(name, reason="needs the extra 'gennas'")
    spec = spec_from_file_location("task_search_benchmark", ROOT / "benchmarks" / "gennas_task_search.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ToyCells:
    """Counts what is judged."""

    def __init__(self) -> None:
        self.judged = 0

    def fitness(self, task: Task) -> dict[str, float]:
        self.judged += 1
        return {"loss": quality(task), "fit": 0.0}


def test_the_benchmark_goes_on_and_shares_what_is_random(
    benchmark: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched, validated = ToyCells(), ToyCells()
    monkeypatch.setattr(benchmark, "cells", lambda: (searched, validated))
    monkeypatch.setattr(benchmark, "LOG", tmp_path / "log.jsonl")
    benchmark.run([0, 1], 30)
    assert (searched.judged, validated.judged) == (2 * (20 + 10 + 10), 0)
    with (tmp_path / "log.jsonl").open("a") as stream:
        stream.write('{"method": "rand')
    benchmark.run([0, 1], 60)
    assert (searched.judged, validated.judged) == (2 * (20 + 40 + 40) + 3, 2 * 2 + 3)
    benchmark.run([0, 1], 60)
    assert searched.judged == 2 * (20 + 40 + 40) + 3
    found = benchmark.summary(benchmark._records())
    assert found["evolution"]["mean"][:20] == found["random"]["mean"][:20]
    assert found["evolution"]["mean"][-1] > found["random"]["mean"][-1]
    assert set(found["evolution"]["validation"]) == {"0", "1"}
    assert set(found["tasks_of_record"]["combo"]) == {"fitness", "validation"}
