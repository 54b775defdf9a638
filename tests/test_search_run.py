"""A search as a run: what is judged and remembered, what wins, and that a kill at any moment changes nothing."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.run_lock import LOCK
from nasport.toolkit.search import Evaluation, Limit, parse_limit, search
from nasport.toolkit.search.engine import IDLE_ROUNDS, Engine
from nasport.toolkit.search.facts import objective_values
from nasport.toolkit.search.finalists import best_distinct, pareto_front, spread
from nasport.toolkit.search.folder import EVALUATED, FINALISTS, REPORT, WINNERS, RunFolder
from nasport.toolkit.search.judges.judge import Judge, Judgement
from nasport.toolkit.search.limits import UNKNOWN, total_violation
from nasport.toolkit.search.query import Answer, Query
from nasport.toolkit.search.searcher import Searcher
from tests.toy_search import KINDS, toy_search

ROOT = Path(__file__).resolve().parent.parent


# Limits


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("parameters=1.5e6", 1.5e6),
        ("parameters=1.5M", 1.5e6),
        ("flops=600M", 6e8),
        (" flops = 2G ", 2e9),
        ("parameters=12_000", 12_000.0),
        ("latency=.5", 0.5),
        ("distance=3k", 3000.0),
    ],
)
def test_a_limit_is_read(text: str, bound: float) -> None:
    limit = parse_limit(text, at_most=True)
    assert limit.bound == pytest.approx(bound)
    assert limit.fact == text.split("=")[0].strip()


@pytest.mark.parametrize(
    "text",
    ["parameters", "parameters=", "parameters=many", "size=3", "flops=1e999", "flops=3MM", "=3", "flops=nan"],
)
def test_a_wrong_limit_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected"):
        parse_limit(text, at_most=True)


def test_a_violation_is_in_parts_of_the_bound() -> None:
    limits = [Limit("parameters", 100.0), Limit("flops", 1000.0, at_most=False)]
    assert total_violation(limits, {"parameters": 100, "flops": 1000}) == 0
    assert total_violation(limits, {"parameters": 150, "flops": 900}) == pytest.approx(0.6)
    assert total_violation(limits, {"parameters": None, "flops": 1000}) == UNKNOWN
    assert Limit("latency", 0.0).violation({"latency": 2.0}) == 2.0


# The loop


class Listed(Searcher):
    """Asks rows of numbers, one row after another; keeps what it is told."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.rows = [[Query(member=(number,)) for number in row] for row in rows]
        self.told: list[Sequence[Answer]] = []

    def ask(self) -> list[Query]:
        return self.rows[len(self.told)] if len(self.told) < len(self.rows) else []

    def tell(self, answers: Sequence[Answer]) -> None:
        assert [answer.query for answer in answers] == self.ask()
        self.told.append(answers)


class Doubling(Judge):
    """The score is twice the number; in pieces of two."""

    name = "doubling"

    def __init__(self) -> None:
        self.judged: list[int] = []

    def judge(self, queries: Sequence[Query]) -> Iterator[list[Judgement]]:
        for start in range(0, len(queries), 2):
            numbers = [query.member[0] for query in queries[start : start + 2]]
            self.judged += numbers
            yield [Judgement(f"{number % 7}", 2.0 * number, {"parameters": number}) for number in numbers]

    def to_json(self) -> dict[str, Any]:
        return {}


def test_what_was_judged_is_answered_from_memory() -> None:
    searcher, judge = Listed([[1, 2, 2, 3], [2, 1], [4, 1]]), Doubling()
    engine = Engine(searcher, judge, budget=100)
    engine.run()
    assert judge.judged == [1, 2, 3, 4]
    assert [each.number for each in engine.evaluations] == [0, 1, 2, 3]
    assert [[a.values[0] for a in row] for row in searcher.told] == [[2, 4, 4, 6], [4, 2], [8, 2]]


def test_the_budget_counts_what_is_new() -> None:
    searcher, judge = Listed([[1, 2], [2, 1], [3, 4, 5]]), Doubling()
    Engine(searcher, judge, budget=4).run()
    assert judge.judged == [1, 2, 3, 4]
    assert len(searcher.told) == 2  # half a batch is no answer


def test_a_searcher_that_goes_in_circles_is_stopped() -> None:
    searcher, judge = Listed([[1]] * 10 * IDLE_ROUNDS), Doubling()
    Engine(searcher, judge, budget=10).run()
    assert judge.judged == [1]
    assert len(searcher.told) == IDLE_ROUNDS + 1


def test_answers_tell_limits_and_objectives() -> None:
    searcher = Listed([[10, 20]])
    Engine(
        searcher, Doubling(), budget=9, limits=[Limit("parameters", 10.0)], objectives=["parameters", "flops"]
    ).run()
    first, second = searcher.told[0]
    assert (first.violation, second.violation) == (0.0, 1.0)
    assert first.values == (20.0, -10.0, -float("inf"))


def test_supernets_are_for_judges_that_know_them() -> None:
    searcher = Listed([[1]])
    searcher.rows = [[Query(allowed=((0, 1),))]]
    with pytest.raises(InputError, match="regularised, evolution, random or exhaustive"):
        Engine(searcher, Doubling(), budget=9).run()


# Who wins


def evaluations(rows: Sequence[tuple[float, float, float]]) -> list[Evaluation]:
    """(score, parameters, flops) each."""
    return [
        Evaluation(number, Query(member=(number,)), f"{number}", score, {"parameters": size, "flops": flops})
        for number, (score, size, flops) in enumerate(rows)
    ]


SMALL_NUMBERS = st.integers(0, 4).map(float)


@given(st.lists(st.tuples(SMALL_NUMBERS, SMALL_NUMBERS, SMALL_NUMBERS), min_size=1, max_size=30))
def test_the_front_is_what_nothing_dominates(rows: list[tuple[float, float, float]]) -> None:
    ordered = best_distinct(evaluations(rows))
    names = ("parameters", "flops")
    values = {each.number: objective_values(each.score, each.facts, names) for each in ordered}

    def dominated(number: int) -> bool:
        mine = values[number]
        return any(
            other != mine and all(a >= b for a, b in zip(other, mine, strict=True))
            for other in values.values()
        )

    expected = [each.number for each in ordered if not dominated(each.number)]
    assert [each.number for each in pareto_front(ordered, names)] == expected


def test_isomorphic_members_broken_limits_and_supernets_do_not_win() -> None:
    found = evaluations([(1, 0, 0), (5, 0, 0), (4, 0, 0), (3, 0, 0), (2, 0, 0)])
    found[1] = replace(found[1], violation=0.1)
    found[2] = replace(found[2], query=Query(allowed=((0, 1),)))
    found[4] = replace(found[4], hash=found[3].hash)
    assert [each.number for each in best_distinct(found)] == [3, 0]
    assert best_distinct([replace(found[0], score=None)]) == []


def test_a_long_front_is_thinned_evenly() -> None:
    found = evaluations([(float(score), 0, 0) for score in range(11)])
    assert [each.number for each in spread(found, 3)] == [0, 5, 10]
    assert spread(found, 11) == found


# Whole runs


def content(folder: Path) -> dict[str, Any]:
    """Every file of a run, without seconds."""

    def read(path: Path) -> Any:
        text = path.read_text("utf-8")
        if path.suffix == ".jsonl":
            records = [json.loads(line) for line in text.splitlines()]
            return [
                {key: value for key, value in record.items() if key not in ("seconds", "elapsed")}
                for record in records
            ]
        return without_seconds(text) if path.name == REPORT else text

    return {str(path.relative_to(folder)): read(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def without_seconds(report: str) -> str:
    """A report with its times blotted out."""
    rate = r"( \([\d,]+ evaluations a second\))?"
    return re.sub(rf"[\d.e+]+ (s|min|h)( \d+ min)?{rate}</td>", "TIME</td>", report)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """The files of a kind of search that nobody interrupted."""
    known: dict[str, dict[str, Any]] = {}

    def of(kind: str) -> dict[str, Any]:
        if kind not in known:
            folder = tmp_path_factory.mktemp("runs") / "run"
            toy_search(kind, folder)
            known[kind] = content(folder)
        return known[kind]

    return of


def lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def kill_when(arguments: Sequence[str], reached: Callable[[], bool]) -> bool:
    """Start a process and kill it, at once, as soon as something is reached; whether it still ran."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not reached():
            time.sleep(0.002)
        return process.poll() is None
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "both"])
def test_a_killed_run_ends_as_an_uninterrupted_one(
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


def test_a_run_killed_at_any_time_ends_as_an_uninterrupted_one(
    tmp_path: Path, uninterrupted: Callable[[str], dict[str, Any]]
) -> None:
    """By the clock this time: while it starts, judges, writes its files, or when it has long ended."""
    folder, rng = tmp_path / "run", random.Random(0)
    for _ in range(4):
        moment = time.monotonic() + rng.uniform(0.1, 2.5)
        kill_when(
            ["-m", "tests.toy_search", "regularised", str(folder), "0.002"],
            lambda moment=moment: time.monotonic() > moment,
        )
    toy_search("regularised", folder, resume=True)
    assert content(folder) == uninterrupted("regularised")


def test_a_run_killed_between_finalists_ends_as_an_uninterrupted_one(
    tmp_path: Path, uninterrupted: Callable[[str], dict[str, Any]]
) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    folder = tmp_path / "run"
    kill_when(["-m", "tests.toy_search", "both", str(folder), "0"], lambda: lines(folder / FINALISTS) >= 3)
    trained = lines(folder / FINALISTS) - 1
    assert trained >= 2
    stages: list[str] = []
    toy_search("both", folder, resume=True, notify=lambda progress: stages.append(progress.stage))
    assert stages.count("trained") == KINDS["both"]["finalists"] - trained
    assert content(folder) == uninterrupted("both")


@pytest.mark.parametrize("torn", [b"{", b'{"number": 12, "genes": [1, 2', b'\xe2\x82{"number"'])
def test_half_a_line_is_dropped(
    tmp_path: Path, uninterrupted: Callable[[str], dict[str, Any]], torn: bytes
) -> None:
    folder = tmp_path / "run"
    toy_search("regularised", folder)
    whole = (folder / EVALUATED).read_bytes().splitlines(keepends=True)
    (folder / EVALUATED).write_bytes(b"".join(whole[:57]) + torn)
    for name in (WINNERS, REPORT):
        (folder / name).unlink()
    (folder / f".{REPORT}.abc").write_bytes(b"<html>")
    toy_search("regularised", folder, resume=True)
    assert content(folder) == uninterrupted("regularised")


def test_a_finished_run_is_not_judged_again(
    tmp_path: Path, uninterrupted: Callable[[str], dict[str, Any]]
) -> None:
    def refuse(_: Architecture) -> float:
        raise AssertionError("judged again")

    refuse.__qualname__ = "slowly.<locals>.formula"
    first = toy_search("regularised", tmp_path / "run")
    again = toy_search("regularised", tmp_path / "run", resume=True, objective=refuse)
    assert again.evaluations == first.evaluations
    assert again.seconds == pytest.approx(first.seconds)
    assert content(tmp_path / "run") == uninterrupted("regularised")


@pytest.mark.parametrize(
    "changed", [{"seed": 4}, {"evaluations": 121}, {"searcher": "random"}, {"limits": [Limit("flops", 1e9)]}]
)
def test_a_run_goes_on_only_with_its_own_settings(tmp_path: Path, changed: dict[str, Any]) -> None:
    folder = tmp_path / "run"
    toy_search("regularised", folder)
    with pytest.raises(InputError, match=f"{next(iter(changed))}.*expected the same settings"):
        toy_search("regularised", folder, resume=True, **changed)
    with pytest.raises(InputError, match="--resume"):
        toy_search("regularised", folder)


def test_a_log_of_another_search_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    toy_search("regularised", folder)
    whole = (folder / EVALUATED).read_bytes().splitlines(keepends=True)
    (folder / EVALUATED).write_bytes(
        b"".join([*whole[:5], whole[5].replace(b'"genes": [', b'"genes": [9, ')])
    )
    with pytest.raises(InputError, match="line 6: not what this search asks"):
        toy_search("regularised", folder, resume=True)
    (folder / EVALUATED).write_bytes(b"".join([*whole[:5], *whole[6:]]))
    with pytest.raises(InputError, match="line 6: no evaluation number 5"):
        toy_search("regularised", folder, resume=True)


def test_the_same_search_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "other"):
        search("nasbench201", out=tmp_path / name, evaluations=150, seed=1)
    assert content(tmp_path / "one") == content(tmp_path / "other")


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = toy_search("regularised", None)
    assert len(result.evaluations) == 120
    assert not list(tmp_path.iterdir())


def test_winners_keep_the_limits_and_are_distinct() -> None:
    limits = [parse_limit("parameters=600k", at_most=True), parse_limit("flops=20M", at_most=False)]
    result = toy_search("regularised", None, limits=limits, winners=20)
    assert result.winners
    for winner in result.winners:
        facts = winner.evaluation.facts
        assert (facts["parameters"] or 0) <= 6e5
        assert (facts["flops"] or 0) >= 2e7
    assert len({winner.evaluation.hash for winner in result.winners}) == len(result.winners)
    scores = [winner.evaluation.score or 0.0 for winner in result.winners]
    assert scores == sorted(scores, reverse=True)


def test_what_cannot_be_found_is_told_with_the_nearest(tmp_path: Path) -> None:
    limits = [Limit("parameters", 1000.0), Limit("flops", 1e9)]
    with pytest.raises(InputError) as error:
        toy_search("regularised", tmp_path / "run", limits=limits)
    log = [json.loads(line) for line in (tmp_path / "run" / EVALUATED).read_text().splitlines()]
    least = min(record["parameters"] for record in log)
    words = f"the nearest has parameters {least:,}, which breaks max parameters=1,000 by {least / 10 - 100:.2f}% of it"
    assert str(error.value) == (
        f"no architecture was found that keeps max parameters=1,000 and max flops=1,000,000,000; {words}, of 120 evaluated"
    )


def test_contradictions_are_told_before_anything_is_judged() -> None:
    low, high = parse_limit("flops=2M", at_most=False), parse_limit("flops=1M", at_most=True)
    for arguments, words in (
        ({"limits": [low, high]}, "leave nothing between"),
        ({"limits": [Limit("latency", 3.0)]}, "--latency"),
        ({"pareto": ["latency"]}, "--latency"),
        ({"pareto": ["accuracy"]}, "nothing known is called"),
        ({"limits": [Limit("distance", 1.0)]}, "without a predictor"),
        ({"searcher": "hybrid"}, "expected one of evolution"),
        ({"searcher": "evolve"}, "unknown searcher"),
        ({"pareto": ["flops"], "searcher": "regularised"}, "one objective"),
        ({"judge": "jury"}, "no such judge"),
        ({"evaluations": 0}, "expected at least 1"),
    ):
        with pytest.raises(InputError, match=words):
            search("nasbench201", objective=lambda _: 1 / 0, **arguments)  # type: ignore[arg-type]


# Finalists


class Toy:
    """Stands for a trainer: losses by a table, in an order of its own; what is not in the table fails."""

    def __init__(self, losses: dict[str, float], order: Callable[[int], Sequence[int]]) -> None:
        self.losses = losses
        self.order = order

    def __call__(self, architectures: Sequence[Architecture]) -> Generator[tuple[int, Any], None, None]:
        from nasport.toolkit.gennas.trainer import Outcome

        for place in self.order(len(architectures)):
            loss = self.losses.get(architectures[place].name)
            fit = None if loss is None else 1.0 - loss
            yield place, Outcome(loss, 0.5, "" if loss is not None else "too odd", fit=fit)


def with_losses(
    monkeypatch: pytest.MonkeyPatch, losses: dict[str, float], order: Callable[[int], Sequence[int]] = range
) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.search.judges.gennas import Training

    toy = Toy(losses, order)
    monkeypatch.setattr(Training, "outcomes", lambda self, architectures: toy(architectures))


def finalists(folder: Path | None = None, **more: Any) -> Any:
    return toy_search("both", folder, evaluations=60, finalists=5, **more)


def test_both_judges_are_added_by_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        winner.architecture.name
        for winner in toy_search("both", None, evaluations=60, judge="predictor").winners[:5]
    ]
    # By the score 1 2 3 4 5, by the loss 4 3 1 - 2: sums 5, 5, 4, 9 (the failed one last), 7.
    with_losses(monkeypatch, dict(zip(names, [0.4, 0.3, 0.1, None, 0.2], strict=True)))  # type: ignore[arg-type]
    result = finalists(winners=4)
    found = [(w.architecture.name, w.score_rank, w.loss_rank) for w in result.winners]
    assert found == [(names[2], 3, 1), (names[0], 1, 4), (names[1], 2, 3), (names[4], 5, 2)]
    assert [winner.rank for winner in result.finalists] == [1, 2, 3, 4, 5]
    assert (result.finalists[4].loss, result.finalists[4].failed) == (None, "too odd")
    assert result.notes == ("1 of the 5 finalists could not be trained: too odd",)


def test_where_none_can_be_trained_the_score_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    with_losses(monkeypatch, {})
    result = finalists()
    assert [winner.score_rank for winner in result.winners] == [1, 2, 3, 4, 5]
    assert {winner.loss_rank for winner in result.winners} == {None}
    assert "none of the 5 finalists could be trained" in result.notes[0]


def test_the_order_in_which_finalists_end_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_losses(monkeypatch, {})
    names = [winner.architecture.name for winner in finalists().winners]
    losses = {name: place / 7 % 0.4 for place, name in enumerate(names[:4])}
    with_losses(monkeypatch, losses)
    finalists(tmp_path / "one")
    with_losses(monkeypatch, losses, lambda count: [*range(1, count, 2), *range(0, count, 2)])
    finalists(tmp_path / "other")
    assert content(tmp_path / "one") == content(tmp_path / "other")


def test_gennas_alone_judges_in_order_and_trains_nothing_that_breaks_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class All(dict[str, float]):
        def get(self, name: str, default: Any = None) -> Any:  # type: ignore[override]
            return None if len(asked) % 5 == asked.append(name) else len(asked) / 100

    asked: list[str] = []
    with_losses(monkeypatch, All(), lambda count: range(count)[::-1])
    result = search(
        "nasbench201",
        judge="gennas",
        searcher="random",
        evaluations=40,
        limits=[parse_limit("parameters=500k", at_most=True)],
        choices=Choices(iterations=1, batch_size=2),
        jobs=1,
        out=tmp_path / "run",
    )
    assert [each.number for each in result.evaluations] == list(range(40))
    broken = [each for each in result.evaluations if each.violation > 0]
    assert 0 < len(broken) < 40
    assert len(asked) == 40 - len(broken)
    assert all(each.score is None and "limits" in each.failed for each in broken)
    best = result.winners[0]
    assert best.loss is not None
    assert best.evaluation.score == -best.loss
    assert best.loss == min(
        float(each.facts["loss"]) for each in result.evaluations if each.facts.get("loss")
    )  # type: ignore[arg-type]


def test_where_nothing_has_a_score_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no architecture has a score: the objective is nan"):
        search("nasbench201", objective=lambda _: float("nan"), searcher="random", evaluations=5)


def test_a_run_folder_adds_up_seconds(tmp_path: Path) -> None:
    found = evaluations([(1, 2, 3), (4, 5, 6)])
    with RunFolder(tmp_path / "run", {"format": "toy"}, resume=False) as folder:
        folder.append(found[:1], 1.5)
        folder.append(found[1:], 2.5)
    with RunFolder(tmp_path / "run", {"format": "toy"}, resume=True) as again:
        assert again.seconds == pytest.approx(4.0)
        assert again.known == found


def test_a_second_process_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Until the first one ends; what a killed one leaves holds up nobody."""
    folder = tmp_path / "run"
    arguments = [sys.executable, "-m", "tests.toy_search", "regularised", str(folder), "0.01"]
    with RunFolder(folder, {"format": "toy"}, resume=False):
        second = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
        assert "InputError" in second.stderr
        assert "another process is at work here" in second.stderr
    assert [path.name for path in folder.iterdir()] == ["settings.json"]
    (folder / LOCK).touch()
    with RunFolder(folder, {"format": "toy"}, resume=True):
        pass
