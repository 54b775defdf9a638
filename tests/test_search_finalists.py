"""Winners: the best distinct members, the Pareto front, and the effect of a second evaluator."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import NasportError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.search import parse_limit, search
from nasport.toolkit.search.facts import objective_values
from nasport.toolkit.search.finalists import best_distinct, pareto_front, spread
from nasport.toolkit.search.query import Query
from tests.toy_search import content, evaluations, toy_search

SMALL_NUMBERS = st.integers(0, 4).map(float)


@given(st.lists(st.tuples(SMALL_NUMBERS, SMALL_NUMBERS, SMALL_NUMBERS), min_size=1, max_size=30))
def test_the_front_contains_the_nondominated_members(rows: list[tuple[float, float, float]]) -> None:
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


class Toy:
    """Replaces a trainer: losses come from a table, in a given order; networks outside the table fail."""

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
    from nasport.toolkit.search.evaluators.gennas_evaluator import Training

    toy = Toy(losses, order)
    monkeypatch.setattr(Training, "outcomes", lambda self, architectures, bars=None: toy(architectures))


def finalists(folder: Path | None = None, **more: Any) -> Any:
    return toy_search("both", folder, evaluations=60, finalists=5, **more)


def test_the_evaluator_both_adds_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        winner.architecture.name
        for winner in toy_search("both", None, evaluations=60, evaluator="predictor").winners[:5]
    ]
    # Ranks by score 1 2 3 4 5, by loss - 4 1 3 2; sums 6 (the first was not trained), 6, 4, 7, 7.
    with_losses(monkeypatch, dict(zip(names, [None, 0.4, 0.1, 0.3, 0.2], strict=True)))  # type: ignore[arg-type]
    result = finalists(winners=5)
    found = [(w.architecture.name, w.score_rank, w.loss_rank) for w in result.winners]
    wanted = [(3, 1), (2, 4), (4, 3), (5, 2), (1, 5)]
    assert found == [(names[score_rank - 1], score_rank, loss_rank) for score_rank, loss_rank in wanted]
    assert [winner.rank for winner in result.finalists] == [1, 2, 3, 4, 5]
    assert (result.finalists[4].loss, result.finalists[4].failed) == (None, "too odd")
    assert result.notes == ("1 of the 5 finalists could not be trained: too odd",)


def test_without_any_trained_finalist_the_score_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    with_losses(monkeypatch, {})
    result = finalists()
    assert [winner.score_rank for winner in result.winners] == [1, 2, 3, 4, 5]
    assert {winner.loss_rank for winner in result.winners} == {None}
    assert "none of the 5 finalists could be trained" in result.notes[0]


def test_the_result_does_not_depend_on_the_order_of_completion(
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


def test_an_unexpected_failure_ends_the_search_and_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.gennas.trainer import Outcome, Trainer

    asked: list[str] = []
    healthy = False

    def train(self: Trainer, architecture: Architecture) -> Outcome:
        asked.append(architecture.name)
        if len(asked) == 4 and not healthy:
            return Outcome(None, 1.0, "unexpected RuntimeError: a driver", unexpected=True)
        return Outcome(0.5, 1.0, fit=0.5)

    def searched(resume: bool = False) -> Any:
        return search(
            "nasbench201",
            evaluator="gennas",
            searcher="random",
            evaluations=6,
            choices=Choices(iterations=1, batch_size=2),
            jobs=1,
            out=tmp_path / "run",
            resume=resume,
        )

    monkeypatch.setattr(Trainer, "__call__", train)
    with pytest.raises(NasportError, match="could not be trained: unexpected RuntimeError: a driver"):
        searched()
    healthy = True
    result = searched(resume=True)
    assert [each.score for each in result.evaluations] == [-0.5] * 6
    assert len(asked) == 7


def test_the_evaluator_gennas_evaluates_in_order_and_skips_broken_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class All(dict[str, float]):
        def get(self, name: str, default: Any = None) -> Any:  # type: ignore[override]
            return None if len(asked) % 5 == asked.append(name) else len(asked) / 100

    asked: list[str] = []
    with_losses(monkeypatch, All(), lambda count: range(count)[::-1])
    result = search(
        "nasbench201",
        evaluator="gennas",
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
