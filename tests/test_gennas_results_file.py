"""Finished results of `nasport gennas --out` survive any interruption."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nasport.schemas import InputError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.main import app
from tests.documents import hash_of

pytest.importorskip("torch")

from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.gennas.results_file import ResultsFile
from nasport.toolkit.gennas.trainer import Plan
from tests.gennas_runs import (
    CELL,
    OPTIONS,
    TINY,
    cells,
    records,
    run,
    sampled,
    started,
    until_lines,
    without_seconds,
    write,
)


def test_a_killed_run_is_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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
        errors.decode()
        == f"nasport: finished results are in {out}; --resume continues\nnasport: interrupted\n"
    )
    printed = records(output.decode())
    kept = records(out.read_text())[1:]
    assert len(kept) >= 2
    assert [line["hash"] for line in kept][: len(printed)] == [line["hash"] for line in printed]
    assert len(kept) < 200


def test_an_output_file_is_not_read_as_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, cells(2))
    out = tmp_path / "losses.jsonl"
    assert run(tmp_path, out=out) == 0
    assert len(records(capsys.readouterr().out)) == 2
    assert run(tmp_path, out, out=out, resume=True) == 2
    assert f"{out}: is the file of --out, expected another file" in capsys.readouterr().err
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
    assert "an empty path, expected a file or a folder" in found.output


def test_a_second_process_cannot_write_the_same_file(tmp_path: Path) -> None:
    file, out = write(tmp_path, cells(100)), tmp_path / "out.jsonl"
    process = started("gennas", file, *OPTIONS, "--jobs", 1, "--out", out)
    until_lines(out, 2, process)
    with pytest.raises(InputError, match=r"out\.jsonl: is in use by another process"):
        run(file, out=out, resume=True)
    process.kill()
    process.communicate()
    few = write(tmp_path, cells(6), "few.jsonl")
    assert run(few, out=out, resume=True) == 0
    kept = {line["hash"] for line in records(out.read_text())[1:]}
    assert {hash_of(cell) for cell in cells(6)} <= kept


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


def test_results_are_written_immediately(tmp_path: Path) -> None:
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
def test_any_truncated_file_can_be_resumed(tmp_path: Path, left: int) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, PLAN, resume=False) as file:
        file.add(record("a", "1"))
    whole = path.read_bytes()
    path.write_bytes(whole[:left])
    with ResultsFile(path, PLAN, resume=True) as file:
        file.add(record("a", "1"))
    assert path.read_bytes() == whole


def test_a_full_disk_is_reported_with_the_file_name(tmp_path: Path) -> None:
    file = write(tmp_path, cells(40))
    process = started("gennas", file, *OPTIONS, "--jobs", 1, "--out", tmp_path / "out.jsonl", limit=6000)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert errors.decode() == f"nasport: {tmp_path / 'out.jsonl'}: cannot be written: File too large\n"


def test_files_that_cannot_be_resumed_are_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    header = json.dumps({"format": "nasport-gennas-results", "version": 1, **PLAN})
    other = header.replace('"seed": 0', '"seed": 1').replace("combo", "single")
    for content, resume, words in (
        (header + "\n", False, "--resume"),
        (other + "\n", True, '--seed: begun with 1, not 0; --task: begun with "single", not "combo"'),
        ("my diary, without an end of line", True, "not a file of results"),
        ("[1, 2]\n", True, "not a file of results"),
        (header + '\n{"name": 1}\n', True, "line 2: not a result"),
        (header + "\nnonsense\n{}", True, "line 2: not a result"),
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


def test_the_plan_contains_the_resolved_precision() -> None:
    plan: Plan = plan_of(replace(TINY, precision="auto"))
    assert plan.to_json()["settings"]["precision"] in ("float32", "bfloat16")
    assert plan_of(TINY).to_json() == plan_of(TINY).to_json()
    assert (
        plan_of(TINY).to_json()["images_sha256"] != plan_of(replace(TINY, seed=1)).to_json()["images_sha256"]
    )
