"""`nasport gennas`: losses of any documents, and errors of single documents."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasport.runtime.installation import pip_install
from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.toolkit.main import app
from nasport.toolkit.notations import notation
from nasport.toolkit.printing.loss_table import LossRow, loss_table
from nasport.toolkit.spaces import space_names
from tests.documents import hash_of, node, shuffled

torch = pytest.importorskip("torch")

from nasport.toolkit.gennas import planning  # noqa: E402
from nasport.toolkit.gennas.planning import plan_of  # noqa: E402
from nasport.toolkit.gennas.trainer import Outcome, Trainer, network_key  # noqa: E402
from tests.gennas_runs import (  # noqa: E402
    CELL,
    KEYS,
    OTHER_CELL,
    ROOT,
    RUNAWAY,
    TINY,
    UNKNOWN,
    cells,
    records,
    run,
    sampled,
    started,
    without_seconds,
    write,
)


def test_every_family_gets_a_loss() -> None:
    narrow, wide = Trainer(plan_of(replace(TINY, width=0.1))), Trainer(plan_of(replace(TINY, width=0.5)))
    failed = {}
    for space in space_names():
        grouped = space.startswith(("nds_resnext", "fbnet"))
        outcome = (wide if grouped else narrow)(sampled(space))
        if outcome.failed or not outcome.loss or not outcome.seconds:
            failed[space] = outcome
    assert not failed


def test_lines_have_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CELL, OTHER_CELL, source_format="nasbench201") == 0
    output = capsys.readouterr()
    first, second = records(output.out)
    assert output.err == ""
    assert list(first) == list(second) == [*KEYS, "file", "line"]
    assert (first["name"], first["failed"]) == (CELL, None)
    assert first["hash"] == hash_of(notation("nasbench201").parse(CELL))
    assert 0 < first["loss"] != second["loss"] > 0
    assert first["seconds"] > 0


def test_the_table_has_the_best_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, cells(3))
    run(file)
    found = sorted((line["loss"], line["name"], line["fit"]) for line in records(capsys.readouterr().out))
    assert run(file, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["rank", "loss", "fit", "seconds", "name"]
    cells_of = [line.split(maxsplit=4) for line in lines[1:]]
    assert [(line[0], line[1], line[2], line[4]) for line in cells_of] == [
        (str(rank), f"{loss:.6f}", f"{fit:.4f}", name) for rank, (loss, name, fit) in enumerate(found, 1)
    ]


def test_failures_are_footnotes_and_equal_results_share_a_rank() -> None:
    rows = [
        LossRow("bad\x1b", 1000.0, 0.0, 1.0, "diverged"),
        LossRow("b", 0.5, 0.7, 1.0),
        LossRow("a", 0.5, 0.7, 1.0),
    ]
    lines = loss_table(rows).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["1", "1", "3"]
    assert [line.split()[4] for line in lines[1:3]] == ["a", "b"]
    assert lines[3].endswith("[1]")
    assert lines[-1] == "  [1] diverged"
    assert "\x1b" not in "".join(lines)


def test_divergence_is_not_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, [sampled("nasbench_nlp", RUNAWAY).to_json()])) == 0
    (line,) = records(capsys.readouterr().out)
    assert (line["loss"], line["fit"]) == (1000.0, 0.0)
    assert "diverged" in line["failed"]


# Errors


def test_wrong_documents_among_good_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = cells(2)
    no_stages = {key: value for key, value in good[0].items() if key != "skeleton"} | {"name": "bare"}
    unknown = json.loads(json.dumps(good[0])) | {"name": "unknown"}
    unknown["operators"] = {"wavelet": {"text": "a wavelet transform"}}
    unknown["cells"]["cell"]["nodes"][1]["op"] = "wavelet"
    file = write(tmp_path, [good[0], "{broken", no_stages, unknown, good[1]])
    out = tmp_path / "results.jsonl"
    assert run(file, out=out) == 2
    output = capsys.readouterr()
    lines = records(output.out)
    assert [line["loss"] is None for line in lines] == [False, True, True, True, False]
    assert [line["name"] for line in lines[2:4]] == ["bare", "unknown"]
    messages = output.err.splitlines()
    assert [message.split(": ")[:3] for message in messages] == [
        ["nasport", str(file), f"line {line}"] for line in (2, 3, 4)
    ]
    assert "cells.cell.nodes[1].op" in messages[2]
    assert [f"nasport: {line['failed']}" for line in lines[1:4]] == messages
    before = out.read_bytes()
    assert run(file, out=out, resume=True) == 2
    assert out.read_bytes() == before
    assert without_seconds(capsys.readouterr().out) == without_seconds(output.out)


def test_a_network_too_large_for_the_memory_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is bounded on Linux alone")
    huge = json.loads(json.dumps(cells(1)[0])) | {"name": "huge"}
    for stage in (*huge["skeleton"]["stem"], *huge["skeleton"]["stages"]):
        stage["width"] = 1_000_000
    assert run(write(tmp_path, [huge, *cells(1)]), choices=replace(TINY, width=1.0)) == 2
    output = capsys.readouterr()
    assert [line["loss"] is None for line in records(output.out)] == [True, False]
    assert "line 1: the network needs more memory than is free" in output.err


def test_a_task_of_the_other_family_is_an_error_of_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, [*cells(1), sampled("nasbench_nlp").to_json()])
    for task, good in (("single", [True, False]), ("nlp-single", [False, True])):
        assert run(file, choices=replace(TINY, task=task)) == 2
        output = capsys.readouterr()
        assert [line["loss"] is not None for line in records(output.out)] == good
        assert len(output.err.splitlines()) == 1


def test_networks_without_a_matching_task_level_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A network with a single resolution whose stage has no signal, and a network that reduces the image to one pixel."""
    flat = {"format": "nasport-architecture", "version": 1, "name": "flat", "cells": {}}
    skeleton = {"input": {"channels": 3, "height": 32, "width": 32}}
    documents = [
        {**flat, "skeleton": {**skeleton, "stages": stages}}
        for stages in ([{"op": "conv_3x3"}], [{"op": "conv_3x3", "stride": 2}] * 5)
    ]
    stages: list[Any] = [{"signals": {"dot": {"fraction": 1}}}, {"signals": {}}]
    task = {"format": "nasport-task", "version": 1, "name": "early", "stages": [{"signals": {}}, *stages]}
    early = write(tmp_path, [task], "early.json")
    assert run(write(tmp_path, [documents[0], *cells(1)]), choices=replace(TINY, task=str(early))) == 2
    output = capsys.readouterr()
    assert [line["loss"] is None for line in records(output.out)] == [True, False]
    assert "line 1: skeleton.stages: the task has no signal" in output.err
    nodes = [node("in", "input"), node("pool", "global_avg_pool", "in"), node("conv", "conv_1x1", "pool")]
    nodes += [node("up", "upsample_nearest", "conv", attributes={"stride": 32}), node("out", "output", "up")]
    inside = {**flat, "cells": {"cell": {"nodes": nodes}}}
    inside["skeleton"] = {**skeleton, "stages": [{"cell": "cell", "width": 8}]}
    assert run(write(tmp_path, [documents[1], *cells(1), inside]), choices=replace(TINY, batch_size=1)) == 2
    output = capsys.readouterr()
    assert [line["loss"] is None for line in records(output.out)] == [True, False, True]
    assert output.err.count("expected a larger batch") == 2


def test_a_failure_of_one_document_is_reported_and_the_others_are_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def regress(architecture: Architecture, *_: object) -> Outcome:
        if architecture.name.endswith("0"):
            raise ZeroDivisionError("a mistake of ours")
        return Outcome(0.5, 1.0, fit=0.5)

    monkeypatch.setattr("nasport.toolkit.gennas.trainer.regress", regress)
    assert run(write(tmp_path, cells(2))) == 1
    output = capsys.readouterr()
    assert [line["loss"] for line in records(output.out)] == [None, 0.5]
    assert "line 1: unexpected ZeroDivisionError: a mistake of ours" in output.err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"preset": "lihgt"}, "did you mean 'light'"),
        ({"task": "nothing"}, "no such task"),
        ({"width": 0.0}, "a factor above 0"),
        ({"width": float("nan")}, "a factor above 0"),
        ({"width": 1e300}, "at most 1,000"),
        ({"batch_size": 10**8}, "expected 1 to 65,536"),
        ({"seed": 2**64}, "a seed of"),
        ({"precision": "float16"}, "expected one of auto"),
        ({"device": "tpu"}, "expected one of cpu, cuda"),
        ({"images": Path("nowhere.npz")}, "nowhere.npz"),
        (
            {"images": Path("nowhere.npz"), "task": "nlp-single"},
            "nowhere.npz: images for a task for recurrent",
        ),
        ({"images": Path(__file__)}, "not a source of images"),
        ({"images": ROOT / "examples" / "my_task.json"}, "not a source of images"),
    ],
)
def test_inconsistent_options_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(CELL, source_format="nasbench201", choices=replace(TINY, **changes))


def test_an_invalid_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    with pytest.raises(InputError, match=r"cat\.png"):
        run(CELL, source_format="nasbench201", choices=replace(TINY, images=tmp_path / "cat.png"))


def test_cuda_without_a_gpu_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(InputError, match="--device cpu"):
        run(CELL, source_format="nasbench201", choices=replace(TINY, device="cuda"))


def test_cuda_on_other_machines_needs_no_local_gpu() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    plan = plan_of(replace(TINY, device="cuda", precision="auto"), elsewhere=True)
    assert (plan.device, plan.settings.precision) == ("cuda", "bfloat16")


def test_cuda_that_fails_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(device: torch.device) -> str:
        raise RuntimeError("no kernel image")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(planning, "faster_precision", broken)
    with pytest.raises(InputError, match=r"\(no kernel image\), expected --device cpu"):
        plan_of(replace(TINY, device="cuda", precision="auto"))


def test_without_torch_the_message_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('not installed', name='torch')", "utf-8")
    process = started("gennas", UNKNOWN, PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    _, errors = process.communicate()
    assert process.returncode == 2
    assert errors.decode() == (
        f"nasport: torch is missing, expected it to build and train networks: {pip_install('gennas')}\n"
    )


def test_show_draws_architectures_or_a_task(capsys: pytest.CaptureFixture[str]) -> None:
    app(["show", "--task", "single"], standalone_mode=False)
    assert capsys.readouterr().out.startswith("task single")
    for arguments in (["show"], ["show", str(UNKNOWN), "--task", "single"]):
        with pytest.raises(InputError, match=r"both sources and --task|nothing to draw"):
            app(arguments, standalone_mode=False)


# Equal networks


def test_the_same_network_is_trained_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []

    def train(self: Trainer, architecture: Architecture) -> Outcome:
        trained.append(architecture.name)
        return Outcome(len(trained) / 8, 1.0, fit=0.5)

    monkeypatch.setattr(Trainer, "__call__", train)
    first, other = cells(2)
    labeled = {**first, "name": "again", "labels": [{"dataset": "d", "metric": "m", "value": 1}]}
    reordered = json.loads(json.dumps(first)) | {"name": "reordered"}
    reordered["cells"]["cell"]["nodes"] = shuffled(reordered["cells"]["cell"]["nodes"], 1)
    assert run(write(tmp_path, [first, other, labeled, reordered, first])) == 0
    lines = records(capsys.readouterr().out)
    assert trained == ["nasbench201 0", "nasbench201 1", "reordered"]
    assert [line["loss"] for line in lines] == [1 / 8, 2 / 8, 1 / 8, 3 / 8, 1 / 8]
    assert lines[0]["hash"] == lines[2]["hash"] == lines[3]["hash"]
    keys = [network_key(architecture_from_json(each)) for each in (first, labeled, reordered)]
    assert keys[0] == keys[1] != keys[2]
