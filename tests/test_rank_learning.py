"""Ranking more architectures than there is time to evaluate: a correction learned from some ranks the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from nasport.runtime.bundle import open_bundle
from nasport.schemas.architecture import Architecture
from nasport.toolkit.adaptation.learned_ranking import LearnedRanking
from nasport.toolkit.panel.combining import EvaluatorValue
from nasport.toolkit.panel.evaluations import StageEvaluations
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, PROXIES, Evaluation
from nasport.toolkit.rank_correlation import spearman
from nasport.toolkit.spaces import load_space

COUNT, HEARD = 120, 40


@pytest.fixture(scope="module")
def cells() -> list[Architecture]:
    space, rng = load_space("nasbench201"), np.random.default_rng(0)
    return [replace(space.architecture(space.sample(rng)), name=str(place)) for place in range(COUNT)]


@pytest.fixture(scope="module")
def learning(cells: list[Architecture]) -> LearnedRanking:
    return LearnedRanking(cells, open_bundle("universal-without-nasbench201"), 0)


def value_of(architecture: Architecture) -> float:
    """Return the value that the evaluators of this file compute: convolutions are good, poolings are bad."""
    ops = [node.op for node in architecture.cells["cell"].nodes]
    return sum(2.0 * ("conv" in op) - ("pool" in op) for op in ops)


class Evaluator:
    """Returns the value of cells and records which ones were evaluated."""

    def __init__(self) -> None:
        self.asked: set[int] = set()

    def __call__(self, architectures: Sequence[Architecture]) -> Mapping[str, Sequence[EvaluatorValue]]:
        self.asked |= {int(each.name) for each in architectures}
        return {
            GENNAS: [value_of(each) for each in architectures],
            "nwot": [value_of(each) for each in architectures],
        }


def test_evaluated_architectures_improve_the_ranks_of_the_others(
    cells: list[Architecture], learning: LearnedRanking
) -> None:
    evaluator = Evaluator()
    ranking = learning.by_evaluators(list(range(COUNT)), HEARD, evaluator)
    assert len(evaluator.asked) == HEARD
    assert sorted(each.place for each in ranking) == list(range(COUNT))
    unheard = [each for each in ranking if each.place not in evaluator.asked]
    assert {each.stage for each in unheard} == {PREDICTOR}
    truth = np.array([value_of(cells[each.place]) for each in unheard])
    learned = spearman(-np.array([float(each.rank or 0) for each in unheard]), truth)
    before = spearman(np.array([each.evaluators[PREDICTOR].value for each in unheard], float), truth)
    assert learned > before + 0.05, (learned, before)


def test_ranks_reasons_and_ranges(learning: LearnedRanking) -> None:
    evaluator = Evaluator()
    ranking = learning.by_evaluators(list(range(COUNT)), HEARD, evaluator)
    ranks = [each.rank or 0 for each in ranking]
    assert ranks == sorted(ranks)
    for each in ranking:
        assert (each.low or 0) <= (each.rank or 0) <= (each.high or 0)
        assert each.evaluators["learned"].rank == each.rank
        assert (GENNAS in each.evaluators) == (each.place in evaluator.asked)
        assert f"learned {each.rank}" in each.reason


class Stage:
    """Replaces a stage; it fails for some networks."""

    verb, device = "evaluated", "cpu"

    def __init__(self, evaluator: str, broken: set[str]) -> None:
        self.evaluators = (evaluator,)
        self.broken = broken

    def begun(self) -> Any:
        def evaluate(architecture: Architecture) -> Evaluation:
            if architecture.name in self.broken:
                return Evaluation(failed="no network", path=("cells",))
            return Evaluation({self.evaluators[0]: value_of(architecture)})

        return evaluate

    def lost(self, why: str) -> Evaluation:
        return Evaluation(failed=why, unexpected=True)

    def to_json(self) -> dict[str, Any]:
        return {}


def test_architectures_without_a_network_rank_last(
    cells: list[Architecture],
) -> None:
    named = [replace(each, name=f"cell {place}") for place, each in enumerate(cells)]
    bundle = open_bundle("universal-without-nasbench201")
    whole: dict[str, Any] = {PROXIES: Stage("nwot", set()), GENNAS: Stage(GENNAS, set())}
    with StageEvaluations(1) as evaluations:
        heard = {
            each.place
            for each in LearnedRanking(named, bundle, 0).ranked(HEARD, whole, evaluations)
            if each.stage == GENNAS
        }
    some = {f"cell {place}" for place in sorted(heard)[:3]}
    stages: dict[str, Any] = {PROXIES: Stage("nwot", some), GENNAS: Stage(GENNAS, set())}
    with StageEvaluations(1) as evaluations:
        ranking = LearnedRanking(named, bundle, 0).ranked(HEARD, stages, evaluations)
    assert len(ranking) == COUNT
    assert {f"cell {each.place}" for each in ranking[-3:]} == some
    assert all(each.rank is None and "no network" in str(each.problem) for each in ranking[-3:])
    assert sum(each.stage == GENNAS for each in ranking) == HEARD
