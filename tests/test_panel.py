"""The panel of evaluators: combined ranks, budgets, stages, and recorded evaluations."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nasport.runtime.bundle import Bundle, open_bundle, shipped_names
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.notations import notation
from nasport.toolkit.panel import learned
from nasport.toolkit.panel.choices import PanelChoices, seconds_of
from nasport.toolkit.panel.combining import Weights, agreement, combine, in_deviations, quantiles
from nasport.toolkit.panel.learned import CELLS, CHAIN, RECURRENT, kind_of, task_of, weights_of
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, PROXIES

pytest.importorskip("torch")
from nasport.toolkit.panel.evaluations import StageEvaluations
from nasport.toolkit.panel.planning import stage_counts, stages, training_plan, with_task
from nasport.toolkit.panel.ranking import Panel
from nasport.toolkit.panel.stages import Evaluation

CODES = "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|"
NAMES = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")


def cells(count: int) -> list[Architecture]:
    """Return distinct cells of NAS-Bench-201, named by their numbers."""
    parse = notation("nasbench201").parse
    found = []
    for number in range(count):
        digits = [(number // 5**place) % 5 for place in range(6)]
        found.append(parse(CODES.format(*(NAMES[3 - digit] for digit in digits))))
    return found


@dataclass(frozen=True)
class FixedStage:
    """A stage with known values for each network that counts its evaluations."""

    words: dict[str, float | None]
    name: str
    broken: frozenset[str] = frozenset()
    unexpected: bool = False
    device: str = "cpu"
    verb: ClassVar[str] = "evaluated"

    @property
    def evaluators(self) -> tuple[str, ...]:
        return (self.name,)

    def begun(self) -> Callable[[Architecture], Evaluation]:
        return self._hear

    def _hear(self, architecture: Architecture) -> Evaluation:
        if architecture.name in self.broken:
            return Evaluation(failed="no network", path=("cells",), unexpected=self.unexpected)
        return Evaluation({self.name: self.words[architecture.name]})

    def lost(self, why: str) -> Evaluation:
        return Evaluation(failed=why)

    def to_json(self) -> dict[str, Any]:
        return {}


def named(count: int) -> list[Architecture]:
    return [replace(each, name=str(at)) for at, each in enumerate(cells(count))]


def panel(proxies: Sequence[float], gennas: Sequence[float], counts: tuple[int, int], **more: Any) -> Panel:
    stages = {
        PROXIES: FixedStage({str(at): value for at, value in enumerate(proxies)}, "nwot"),
        GENNAS: FixedStage({str(at): value for at, value in enumerate(gennas)}, GENNAS, **more),
    }
    return Panel("universal", stages, dict(zip((PROXIES, GENNAS), counts, strict=True)))


FLOATS = st.floats(-1e6, 1e6, allow_nan=False)


@given(arrays(np.float64, st.integers(2, 30), elements=FLOATS))
def test_an_evaluator_counts_only_by_its_order(values: np.ndarray) -> None:
    ordered = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    if len(set(values.tolist())) == len(values):
        assert np.allclose(quantiles(values), quantiles(ordered.astype(float) ** 3))


def test_architectures_without_a_value_rank_last() -> None:
    assert np.argmin(quantiles([0.3, None, -5.0])) == 1
    assert quantiles([None, None]).tolist() == [0.0, 0.0]


@given(st.permutations(range(8)))
def test_combined_ranks_do_not_depend_on_the_input_order(order: list[int]) -> None:
    rng = np.random.default_rng(0)
    said = {evaluator: rng.standard_normal(8) for evaluator in (PREDICTOR, GENNAS, "nwot")}
    weights = Weights({PREDICTOR: 1.0, GENNAS: 0.7, "nwot": 0.2}, 2.0)
    before = combine(said, weights)
    after = combine({evaluator: values[order] for evaluator, values in said.items()}, weights)
    assert np.allclose(before.values[order], after.values)
    assert (before.ranks[order] == after.ranks).all()


def test_an_evaluator_that_contradicts_the_predictor_gets_no_weight() -> None:
    first = np.arange(10.0)
    found = combine({PREDICTOR: first, GENNAS: -first}, Weights({PREDICTOR: 1.0, GENNAS: 5.0}, 1.0))
    assert found.shares[GENNAS] == 0
    assert found.ranks.tolist() == list(range(10, 0, -1))
    assert (found.low == found.high).all()


def test_agreement_is_a_rank_correlation() -> None:
    one, other = quantiles([1.0, 2.0, 3.0]), quantiles([10.0, 20.0, 1e9])
    assert agreement(one, other) == pytest.approx(1.0)
    assert agreement(one, -other) == 0.0
    assert agreement(one, np.zeros(3)) == 0.0


def test_the_range_of_ranks_contains_the_rank() -> None:
    rng = np.random.default_rng(2)
    said = {evaluator: rng.standard_normal(20) for evaluator in (PREDICTOR, GENNAS, "nwot")}
    found = combine(said, Weights({PREDICTOR: 1.0, GENNAS: 1.0, "nwot": 1.0}))
    assert (found.low <= found.ranks).all()
    assert (found.ranks <= found.high).all()
    assert (found.low < found.high).any()


def test_deviations_use_known_values_only() -> None:
    known = [float(number) for number in range(101)]
    assert in_deviations(known, [50.0, 75.0, None, 1e9]).tolist() == pytest.approx(
        [0, 0.6745, -4, 4], abs=1e-3
    )


def test_weights_are_learned_for_every_universal_bundle() -> None:
    for bundle in shipped_names():
        for kind in (CELLS, CHAIN):
            for stage in (PREDICTOR, PROXIES, GENNAS):
                weights = weights_of(bundle, kind, stage)
                assert weights.evaluators[PREDICTOR] > 0
                assert min(weights.evaluators.values()) > 0
    assert weights_of("universal", RECURRENT, GENNAS).evaluators == {GENNAS: 1.0}
    assert weights_of("of somebody else", CELLS, GENNAS) == weights_of("universal", CELLS, GENNAS)


def test_every_bundle_has_its_own_task(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for bundle in shipped_names():
        assert not load_task(task_of(bundle)).recurrent
    known = {"tasks": {"universal": "combo", "universal-without-nasbench201": "single"}}
    monkeypatch.setattr(learned, "_learned", lambda: known)
    assert task_of("of somebody else") == "combo"
    without = open_bundle("universal-without-nasbench201")
    adapted = Bundle(
        without.folder, {**without.manifest, "name": "mine", "adapted": {"origin": without.name}}
    )
    for bundle in (without, adapted):
        assert with_task(PanelChoices(seed=3), bundle) == PanelChoices(seed=3, task="single")
    assert with_task(PanelChoices(task="search-N"), without).task == "search-N"


def test_kinds() -> None:
    assert kind_of(cells(1)[0]) == CELLS
    assert kind_of(notation("nasbench_macro").parse("01201201")) == CHAIN


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("1.5h", 5400), ("20", 20), ("2 min", 120)]
)
def test_budgets(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5m", "5 days", "m", "1e3s", "nan"])
def test_invalid_budgets_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected a duration"):
        seconds_of(text)


@given(
    st.integers(1, 500),
    st.floats(0.1, 1e4),
    st.floats(0.01, 10),
    st.floats(0.01, 100),
    st.sampled_from([None, 16]),
)
def test_a_budget_is_not_exceeded(
    count: int, room: float, proxies: float, gennas: float, fewest: int | None
) -> None:
    proxied, trained = stage_counts(count, fewest)(room, proxies, gennas)
    if fewest is not None and trained >= fewest:
        assert proxied == trained
    assert 0 <= trained <= proxied <= count
    assert proxied * proxies + trained * gennas <= room * (1 + 1e-9)
    if room >= count * (proxies + gennas):
        assert trained == count


def test_each_later_stage_evaluates_only_the_best() -> None:
    found = named(8)
    scores = [float(-at) for at in range(8)]
    with StageEvaluations(1) as evaluations:
        ranking = panel(scores, scores, (4, 2)).rank(found, scores, evaluations)
    assert [each.place for each in ranking] == list(range(8))
    assert [each.stage for each in ranking] == [GENNAS] * 2 + [PROXIES] * 2 + [PREDICTOR] * 4
    assert [each.rank for each in ranking] == list(range(1, 9))
    assert ranking[0].evaluators.keys() == {PREDICTOR, "nwot", GENNAS}
    assert ranking[0].reason == "for it: gennas 1, nwot 1, predictor 1"


def test_agreeing_evaluators_outvote_the_predictor() -> None:
    """They agree with the predictor except for one pair."""
    scores = [float(-at) for at in range(12)]
    other = list(scores)
    other[0], other[1] = scores[1], scores[0]
    with StageEvaluations(1) as evaluations:
        ranking = panel(other, other, (12, 12)).rank(named(12), scores, evaluations)
    assert ranking[0].place == 1
    assert "against it: predictor 2" in ranking[0].reason


def test_a_network_that_cannot_be_built_ranks_last() -> None:
    scores = [3.0, 2.0, 1.0]
    evaluators = panel(scores, scores, (3, 3), broken=frozenset({"0"}))
    with StageEvaluations(1) as evaluations:
        ranking = evaluators.rank(named(3), scores, evaluations)
    assert [each.place for each in ranking] == [1, 2, 0]
    assert ranking[-1].rank is None
    assert "no network" in ranking[-1].reason


def test_without_scores_the_other_evaluators_decide() -> None:
    with StageEvaluations(1) as evaluations:
        evaluators = Panel("universal", {GENNAS: FixedStage({"0": 1.0, "1": 2.0}, GENNAS)}, {GENNAS: 2})
        ranking = evaluators.rank(named(2), [None, None], evaluations)
    assert [each.place for each in ranking] == [1, 0]


def test_recorded_evaluations_are_not_repeated(tmp_path: Path) -> None:
    file, scores = tmp_path / "evaluations.jsonl", [3.0, 2.0, 1.0]
    with StageEvaluations(1, file) as evaluations:
        before = panel(scores, scores, (3, 3)).rank(named(3), scores, evaluations)
    lines = file.read_bytes()
    with (tmp_path / "evaluations.jsonl").open("ab") as stream:
        stream.write(b'{"stage": "gennas", "net')  # as after a kill during writing
    with StageEvaluations(1, file) as evaluations:
        after = panel([0.0] * 3, [0.0] * 3, (3, 3)).rank(named(3), scores, evaluations)
    assert before == after
    assert file.read_bytes() == lines


def test_a_wrong_line_is_reported_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "evaluations.jsonl"
    file.write_text(json.dumps({"stage": "gennas"}) + "\n")
    with pytest.raises(InputError, match="line 1: not an evaluation by the panel"):
        StageEvaluations(1, file)


def test_an_unexpected_error_ends_the_ranking_and_is_not_recorded(tmp_path: Path) -> None:
    file = tmp_path / "evaluations.jsonl"
    evaluators = panel([1.0], [1.0], (1, 1), broken=frozenset({"0"}), unexpected=True)
    with (
        pytest.raises(NasportError, match="could not be evaluated"),
        StageEvaluations(1, file) as evaluations,
    ):
        evaluators.rank(named(1), [1.0], evaluations)
    assert "gennas" not in file.read_text()


def test_recurrent_cells_are_evaluated_only_by_gennas() -> None:
    choices = PanelChoices(task="search-N")
    plan = training_plan(PanelChoices(), recurrent=True, precision="float32")
    assert list(stages(PanelChoices(), plan)) == [GENNAS]
    found = stages(choices, training_plan(choices, recurrent=False, precision="float32"), 0.5)
    assert list(found) == [PROXIES, GENNAS]
    settings = found[GENNAS].to_json()["settings"]
    assert (settings["depth"], settings["iterations"]) == (0.5, 30)


def test_ranks_continue_if_scores_are_equal_across_a_cut() -> None:
    equal = [1.0] * 6
    with StageEvaluations(1) as evaluations:
        ranking = panel(equal, equal, (4, 2)).rank(named(6), equal, evaluations)
    assert [each.rank for each in ranking] == [1, 1, 3, 3, 5, 5]


def test_architectures_that_were_not_evaluated_rank_last() -> None:
    with StageEvaluations(1) as evaluations:
        evaluators = Panel("universal", {GENNAS: FixedStage({"0": 1.0, "1": 2.0}, GENNAS)}, {GENNAS: 2})
        ranking = evaluators.rank(named(4), [None] * 4, evaluations)
    assert [(each.place, each.rank) for each in ranking] == [(1, 1), (0, 2), (2, 3), (3, 3)]


def test_a_process_that_died_gives_no_value() -> None:
    choices = PanelChoices(task="search-N")
    found = stages(choices, training_plan(choices, recurrent=False, precision="float32"))
    assert all(stage.lost("killed").unexpected for stage in found.values())
