"""A search as a run: its folder, and that a kill at any moment does not change the result."""

from __future__ import annotations

import errno
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.run_lock import LOCK
from nasport.toolkit.search import Limit, parse_limit, search
from nasport.toolkit.search.folder import EVALUATED, FINALISTS_FILE, REPORT, WINNERS_FILE, RunFolder
from tests.toy_search import KINDS, content, evaluations, lines, toy_search

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Return the files of an uninterrupted search of one kind."""
    known: dict[str, dict[str, Any]] = {}

    def of(kind: str) -> dict[str, Any]:
        if kind not in known:
            folder = tmp_path_factory.mktemp("runs") / "run"
            toy_search(kind, folder)
            known[kind] = content(folder)
        return known[kind]

    return of


def kill_when(arguments: Sequence[str], reached: Callable[[], bool]) -> bool:
    """Start a process and kill it when a condition is met; return whether it was still running."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not reached():
            time.sleep(0.002)
        return process.poll() is None
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "both"])
def test_a_resumed_killed_run_equals_an_uninterrupted_run(
    tmp_path: Path, kind: str, uninterrupted: Callable[[str], dict[str, Any]]
) -> None:
    folder, rng = tmp_path / "run", random.Random(kind)
    for _ in range(3):
        wanted = lines(folder / EVALUATED) + rng.randint(1, 40)
        moment = time.monotonic() + 60

        def reached(wanted: int = wanted, moment: float = moment) -> bool:
            return lines(folder / EVALUATED) >= wanted or time.monotonic() > moment

        kill_when(["-m", "tests.toy_search", kind, str(folder), "0.01"], reached)
    assert lines(folder / EVALUATED) >= 3
    toy_search(kind, folder, resume=True)
    assert content(folder) == uninterrupted(kind)


def test_a_run_killed_at_any_time_can_be_resumed_to_the_same_result(
    tmp_path: Path, uninterrupted: Callable[[str], dict[str, Any]]
) -> None:
    """The kill comes after a random time: during the start, an evaluation, writing, or after the end."""
    folder, rng = tmp_path / "run", random.Random(0)
    for _ in range(4):
        moment = time.monotonic() + rng.uniform(0.1, 2.5)
        kill_when(
            ["-m", "tests.toy_search", "regularized", str(folder), "0.002"],
            lambda moment=moment: time.monotonic() > moment,
        )
    toy_search("regularized", folder, resume=True)
    assert content(folder) == uninterrupted("regularized")


def test_a_run_killed_between_finalists_can_be_resumed_to_the_same_result(
    tmp_path: Path, uninterrupted: Callable[[str], dict[str, Any]]
) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    folder = tmp_path / "run"
    kill_when(
        ["-m", "tests.toy_search", "both", str(folder), "0"], lambda: lines(folder / FINALISTS_FILE) >= 3
    )
    trained = lines(folder / FINALISTS_FILE) - 1
    assert trained >= 2
    stages: list[str] = []
    toy_search("both", folder, resume=True, notify=lambda progress: stages.append(progress.stage))
    assert stages.count("trained") == KINDS["both"]["finalists"] - trained
    assert content(folder) == uninterrupted("both")


@pytest.mark.parametrize("torn", [b"{", b'{"number": 12, "genes": [1, 2', b'\xe2\x82{"number"'])
def test_an_incomplete_last_line_is_dropped(
    tmp_path: Path, uninterrupted: Callable[[str], dict[str, Any]], torn: bytes
) -> None:
    folder = tmp_path / "run"
    toy_search("regularized", folder)
    whole = (folder / EVALUATED).read_bytes().splitlines(keepends=True)
    (folder / EVALUATED).write_bytes(b"".join(whole[:57]) + torn)
    for name in (WINNERS_FILE, REPORT):
        (folder / name).unlink()
    (folder / f".{REPORT}.abc").write_bytes(b"<html>")
    toy_search("regularized", folder, resume=True)
    assert content(folder) == uninterrupted("regularized")


def test_a_finished_run_is_not_evaluated_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: Callable[[str], dict[str, Any]]
) -> None:
    def refuse(_: Architecture) -> float:
        raise AssertionError("judged again")

    wanted = uninterrupted("regularized")
    first = toy_search("regularized", tmp_path / "run")
    monkeypatch.setattr("tests.toy_search.quality", refuse)
    again = toy_search("regularized", tmp_path / "run", resume=True)
    assert again.evaluations == first.evaluations
    assert again.seconds == pytest.approx(first.seconds)
    assert content(tmp_path / "run") == wanted


@pytest.mark.parametrize(
    "changed", [{"seed": 4}, {"evaluations": 121}, {"searcher": "random"}, {"limits": [Limit("flops", 1e9)]}]
)
def test_a_run_is_resumed_only_with_equal_settings(tmp_path: Path, changed: dict[str, Any]) -> None:
    folder = tmp_path / "run"
    toy_search("regularized", folder)
    name = "max flops" if "limits" in changed else next(iter(changed))
    with pytest.raises(InputError, match=f"--{name}: begun with .*expected the same settings"):
        toy_search("regularized", folder, resume=True, **changed)
    with pytest.raises(InputError, match="--resume"):
        toy_search("regularized", folder)


def test_a_run_is_resumed_only_with_the_same_objective(tmp_path: Path) -> None:
    def objective(architecture: Architecture) -> float:
        return 1.0

    first = objective
    search("nasbench201", objective=first, evaluations=5, out=tmp_path / "run")

    def objective(architecture: Architecture) -> float:  # type: ignore[no-redef]
        return 2.0

    assert first.__qualname__ == objective.__qualname__
    with pytest.raises(InputError, match="objective: begun with another"):
        search("nasbench201", objective=objective, evaluations=5, out=tmp_path / "run", resume=True)
    found = search("nasbench201", objective=first, evaluations=5, out=tmp_path / "run", resume=True)
    assert found.settings["evaluator"] == "objective"


def test_a_log_of_another_search_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    toy_search("regularized", folder)
    whole = (folder / EVALUATED).read_bytes().splitlines(keepends=True)
    (folder / EVALUATED).write_bytes(
        b"".join([*whole[:5], whole[5].replace(b'"genes": [', b'"genes": [9, ')])
    )
    with pytest.raises(InputError, match="line 6: differs from evaluation 5"):
        toy_search("regularized", folder, resume=True)
    (folder / EVALUATED).write_bytes(b"".join([*whole[:5], *whole[6:]]))
    with pytest.raises(InputError, match="line 6: is not evaluation 5"):
        toy_search("regularized", folder, resume=True)


def test_the_same_search_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "other"):
        search("nasbench201", out=tmp_path / name, evaluations=150, seed=1)
    assert content(tmp_path / "one") == content(tmp_path / "other")


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = toy_search("regularized", None)
    assert len(result.evaluations) == 120
    assert not list(tmp_path.iterdir())


def test_winners_satisfy_the_limits_and_are_distinct() -> None:
    limits = [parse_limit("parameters=600k", at_most=True), parse_limit("flops=20M", at_most=False)]
    result = toy_search("regularized", None, limits=limits, winners=20)
    assert result.winners
    for winner in result.winners:
        facts = winner.evaluation.facts
        assert (facts["parameters"] or 0) <= 6e5
        assert (facts["flops"] or 0) >= 2e7
    assert len({winner.evaluation.hash for winner in result.winners}) == len(result.winners)
    scores = [winner.evaluation.score or 0.0 for winner in result.winners]
    assert scores == sorted(scores, reverse=True)


def test_unsatisfiable_limits_are_reported_with_the_nearest_member(tmp_path: Path) -> None:
    limits = [Limit("parameters", 1000.0), Limit("flops", 1e9)]
    with pytest.raises(InputError) as error:
        toy_search("regularized", tmp_path / "run", limits=limits)
    log = [json.loads(line) for line in (tmp_path / "run" / EVALUATED).read_text().splitlines()]
    least = min(record["parameters"] for record in log)
    words = f"the nearest has parameters {least:,}, which breaks max parameters=1,000 by {least / 10 - 100:.2f}% of it"
    assert str(error.value) == (
        f"no architecture was found within max parameters=1,000 and max flops=1,000,000,000; {words}, of 120 evaluated"
    )


def test_contradictory_limits_are_reported_before_any_evaluation() -> None:
    low, high = parse_limit("flops=2M", at_most=False), parse_limit("flops=1M", at_most=True)
    for arguments, words in (
        ({"limits": [low, high]}, "exceeds"),
        ({"limits": [Limit("latency", 3.0)]}, "--latency"),
        ({"pareto": ["latency"]}, "--latency"),
        ({"pareto": ["accuracy"]}, "unknown quantity"),
        ({"limits": [Limit("distance", 1.0)]}, "without a predictor"),
        ({"searcher": "hybrid"}, "expected one of evolution"),
        ({"searcher": "evolve"}, "unknown searcher"),
        ({"pareto": ["flops"], "searcher": "regularized"}, "one objective"),
        ({"evaluator": "jury"}, "expected one of predictor, gennas, both"),
        ({"evaluations": 0}, "expected at least 1"),
    ):
        with pytest.raises(InputError, match=words):
            search("nasbench201", objective=lambda _: 1 / 0, **arguments)  # type: ignore[arg-type]


def test_a_search_without_any_score_reports_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no architecture has a score: the objective is nan"):
        search("nasbench201", objective=lambda _: float("nan"), searcher="random", evaluations=5)


def test_a_run_folder_sums_seconds(tmp_path: Path) -> None:
    found = evaluations([(1, 2, 3), (4, 5, 6)])
    with RunFolder(tmp_path / "run", {"format": "toy"}, resume=False) as folder:
        folder.append(found[:1], 1.5)
        folder.append(found[1:], 2.5)
    with RunFolder(tmp_path / "run", {"format": "toy"}, resume=True) as again:
        assert again.seconds == pytest.approx(4.0)
        assert again.known == found


def test_a_second_process_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """The folder is locked until the first process ends; the lock of a killed process has no effect."""
    folder = tmp_path / "run"
    arguments = [sys.executable, "-m", "tests.toy_search", "regularized", str(folder), "0.01"]
    with RunFolder(folder, {"format": "toy"}, resume=False):
        second = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
        assert "InputError" in second.stderr
        assert "is in use by another process" in second.stderr
    assert [path.name for path in folder.iterdir()] == ["settings.json"]
    (folder / LOCK).touch()
    with RunFolder(folder, {"format": "toy"}, resume=True):
        pass


def test_a_folder_cannot_be_opened_twice_in_a_process(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with (
        RunFolder(folder, {"format": "toy"}, resume=False),
        pytest.raises(InputError, match="is in use by another process"),
    ):
        RunFolder(folder, {"format": "toy"}, resume=True)
    assert not (folder / LOCK).exists()


def test_without_locks_of_the_file_system_a_search_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object, **__: object) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("filelock.lock_descriptor", unsupported)
    with RunFolder(tmp_path / "run", {"format": "toy"}, resume=False):
        pass
