"""Limits, and the loop of queries and evaluations: what is evaluated, cached and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas.errors import InputError
from nasport.toolkit.search import Limit, parse_limit
from nasport.toolkit.search.engine import IDLE_ROUNDS, Engine
from nasport.toolkit.search.evaluators.evaluator import EvaluatedQuery, Evaluator
from nasport.toolkit.search.limits import UNKNOWN, total_violation
from nasport.toolkit.search.query import Answer, Query
from nasport.toolkit.search.searcher import Searcher

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
def test_a_limit_is_parsed(text: str, bound: float) -> None:
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


def test_a_violation_is_relative_to_the_bound() -> None:
    limits = [Limit("parameters", 100.0), Limit("flops", 1000.0, at_most=False)]
    assert total_violation(limits, {"parameters": 100, "flops": 1000}) == 0
    assert total_violation(limits, {"parameters": 150, "flops": 900}) == pytest.approx(0.6)
    assert total_violation(limits, {"parameters": None, "flops": 1000}) == UNKNOWN
    assert Limit("latency", 0.0).violation({"latency": 2.0}) == 2.0


# The loop


class Listed(Searcher):
    """Asks given rows of numbers, one row after another, and records the answers."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.rows = [[Query(member=(number,)) for number in row] for row in rows]
        self.told: list[Sequence[Answer]] = []

    def ask(self) -> list[Query]:
        return self.rows[len(self.told)] if len(self.told) < len(self.rows) else []

    def tell(self, answers: Sequence[Answer]) -> None:
        assert [answer.query for answer in answers] == self.ask()
        self.told.append(answers)


class Doubling(Evaluator):
    """Gives twice the number as the score, in batches of two."""

    name = "doubling"

    def __init__(self) -> None:
        self.evaluated: list[int] = []

    def evaluate(self, queries: Sequence[Query]) -> Iterator[list[EvaluatedQuery]]:
        for start in range(0, len(queries), 2):
            numbers = [query.member[0] for query in queries[start : start + 2]]
            self.evaluated += numbers
            yield [
                EvaluatedQuery(f"{number % 7}", 2.0 * number, {"parameters": number}) for number in numbers
            ]

    def to_json(self) -> dict[str, Any]:
        return {}


def test_repeated_queries_are_answered_from_memory() -> None:
    searcher, evaluator = Listed([[1, 2, 2, 3], [2, 1], [4, 1]]), Doubling()
    engine = Engine(searcher, evaluator, budget=100)
    engine.run()
    assert evaluator.evaluated == [1, 2, 3, 4]
    assert [each.number for each in engine.evaluations] == [0, 1, 2, 3]
    assert [[a.values[0] for a in row] for row in searcher.told] == [[2, 4, 4, 6], [4, 2], [8, 2]]


def test_the_budget_counts_only_new_members() -> None:
    searcher, evaluator = Listed([[1, 2], [2, 1], [3, 4, 5]]), Doubling()
    Engine(searcher, evaluator, budget=4).run()
    assert evaluator.evaluated == [1, 2, 3, 4]
    assert len(searcher.told) == 2  # incomplete batches are not answered


def test_a_searcher_that_repeats_itself_is_stopped() -> None:
    searcher, evaluator = Listed([[1]] * 10 * IDLE_ROUNDS), Doubling()
    Engine(searcher, evaluator, budget=10).run()
    assert evaluator.evaluated == [1]
    assert len(searcher.told) == IDLE_ROUNDS + 1


def test_answers_contain_violations_and_objectives() -> None:
    searcher = Listed([[10, 20]])
    Engine(
        searcher, Doubling(), budget=9, limits=[Limit("parameters", 10.0)], objectives=["parameters", "flops"]
    ).run()
    first, second = searcher.told[0]
    assert (first.violation, second.violation) == (0.0, 1.0)
    assert first.values == (20.0, -10.0, -float("inf"))


def test_supernets_are_refused_for_evaluators_that_do_not_support_them() -> None:
    searcher = Listed([[1]])
    searcher.rows = [[Query(allowed=((0, 1),))]]
    with pytest.raises(InputError, match="regularized, evolution, random or exhaustive"):
        Engine(searcher, Doubling(), budget=9).run()
