"""The search for proxy tasks: random tasks, evolution, and resuming without loss."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import InputError
from nasport.toolkit.gennas.task import DOTS, WAVES, Task, load_task, task_from_json, task_names
from nasport.toolkit.gennas.task_search.task_searchers import SearchSettings, TaskSearch
from nasport.toolkit.gennas.task_search.task_space import (
    AMPLITUDES,
    CHANNELS,
    DIMENSIONS,
    NOISE_LEVELS,
    TaskSpace,
)

pytest.importorskip("scipy", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas.task_search.fitness import TaskResult, fitness
from nasport.toolkit.gennas.task_search.task_run import BEST, LOG, UNFINISHED
from tests.toy_task_search import content, quality, toy_evaluation, toy_run

ROOT = Path(__file__).resolve().parent.parent
SPACES = st.sampled_from([TaskSpace(), TaskSpace(recurrent=True)])


# The space


def check(task: Task, recurrent: bool) -> None:
    """Check that the document of a task is valid, equivalent to the task, and within the search space."""
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
        task = space.draw(random, "mutated", task)
        check(task, space.recurrent)


@pytest.mark.parametrize("name", task_names())
def test_tasks_of_record_can_be_mutated(name: str) -> None:
    task = load_task(name)
    mutated = TaskSpace(recurrent=task.recurrent).draw(Random(1), "mutated", task)
    assert task_from_json(mutated.to_json()) == mutated


def blocks(task: Task) -> list[Any]:
    """Return the signals of every stage (or None), the channels and the noise."""
    found: list[Any] = [task.noise]
    for stage in task.stages:
        of_kind = {signal.kind: signal for signal in stage.signals}
        found += [
            stage.channels,
            *(of_kind.get(kind) for kind in ("sin1d", "sin2d", "dot", "resize", "gdot")),
        ]
    return found


def test_signals_have_probability_one_half_and_blocks_four_fifths() -> None:
    random, space = Random(0), TaskSpace()
    drawn = [space.draw(random, "a") for _ in range(600)]
    assert np.mean([len(stage.signals) / 5 for task in drawn for stage in task.stages]) == pytest.approx(
        0.5, abs=0.03
    )
    same = [
        left == right
        for task in drawn
        for left, right in zip(blocks(task), blocks(space.draw(random, "b", task)), strict=True)
        if left is not None and not isinstance(left, int)
    ]
    # A new draw rarely equals the old value.
    assert np.mean(same) == pytest.approx(0.8, abs=0.03)


def test_a_mutation_may_restore_a_signal_and_always_leaves_one() -> None:
    random, space = Random(0), TaskSpace()
    single = load_task("single")
    children = [space.draw(random, "child", single) for _ in range(300)]
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
    while len(search.evaluated) < steps:
        search.tell(quality(search.ask().task))
    return search


def test_evolution_beats_random_search() -> None:
    def best(random: bool) -> list[float]:
        runs = [searched(120, seed=seed, population=20, tournament=5, random=random) for seed in range(5)]
        return [run.best.fitness for run in runs if run.best and run.best.fitness]

    evolved, drawn = best(random=False), best(random=True)
    assert min(evolved) > max(drawn)


def test_parents_win_a_tournament_of_the_current_population() -> None:
    search = searched(
        80, population=10, tournament=200
    )  # larger than the population, so it contains all members
    for evaluated in search.evaluated[10:]:
        number, parent = evaluated.proposal.number, evaluated.proposal.parent
        population = search.evaluated[number - 10 : number]
        assert parent is not None
        assert number - 10 <= parent < number
        assert search.evaluated[parent].rank == max(each.rank for each in population)


def test_random_search_has_no_parents_and_the_same_first_tasks_as_evolution() -> None:
    random, evolved = searched(30, random=True), searched(30, population=20)
    assert all(evaluated.proposal.parent is None for evaluated in random.evaluated)
    assert random.evaluated[:20] == evolved.evaluated[:20]
    assert random.evaluated[20] != evolved.evaluated[20]


def test_a_searcher_is_restored_from_its_answers() -> None:
    search = searched(25, population=10, tournament=3, seed=3)
    search.tell(None)
    again = TaskSearch(search.space, search.settings)
    for evaluated in search.evaluated:
        again.tell(evaluated.fitness)
    assert again.evaluated == search.evaluated
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
    trained = [TaskResult(place, *values) for place, values in enumerate(zip(losses, fits, strict=True))]
    return fitness(trained, [1.0, 2.0, 3.0, 4.0], by)


def test_the_fitness_is_a_signed_rank_correlation() -> None:
    up, down, equal = [1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [5.0] * 4
    assert fitness_of(down, down, "loss") == pytest.approx(1)
    assert fitness_of(down, down, "fit") == pytest.approx(-1)
    assert fitness_of(up, equal, "loss") == fitness_of(up, equal, "fit") == pytest.approx(-1)
    assert fitness_of(equal, up, "loss") is None
    assert fitness_of(equal, equal, "fit") is None
    assert fitness_of([1000, 1000, 2, 1], [0, 0, 0.1, 0.2], "fit") == pytest.approx(0.9487, abs=1e-4)
    assert fitness_of([5, 4, 2, 1], [0, 0, 0.1, 0.2], "fit") == pytest.approx(1)  # equal fits by the loss


# The run


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("run") / "uninterrupted"
    toy_run(folder).go(25, toy_evaluation())
    return content(folder)


def test_a_run_leaves_a_log_and_a_result(uninterrupted: dict[str, Any], tmp_path: Path) -> None:
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
def test_a_resumed_run_equals_an_uninterrupted_run(
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


def test_finished_trainings_are_not_repeated(tmp_path: Path) -> None:
    toy_run(tmp_path / "run")
    left = 12 * 25
    for stop in (5, 30, 1):
        with pytest.raises(KeyboardInterrupt):
            toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation(stop_after=stop))
        left -= stop
    with pytest.raises(KeyboardInterrupt):
        toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation(stop_after=left - 1))
    toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation(stop_after=1))


def test_a_resumed_killed_run_equals_an_uninterrupted_run(
    tmp_path: Path, uninterrupted: dict[str, Any]
) -> None:
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
def test_an_incomplete_last_line_is_dropped(
    tmp_path: Path, uninterrupted: dict[str, Any], file: str, torn: bytes
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        toy_run(folder).go(25, toy_evaluation(stop_after=40))
    with (folder / file).open("ab") as stream:
        stream.write(torn)
    toy_run(folder, resume=True).go(25, toy_evaluation())
    assert content(folder) == uninterrupted


def test_a_temporary_file_of_a_killed_run_is_removed(tmp_path: Path, uninterrupted: dict[str, Any]) -> None:
    folder = tmp_path / "run"
    toy_run(folder).go(12, toy_evaluation())
    for file in (BEST, "settings.json"):
        (folder / f".{file}.x1y2z3").write_text("{")
    toy_run(folder, resume=True).go(25, toy_evaluation())
    assert content(folder) == uninterrupted


def test_a_finished_run_can_be_extended(tmp_path: Path, uninterrupted: dict[str, Any]) -> None:
    toy_run(tmp_path / "run").go(12, toy_evaluation())
    best = toy_run(tmp_path / "run", resume=True).go(12, toy_evaluation(stop_after=0))
    assert best is not None
    toy_run(tmp_path / "run", resume=True).go(25, toy_evaluation())
    assert content(tmp_path / "run") == uninterrupted


def test_unusable_folders_are_refused(tmp_path: Path) -> None:
    toy_run(tmp_path / "run").go(2, toy_evaluation())
    with pytest.raises(InputError, match="exists already, expected a new folder; --resume"):
        toy_run(tmp_path / "run")
    with pytest.raises(
        InputError, match=r"settings.json: --population: begun with 10, not 11; expected the same"
    ):
        toy_run(tmp_path / "run", resume=True, population=11)
    with pytest.raises(InputError, match=r"seed: .* with 5, not 6"):
        toy_run(tmp_path / "run", resume=True, seed=6)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("")
    with pytest.raises(InputError, match=r"holds no settings.json, expected the folder of a search"):
        toy_run(tmp_path / "other", resume=True)
    with pytest.raises(InputError, match="cannot be used"):
        toy_run(tmp_path / "other" / "thesis.txt")
    toy_run(tmp_path / "new", resume=True).go(1, toy_evaluation())


def test_a_log_of_another_search_is_refused(tmp_path: Path) -> None:
    for seed in (1, 2):
        toy_run(tmp_path / f"run{seed}", seed=seed).go(2, toy_evaluation())
    (tmp_path / "run1" / LOG).write_bytes((tmp_path / "run2" / LOG).read_bytes())
    with pytest.raises(InputError, match=r"evaluated.jsonl: line 1: differs from task"):
        toy_run(tmp_path / "run1", resume=True, seed=1)
    (tmp_path / "run2" / LOG).write_text("[]\n")
    with pytest.raises(InputError, match="line 1: not a JSON object"):
        toy_run(tmp_path / "run2", resume=True, seed=2)


def test_architectures_of_several_spaces_are_ranked_within_each() -> None:
    losses = [1.0, 2.0, 3.0, 30.0, 20.0, 10.0]
    labels = [0.9, 0.8, 0.7, 0.1, 0.2, 0.3]
    trained = [TaskResult(place, loss, 0.5) for place, loss in enumerate(losses)]
    assert fitness(trained, labels, "loss", [0, 0, 0, 1, 1, 1]) == pytest.approx(1)
    other = [TaskResult(place, 40 - loss if place > 2 else loss, 0.5) for place, loss in enumerate(losses)]
    assert fitness(other, labels, "loss", [0, 0, 0, 1, 1, 1]) == pytest.approx(0)
    level = [TaskResult(place, min(loss, 3.0), 0.5) for place, loss in enumerate(losses)]
    assert fitness(level, labels, "loss", [0, 0, 0, 1, 1, 1]) == pytest.approx(0.5)
    assert (
        fitness([TaskResult(place, 1.0, 0.5) for place in range(6)], labels, "loss", [0] * 3 + [1] * 3)
        is None
    )
