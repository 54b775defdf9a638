"""The race of finalists: which trainings stop, that the others are unaffected, and that results are reproducible."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasport.schemas import InputError
from nasport.toolkit.gennas.race import AHEAD, WAVE, bars_of, marks_of, ranks_of

MARKS = st.fixed_dictionaries({10: st.floats(0, 9), 30: st.floats(0, 9)})


def test_losses_are_compared_after_some_of_the_steps() -> None:
    losses = [float(100 - step) for step in range(101)]
    assert marks_of(losses, 100) == {10: 90.0, 20: 80.0, 30: 70.0, 50: 50.0, 70: 30.0}
    assert marks_of(losses[:31], 100) == {10: 90.0, 20: 80.0, 30: 70.0}
    assert marks_of(losses[:4], 3) == {1: 99.0, 2: 98.0}
    assert marks_of([1.0, 0.5], 1) == {}


@given(st.lists(MARKS, max_size=12))
def test_a_bar_is_the_kth_best_finished_loss(finished: list[dict[int, float]]) -> None:
    bars = bars_of(finished)
    assert bool(bars) == (len(finished) >= AHEAD)
    for step, bar in bars.items():
        assert sum(each[step] < bar for each in finished) < AHEAD
        assert sum(each[step] <= bar for each in finished) >= AHEAD


def test_finished_trainings_rank_before_stopped_before_failed() -> None:
    losses = [0.5, 0.1, None, 0.4, 0.2, 0.5, 99.0]
    stopped = [None, 10, None, 30, 30, None, None]
    failed = ["", "", "no network", "", "", "", "diverged"]
    assert ranks_of(losses, stopped, failed) == [1, 5, 7, 4, 3, 1, 6]


def test_a_bar_stops_a_training_and_changes_no_loss() -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.gennas.regression import regress
    from tests.test_gennas_regression import TINY, batch, nasbench201

    signals = batch()
    whole = regress(nasbench201(), signals, TINY)
    assert whole.stopped is None
    assert whole.losses[-1] == whole.loss
    assert len(whole.losses) == TINY.iterations + 1
    kept = regress(nasbench201(), signals, TINY, {1: whole.losses[1], 2: whole.losses[2] + 1})
    assert (kept.loss, kept.losses, kept.stopped) == (whole.loss, whole.losses, None)
    stopped = regress(nasbench201(), signals, TINY, {1: whole.losses[1], 2: whole.losses[2] - 1e-3})
    assert (stopped.stopped, stopped.failed) == (2, "")
    assert stopped.losses == whole.losses[:3]
    assert stopped.loss == whole.losses[2]


def raced(folder: Path, **options: Any) -> Any:
    from nasport.toolkit.search import search
    from tests.tiny_space import write_tiny_space

    folder.mkdir(exist_ok=True)
    known = {"evaluator": "both", "race": True, "finalists": 10, "winners": 10, "iterations": 10, "jobs": 1}
    space = write_tiny_space(folder)
    return search(space, **{**known, "searcher": "exhaustive", "out": folder / "run", **options})


def test_a_race_is_reproducible(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    one = raced(tmp_path / "one")
    results = tmp_path / "one" / "run" / "finalists.jsonl"
    records = [json.loads(line) for line in results.read_text().splitlines()]
    assert records[0]["race"]
    assert all(each["stopped"] is None for each in records[1 : WAVE + 1])
    stopped = [winner for winner in one.finalists if winner.stopped]
    assert stopped
    assert min(w.loss_rank for w in stopped) > max(w.loss_rank for w in one.finalists if not w.stopped)

    def told(result: Any) -> list[Any]:
        return [(w.architecture.name, w.loss, w.stopped, w.loss_rank) for w in result.winners]

    assert told(raced(tmp_path / "two", jobs=2)) == told(one)
    # After a kill during the second wave, the bars are read from the file.
    lines = results.read_bytes().splitlines(keepends=True)
    results.write_bytes(b"".join(lines[: WAVE + 2]))
    assert told(raced(tmp_path / "one", resume=True)) == told(one)
    whole = raced(tmp_path / "three", race=False)
    ended = {w.architecture.name: w.loss for w in one.finalists if not w.stopped}
    assert ended == {w.architecture.name: w.loss for w in whole.finalists if w.architecture.name in ended}


def test_a_race_is_for_finalists(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"--race with the evaluator 'predictor', expected the evaluator 'both'"
    ):
        raced(tmp_path, evaluator="predictor")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"space": "nasbench-nlp"}, "--race with recurrent networks"),
        ({"pareto": ["parameters"]}, "--race with several objectives"),
    ],
)
def test_impossible_races_are_refused(options: dict[str, Any], words: str) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.search import search

    with pytest.raises(InputError, match=words):
        search(**{"space": "nasbench201", "evaluator": "both", "race": True, **options})


def test_too_few_finalists_for_a_race_are_reported(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    found = raced(tmp_path, finalists=WAVE, iterations=1, out=None)
    assert "--race has no effect on 4 finalists" in " ".join(found.notes)
