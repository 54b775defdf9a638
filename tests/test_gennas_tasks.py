"""Proxy tasks of GenNAS as documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import InputError
from nasport.toolkit.gennas.task import (
    DOTS,
    SIGNALS,
    WAVES,
    Noise,
    Signal,
    Task,
    TaskStage,
    default_loss_weights,
    load_task,
    parse_task,
    task_from_json,
    task_names,
)

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
pytest.importorskip("scipy", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas.signals import sequence_signals, targets  # noqa: E402

EXAMPLE = Path(__file__).parent.parent / "examples" / "my_task.json"
MIDDLE = tuple(0.125 + 0.025 * step for step in range(10))
HIGH = tuple(0.375 + 0.0125 * step for step in range(10))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def kinds(task: Task) -> list[tuple[str, ...]]:
    return [tuple(signal.kind for signal in stage.signals) for stage in task.stages]


def test_tasks_of_record_are_the_published_ones() -> None:
    combo = load_task("combo")
    assert kinds(combo) == [
        ("sin1d", "sin2d", "dot"),
        ("sin1d", "sin2d", "resize"),
        ("sin1d", "dot", "resize"),
    ]
    bands = [[s.frequencies for s in stage.signals if s.frequencies] for stage in combo.stages]
    assert [len(band) for band in bands] == [2, 2, 1]
    for found, wanted in zip(chain(*bands), (HIGH, HIGH, HIGH, MIDDLE, HIGH), strict=True):
        assert found == pytest.approx(wanted)
    assert all(signal.amplitude == 1 for stage in combo.stages for signal in stage.signals)
    assert combo.loss_weights == (0.25, 0.5, 1)
    assert kinds(load_task("single")) == [(), (), ("dot",)]
    assert load_task("single").loss_weights == (0, 0, 1)
    assert load_task("search-N").noise == Noise("uniform", 0.1)
    assert [stage.channels for stage in load_task("search-N").stages] == [64, 48, 16]
    assert [s.per_image for s in load_task("search-N").stages[2].signals] == [False, False, False, True]
    assert [stage.channels for stage in load_task("search-D").stages] == [80, 32, 80]
    assert load_task("search-R").stages[0].signals[1] == Signal("dot", 0.5, (), 0.09375, False)
    recurrent = load_task("nlp-search")
    assert (recurrent.length, recurrent.dimension, recurrent.batch_size) == (8, 48, 16)
    assert kinds(recurrent) == [("sin2d",), ("sin2d", "gdot")]
    assert all(
        len(s.frequencies) == 10
        for n in task_names()
        for st_ in load_task(n).stages
        for s in st_.signals
        if s.kind in WAVES
    )


@pytest.mark.parametrize("name", task_names())
def test_a_task_survives_writing_and_reading(name: str) -> None:
    task = load_task(name)
    assert task.name == name
    assert parse_task(json.dumps(task.to_json())) == task


positive = st.floats(0.01, 900, allow_nan=False)
signals_ = st.lists(st.sampled_from([kind for kind in SIGNALS if kind != "resize"]), unique=True, min_size=1)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    def signal(kind: str) -> Signal:
        return Signal(
            kind,
            1.0 if kind == "zero" else draw(positive),
            tuple(draw(st.lists(st.floats(0, 0.5), min_size=1, max_size=4))) if kind in WAVES else (),
            draw(st.floats(0.5, 1)) if kind in DOTS else 1.0,
            True if kind == "zero" else draw(st.booleans()),
        )

    def stage(**rest: Any) -> TaskStage:
        chosen = draw(signals_)
        return TaskStage(signals=tuple(signal(kind) for kind in SIGNALS if kind in chosen), **rest)

    noise = Noise(draw(st.sampled_from(["uniform", "gaussian"])), draw(st.floats(0, 1)))
    if draw(st.booleans()):
        size = draw(st.integers(1, 9))
        stages = (stage(role="input", channels=size), stage(role="target", channels=size))
        return Task("t", stages, 4, noise, length=8, dimension=size)
    stages = tuple(stage(channels=draw(st.integers(1, 9))) for _ in range(draw(st.integers(1, 4))))
    weights = tuple(draw(st.floats(0.1, 2)) for _ in stages) if draw(st.booleans()) else ()
    return Task("t", stages, 4, noise, weights)


@settings(max_examples=40, deadline=None)
@given(tasks())
def test_any_task_survives_writing_and_can_be_drawn(task: Task) -> None:
    assert parse_task(json.dumps(task.to_json())) == task
    if task.recurrent:
        assert all(part.shape == (8, 4, task.dimension) for part in sequence_signals(task, generator()))
        return
    for stage, target in zip(task.stages, targets(task, torch.randn(2, 3, 32, 32), generator()), strict=True):
        assert target is not None
        assert target.shape == (2, stage.channels, 8, 8)
        assert bool(target.isfinite().all())


def test_the_example_of_the_documentation() -> None:
    task = load_task(EXAMPLE)
    assert task.loss_weights == (0.5, 0, 1)
    text = (EXAMPLE.parent.parent / "docs" / "guides" / "tasks.md").read_text("utf-8")
    assert EXAMPLE.read_text("utf-8").strip() in text


def changed(change: Callable[[dict[str, Any]], Any], name: str | Path = EXAMPLE) -> dict[str, Any]:
    value = load_task(name).to_json()
    change(value)
    return value


@pytest.mark.parametrize(
    ("change", "name", "message"),
    [
        (lambda v: [s.update(signals={}) for s in v["stages"]], EXAMPLE, "stages: no stage has a signal"),
        (
            lambda v: v.update(loss_weights=[1, 1, 1]),
            EXAMPLE,
            r"loss_weights\[1\]: .*without signals, expected 0",
        ),
        (lambda v: v.update(loss_weights=[1]), EXAMPLE, "1 loss weights, expected 3"),
        (lambda v: v.update(loss_weights=[0, 0, 0]), EXAMPLE, "all loss weights are 0"),
        (lambda v: v.update(stages=[]), EXAMPLE, "stages: "),
        (lambda v: v["noise"].update(distribution="pink"), EXAMPLE, "noise.distribution: .*pink"),
        (
            lambda v: v["stages"][0]["signals"]["dot"].update(fraction=1.5),
            EXAMPLE,
            r"stages\[0\].signals.dot.fraction",
        ),
        (lambda v: v["stages"][0]["signals"]["dot"].update(fraction=0.01), EXAMPLE, "less than one"),
        (
            lambda v: v["stages"][2]["signals"]["sin2d"].update(frequencies=[0.6]),
            EXAMPLE,
            r"frequencies\[0\].*0.5",
        ),
        (lambda v: v["stages"][2]["signals"]["sin2d"].pop("frequencies"), EXAMPLE, "frequencies"),
        (lambda v: v["stages"][2]["signals"].update(wave={}), EXAMPLE, "wave"),
        (lambda v: v["stages"][2].update(role="input"), EXAMPLE, r"stages\[2\].role: "),
        (lambda v: v.update(length=8), EXAMPLE, "'length' without 'dimension'"),
        (lambda v: v["stages"][0].pop("role"), "nlp-combo", r"stages\[0\]: missing key 'role'"),
        (
            lambda v: v["stages"][0].update(role="target"),
            "nlp-combo",
            "one with 'input' and one with 'target'",
        ),
        (lambda v: v["stages"][1].update(signals={}), "nlp-combo", r"stages\[1\]: no signal"),
        (lambda v: v["stages"][0]["signals"].update(resize={}), "nlp-combo", "has no images"),
        (lambda v: v.update(output_size=8), "nlp-combo", "'output_size' in a task with 'dimension'"),
        (lambda v: v["stages"][0].update(channels=8), "nlp-combo", r"stages\[0\].channels"),
        (lambda v: v.update(format="nasport-space"), EXAMPLE, "expected 'nasport-task'"),
        (lambda v: v.update(version=2), EXAMPLE, "newer"),
    ],
)
def test_a_mistake_is_reported_with_its_path(change: Any, name: str | Path, message: str) -> None:
    with pytest.raises(InputError, match=message):
        task_from_json(changed(change, name))


def test_a_mistake_is_reported_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(EXAMPLE.read_text("utf-8").replace("0.25", "25"), "utf-8")
    with pytest.raises(InputError, match=r"own.json: line 9: stages\[0\].signals.dot.fraction"):
        load_task(file)


def test_an_unknown_task_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean 'search-N'"):
        load_task("serch-n")
    assert load_task("SEARCH_N") == load_task("search-N")


def test_weights_halve_towards_the_input() -> None:
    dot = TaskStage(signals=(Signal("dot"),))
    assert default_loss_weights((dot, TaskStage(), dot, dot)) == (0.125, 0, 0.5, 1)
