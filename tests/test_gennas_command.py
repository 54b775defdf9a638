"""`nasport gennas`: any document in, losses out; what goes wrong with one of them, and what survives a kill."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.toolkit.commands.gennas import run_gennas
from nasport.toolkit.commands.loss_table import Row, loss_table
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.main import app
from nasport.toolkit.notations import notation
from nasport.toolkit.spaces import load_space, space_names
from tests.documents import hash_of, shuffled

torch = pytest.importorskip("torch")

from nasport.toolkit.gennas.planning import plan_of  # noqa: E402
from nasport.toolkit.gennas.pool import Pool, regress_all  # noqa: E402
from nasport.toolkit.gennas.results_file import ResultsFile  # noqa: E402
from nasport.toolkit.gennas.trainer import Outcome, Plan, Trainer, network_key  # noqa: E402

ROOT = Path(__file__).parent.parent
UNKNOWN = ROOT / "examples" / "unknown_operator_cell.json"
CELL = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
OTHER_CELL = "|nor_conv_1x1~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
RUNAWAY = 1  # seed of a recurrent cell that multiplies its states with each other until they overflow
KEYS = ["name", "hash", "loss", "fit", "seconds", "failed"]
TINY = Choices(preset="light", iterations=2, batch_size=2, width=0.25, precision="float32")
OPTIONS = (
    *("--preset", "light", "--iterations", 2, "--batch-size", 2, "--width", 0.25, "--precision", "float32"),
    "--json",
)


def sampled(space: str, seed: int = 0) -> Architecture:
    chosen = load_space(space)
    found = chosen.architecture(chosen.sample(np.random.default_rng(seed)))
    return replace(found, name=f"{space} {seed}")


def cells(count: int) -> list[dict[str, Any]]:
    return [sampled("nasbench201", seed).to_json() for seed in range(count)]


def write(folder: Path, documents: list[Any], name: str = "documents.jsonl") -> Path:
    file = folder / name
    lines = (text if isinstance(text, str) else json.dumps(text) for text in documents)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


def run(
    *sources: object,
    choices: Choices = TINY,
    source_format: str | None = None,
    as_json: bool = True,
    out: Path | None = None,
    resume: bool = False,
) -> int:
    """The command in this process, one document after another."""
    return run_gennas(
        [str(source) for source in sources],
        source_format,
        choices,
        jobs=1,
        as_json=as_json,
        out=out,
        resume=resume,
    )


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def started(*arguments: object, limit: int | None = None, **environment: str) -> subprocess.Popen[bytes]:
    """The command as a process of its own.

    Args:
        limit: bytes that a file may have.
    """

    def prepare() -> None:
        _heed_interrupts()
        if limit is not None:
            import resource

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-c", "from nasport.toolkit.main import run; run()", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        cwd=ROOT,
        preexec_fn=prepare,
    )


def _heed_interrupts() -> None:
    """A shell's background job, which these tests may run in, ignores them, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until_lines(file: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a file of results has so many lines."""
    deadline = time.monotonic() + 300
    while not file.exists() or file.read_bytes().count(b"\n") < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def without_seconds(text: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in line.items() if key != "seconds"} for line in records(text)]


# What comes out


def test_every_family_gets_a_loss() -> None:
    narrow, wide = Trainer(plan_of(replace(TINY, width=0.1))), Trainer(plan_of(replace(TINY, width=0.5)))
    failed = {}
    for space in space_names():
        outcome = (wide if space.startswith("nds_resnext") else narrow)(sampled(space))
        if outcome.failed or not outcome.loss or not outcome.seconds:
            failed[space] = outcome
    assert not failed


def test_lines_have_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CELL, OTHER_CELL, source_format="nasbench201") == 0
    output = capsys.readouterr()
    first, second = records(output.out)
    assert output.err == ""
    assert list(first) == list(second) == KEYS
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
    rows = [Row("bad\x1b", 1000.0, 0.0, 1.0, "diverged"), Row("b", 0.5, 0.7, 1.0), Row("a", 0.5, 0.7, 1.0)]
    lines = loss_table(rows).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["1", "1", "3"]
    assert [line.split()[4] for line in lines[1:3]] == ["a", "b"]
    assert lines[3].endswith("[1]")
    assert lines[-1] == "  [1] diverged"
    assert "\x1b" not in "".join(lines)


def test_what_diverges_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, [sampled("nasbench_nlp", RUNAWAY).to_json()])) == 0
    (line,) = records(capsys.readouterr().out)
    assert (line["loss"], line["fit"]) == (1000.0, 0.0)
    assert "diverged" in line["failed"]


# What goes wrong


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
    assert "line 1: the network needs more memory than there is" in output.err


def test_a_task_of_the_other_family_is_the_documents_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, [*cells(1), sampled("nasbench_nlp").to_json()])
    for task, good in (("single", [True, False]), ("nlp-single", [False, True])):
        assert run(file, choices=replace(TINY, task=task)) == 2
        output = capsys.readouterr()
        assert [line["loss"] is not None for line in records(output.out)] == good
        assert len(output.err.splitlines()) == 1


def test_networks_that_a_task_has_nothing_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One resolution alone, whose stage has no signal; a single pixel of a single image."""
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
    assert run(write(tmp_path, [documents[1], *cells(1)]), choices=replace(TINY, batch_size=1)) == 2
    output = capsys.readouterr()
    assert [line["loss"] is None for line in records(output.out)] == [True, False]
    assert "expected a larger batch" in output.err


def test_an_accident_with_one_document_is_told_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def images(self: Trainer, architecture: Architecture) -> Outcome:
        if architecture.name.endswith("0"):
            raise ZeroDivisionError("a mistake of ours")
        return Outcome(0.5, 1.0, fit=0.5)

    monkeypatch.setattr(Trainer, "_images", images)
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
        ({"images": Path(__file__)}, "no source of images"),
        ({"images": ROOT / "examples" / "my_task.json"}, "no source of images"),
    ],
)
def test_options_that_make_no_sense(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(CELL, source_format="nasbench201", choices=replace(TINY, **changes))


def test_a_picture_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    with pytest.raises(InputError, match=r"cat\.png"):
        run(CELL, source_format="nasbench201", choices=replace(TINY, images=tmp_path / "cat.png"))


def test_cuda_where_there_is_none() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(InputError, match="--device cpu"):
        run(CELL, source_format="nasbench201", choices=replace(TINY, device="cuda"))


def test_without_torch_the_message_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('not installed', name='torch')", "utf-8")
    process = started("gennas", UNKNOWN, PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    _, errors = process.communicate()
    assert process.returncode == 2
    assert errors.decode() == (
        "nasport: torch is not installed, which signals and networks need: pip install 'nasport[gennas]'\n"
    )


def test_show_draws_architectures_or_a_task(capsys: pytest.CaptureFixture[str]) -> None:
    app(["show", "--task", "single"], standalone_mode=False)
    assert capsys.readouterr().out.startswith("task single")
    for arguments in (["show"], ["show", str(UNKNOWN), "--task", "single"]):
        with pytest.raises(InputError, match="one of them"):
            app(arguments, standalone_mode=False)


# Networks that are the same


def test_the_same_network_is_trained_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []

    def train(self: Trainer, architecture: Architecture) -> Outcome:
        trained.append(architecture.name)
        return Outcome(len(trained) / 8, 1.0, fit=0.5)

    monkeypatch.setattr(Trainer, "__call__", train)
    first, other = cells(2)
    labelled = {**first, "name": "again", "labels": [{"dataset": "d", "metric": "m", "value": 1}]}
    reordered = json.loads(json.dumps(first)) | {"name": "reordered"}
    reordered["cells"]["cell"]["nodes"] = shuffled(reordered["cells"]["cell"]["nodes"], 1)
    assert run(write(tmp_path, [first, other, labelled, reordered, first])) == 0
    lines = records(capsys.readouterr().out)
    assert trained == ["nasbench201 0", "nasbench201 1", "reordered"]
    assert [line["loss"] for line in lines] == [1 / 8, 2 / 8, 1 / 8, 3 / 8, 1 / 8]
    assert lines[0]["hash"] == lines[2]["hash"] == lines[3]["hash"]
    keys = [network_key(architecture_from_json(each)) for each in (first, labelled, reordered)]
    assert keys[0] == keys[1] != keys[2]


# Side by side


class Deadly(Architecture):
    """Kills the process that unpacks it."""

    def __reduce__(self) -> Any:
        return os._exit, (3,)


def test_side_by_side_gives_the_same_losses_and_survives_a_death() -> None:
    networks = [
        sampled("nasbench201"),
        sampled("nasbench201", 1),
        sampled("nasbench_nlp"),
        sampled("nasbench201", 2),
    ]
    plan = plan_of(TINY)
    expected = [outcome.loss for _, outcome in regress_all(networks, plan, jobs=1)]
    deadly = Deadly(**vars(networks[0]))
    with Pool(2) as pool:
        found = dict(pool.regress([*networks[:3], deadly, *networks[3:]], plan))
        assert found.pop(3) == Outcome(None, None, "the process that trained it died (exit status 3)")
        assert [outcome.loss for _, outcome in sorted(found.items())] == expected
        processes = multiprocessing.active_children()
        ((_, other),) = pool.regress(networks[:1], replace(plan, seed=1))
        assert other.loss not in (None, expected[0])
        assert not processes or multiprocessing.active_children() == processes
    assert not multiprocessing.active_children()


def test_several_deaths_at_once_are_all_told() -> None:
    good = [sampled("nasbench201", seed) for seed in range(2)]
    deadly = Deadly(**vars(good[0]))
    found = dict(regress_all([deadly, deadly, good[0], deadly, good[1]], plan_of(TINY), jobs=2))
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert {place for place, outcome in found.items() if outcome.loss is None} == {0, 1, 3}
    assert all("exit status 3" in found[place].failed for place in (0, 1, 3))


def test_documents_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def endless() -> Any:
        network = sampled("nasbench201")
        for number in range(1_000_000):
            taken.append(number)
            yield network

    with closing(regress_all(endless(), plan_of(TINY), jobs=1)) as outcomes:
        for _ in range(3):
            next(outcomes)
    assert len(taken) <= 4


# What is finished is kept


def test_a_killed_run_is_taken_up_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, [*cells(6), sampled("nasbench_nlp").to_json(), "{broken"])
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    assert run(file, out=whole) == 2
    everything = capsys.readouterr()
    process = started("gennas", file, *OPTIONS, "--jobs", 1, "--out", cut)
    until_lines(cut, 4, process)
    process.kill()
    process.communicate()
    kept = cut.read_bytes()
    assert kept.count(b"\n") < whole.read_bytes().count(b"\n")
    with cut.open("ab") as stream:
        stream.write(b'{"name": "torn", "ha')
    assert run(file, out=cut, resume=True) == 2
    assert cut.read_bytes().startswith(kept)
    assert without_seconds(cut.read_text()) == without_seconds(whole.read_text())
    again = capsys.readouterr()
    assert without_seconds(again.out) == without_seconds(everything.out)
    assert again.err == everything.err


def test_an_interrupted_run_stops_at_once_and_keeps_what_is_finished(tmp_path: Path) -> None:
    file, out = write(tmp_path, cells(200)), tmp_path / "out.jsonl"
    process = started("gennas", file, *OPTIONS, "--jobs", 2, "--out", out)
    until_lines(out, 3, process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (
        errors.decode() == f"nasport: what is finished is in {out}; --resume goes on\nnasport: interrupted\n"
    )
    printed = records(output.decode())
    kept = records(out.read_text())[1:]
    assert len(kept) >= 2
    assert [line["hash"] for line in kept][: len(printed)] == [line["hash"] for line in printed]
    assert len(kept) < 200


def test_what_is_written_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cells(2))
    out = tmp_path / "losses.jsonl"
    assert run(tmp_path, out=out) == 0
    assert len(records(capsys.readouterr().out)) == 2
    assert run(tmp_path, out, out=out, resume=True) == 2
    assert f"{out}: is what --out writes, expected another file" in capsys.readouterr().err
    assert len(records(out.read_text())) == 4


def test_an_empty_name_is_not_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, cells(1))
    monkeypatch.chdir(tmp_path)
    assert run("") == 2
    assert "an empty name, expected a file, a folder or '-'" in capsys.readouterr().err
    assert run("", source_format="nasbench201") == 2
    assert "an empty text, expected a notation" in capsys.readouterr().err
    found = CliRunner().invoke(app, ["gennas", "documents.jsonl", "--images", ""])
    assert found.exit_code == 2
    assert "an empty name, expected a file or a folder" in found.output


def test_two_processes_do_not_write_one_file(tmp_path: Path) -> None:
    file, out = write(tmp_path, cells(100)), tmp_path / "out.jsonl"
    process = started("gennas", file, *OPTIONS, "--jobs", 1, "--out", out)
    until_lines(out, 2, process)
    with pytest.raises(InputError, match=r"out\.jsonl: another process is at work here"):
        run(file, out=out, resume=True)
    process.kill()
    process.communicate()
    few = write(tmp_path, cells(6), "few.jsonl")
    assert run(few, out=out, resume=True) == 0
    kept = {line["hash"] for line in records(out.read_text())[1:]}
    assert {hash_of(cell) for cell in cells(6)} <= kept


def test_a_script_without_a_main_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from nasport.toolkit.gennas.choices import Choices\n"
        "from nasport.toolkit.gennas.planning import plan_of\n"
        "from nasport.toolkit.gennas.pool import regress_all\n"
        "from nasport.toolkit.notations import notation\n"
        f"cells = [notation('nasbench201').parse(text) for text in ({CELL!r}, {OTHER_CELL!r})]\n"
        "plan = plan_of(Choices(preset='light', iterations=1, batch_size=2, width=0.25))\n"
        "print(list(regress_all(cells, plan, jobs=2)))\n"
    )
    found = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert found.returncode == 1
    assert "NasportError: a process to train in ended at its start" in found.stderr
    assert not found.stdout


PLAN: dict[str, Any] = {"seed": 0, "task": {"name": "combo", "batch_size": 16}}


def record(
    name: str, network: str | None, loss: float | None = 0.5, failed: str | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "hash": "0" * 32,
        "loss": loss,
        "fit": None if loss is None else 0.25,
        "seconds": 1.0,
        "failed": failed,
        "network": network,
    }


def test_results_are_on_disk_as_soon_as_they_are_added(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, PLAN, resume=True) as file:
        file.add(record("a", "1"))
        file.add(record("a", "1", loss=0.7))
        file.add(record("b", "1"))
        file.add(record("c", "2", None, "no module"))
        header, *lines = records(path.read_text())
    assert header == {"format": "nasport-gennas-results", "version": 1, **PLAN}
    assert lines == [record("a", "1"), record("b", "1"), record("c", "2", None, "no module")]
    with ResultsFile(path, PLAN, resume=True) as file:
        assert file.known == {"1": record("a", "1")}
        file.add(record("c", "2", None, "no module"))
        file.add(record("c", "2", 0.25))
    assert len(path.read_text().splitlines()) == 5


@pytest.mark.parametrize("left", range(0, 230, 7))
def test_whatever_a_kill_leaves_can_be_taken_up(tmp_path: Path, left: int) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, PLAN, resume=False) as file:
        file.add(record("a", "1"))
    whole = path.read_bytes()
    path.write_bytes(whole[:left])
    with ResultsFile(path, PLAN, resume=True) as file:
        file.add(record("a", "1"))
    assert path.read_bytes() == whole


def test_a_full_disk_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, cells(40))
    process = started("gennas", file, *OPTIONS, "--jobs", 1, "--out", tmp_path / "out.jsonl", limit=6000)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert errors.decode() == f"nasport: {tmp_path / 'out.jsonl'}: cannot be written: File too large\n"


def test_files_that_cannot_be_taken_up_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    header = json.dumps({"format": "nasport-gennas-results", "version": 1, **PLAN})
    other = header.replace('"seed": 0', '"seed": 1').replace("combo", "single")
    for content, resume, words in (
        (header + "\n", False, "--resume"),
        (other + "\n", True, 'seed is 1 there and 0 here; task.name is "single" there and "combo" here'),
        ("my diary, without an end of line", True, "no file of results"),
        ("[1, 2]\n", True, "no file of results"),
        (header + '\n{"name": 1}\n', True, "line 2: no result"),
        (header + "\nnonsense\n{}", True, "line 2: no result"),
    ):
        path.write_text(content, "utf-8")
        with pytest.raises(InputError) as error:
            ResultsFile(path, PLAN, resume=resume)
        assert words in str(error.value)
        assert str(path) in str(error.value)
        assert path.read_text("utf-8") == content


def test_resuming_needs_a_file_and_the_same_settings(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--out"):
        run(CELL, source_format="nasbench201", resume=True)
    out = tmp_path / "out.jsonl"
    assert run(CELL, source_format="nasbench201", out=out) == 0
    changed: list[Choices] = [
        replace(TINY, seed=1),
        replace(TINY, task="single"),
        replace(TINY, batch_size=3),
    ]
    for choices in changed:
        with pytest.raises(InputError, match="other settings"):
            run(CELL, source_format="nasbench201", choices=choices, out=out, resume=True)
    with pytest.raises(InputError, match="--resume"):
        run(CELL, source_format="nasbench201", out=out)


def test_the_header_says_which_precision_was_meant() -> None:
    plan: Plan = plan_of(replace(TINY, precision="auto"))
    assert plan.to_json()["settings"]["precision"] in ("float32", "bfloat16")
    assert plan_of(TINY).to_json() == plan_of(TINY).to_json()
    assert (
        plan_of(TINY).to_json()["images_sha256"] != plan_of(replace(TINY, seed=1)).to_json()["images_sha256"]
    )
