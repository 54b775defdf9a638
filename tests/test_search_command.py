"""`nasport search`: output, files, and messages for errors."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas import architecture_from_json
from nasport.toolkit.notations import notation
from nasport.toolkit.search.folder import EVALUATED, REPORT
from nasport.toolkit.search.limits import parse_limit
from tests.commands import ROOT, nasport_text
from tests.toy_search import content, lines

MY_SPACE = ROOT / "examples" / "my_space.json"
COMMAND = [sys.executable, "-c", "from nasport.toolkit.main import run; run()", "search"]
KEYS = {
    "rank",
    "name",
    "hash",
    "score",
    "loss",
    "fit",
    "score_rank",
    "loss_rank",
    "parameters",
    "flops",
    "reachable_parameters",
    "distance",
    "latency",
    "failed",
    "on_front",
    "notation",
    "genes",
    "document",
}


def nasport_search(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return nasport_text("search", *arguments, cwd=cwd)


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_space_by_name_ends_in_a_table_and_a_report(tmp_path: Path) -> None:
    for number in (1, 2):
        result = nasport_search("--space", "nasbench201", "--evaluations", 100, cwd=tmp_path)
        assert result.returncode == 0
        header, *rows = result.stdout.splitlines()
        assert header.split() == ["rank", "score", "parameters", "FLOPs", "architecture"]
        assert [row.split()[0] for row in rows] == [str(rank) for rank in range(1, 11)]
        notation("nasbench201").parse(rows[0].split()[-1])
        folder = Path("nasport-runs") / f"nasbench201-{number}"
        assert f"the report is {folder / 'report.html'}" in result.stderr
        assert f"nasport convert --to torch {folder / 'winners' / '01.json'}" in result.stderr
        names = {path.name for path in (tmp_path / folder).iterdir()}
        assert names == {
            "settings.json",
            "space.json",
            "evaluated.jsonl",
            "winners.jsonl",
            "winners",
            "report.html",
        }
    one, other = (content(tmp_path / "nasport-runs" / f"nasbench201-{number}") for number in (1, 2))
    assert one == other


def test_json_lines_are_the_winners(tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = nasport_search(
        "--space", "nasbench201", "--evaluations", 100, "--seed", 7, "--winners", 3, "--json", "--out", out
    )
    assert result.returncode == 0
    assert result.stdout == (out / "winners.jsonl").read_text("utf-8")
    found = records(result.stdout)
    assert [record["rank"] for record in found] == [1, 2, 3]
    for record in found:
        assert set(record) == KEYS
        architecture = architecture_from_json(record["document"])
        assert notation("nasbench201").write(architecture) == record["notation"]
    assert found[0]["document"] == json.loads((out / "winners" / "01.json").read_text("utf-8"))
    settings = json.loads((out / "settings.json").read_text("utf-8"))
    assert (settings["format"], settings["seed"], settings["evaluations"]) == ("nasport-search", 7, 100)


def test_a_custom_space_with_an_unknown_operator(tmp_path: Path) -> None:
    result = nasport_search("--space", MY_SPACE, "--out", tmp_path / "run", "--json")
    assert result.returncode == 0, result.stderr
    assert "not trained on the operator 'Channel mixing in the wavelet domain'" in result.stderr
    found = records(result.stdout)
    assert found[0]["notation"] is None
    assert found[0]["name"].startswith("my_space-")
    # There are 288 members, fewer than the evaluations, so all are evaluated.
    log = records((tmp_path / "run" / EVALUATED).read_text("utf-8"))
    assert len(log) == 288
    assert found[0]["score"] == max(record["score"] for record in log)


def test_limits_and_a_pareto_front(tmp_path: Path) -> None:
    arguments = [
        "--space",
        "nasbench201",
        "--max",
        "parameters=1M",
        "--min",
        "flops=10M",
        "--evaluations",
        200,
    ]
    result = nasport_search(*arguments, "--pareto", "parameters", "--json", "--out", tmp_path / "run")
    assert result.returncode == 0, result.stderr
    front = records(result.stdout)
    assert all(record["on_front"] for record in front)
    assert all(record["parameters"] <= 1e6 and record["flops"] >= 1e7 for record in front)
    # Sorted by score, and so also by parameters, because no member of a front dominates another.
    pairs = [(record["score"], record["parameters"]) for record in front]
    assert pairs == sorted(pairs, reverse=True)


def test_candidates_in_a_notation_or_as_documents(tmp_path: Path) -> None:
    form = notation("nasbench201")
    texts = [
        f"|{one}~0|+|nor_conv_3x3~0|{two}~1|+|skip_connect~0|none~1|{one}~2|"
        for one in ("nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
        for two in ("none", "nor_conv_3x3")
    ]
    (tmp_path / "cells.txt").write_text("\n".join(texts) + "\n")
    documents = [json.dumps(form.parse(text).to_json()) for text in texts]
    (tmp_path / "cells.jsonl").write_text("\n".join(documents) + "\n")
    found = []
    for arguments in (
        ["--candidates", "cells.txt", "--space", "nasbench201"],
        ["--candidates", "cells.txt", "--from", "nasbench201"],
        ["--candidates", "cells.jsonl"],
    ):
        result = nasport_search(*arguments, "--json", cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert "6 evaluations" in result.stderr
        found.append([(record["notation"], record["score"]) for record in records(result.stdout)])
    assert sorted(text for text, _ in found[0]) == sorted(texts)
    assert found[0] == found[1] == found[2]
    runs = tmp_path / "nasport-runs"
    assert (runs / "cells-1" / "candidates.txt").read_text("utf-8").splitlines() == texts
    assert (runs / "cells-2" / "candidates.jsonl").read_text("utf-8").splitlines() == documents


@pytest.mark.parametrize(
    "arguments", [["--space", "nasbench201", "--candidates", "cells.txt"], ["--candidates", "cell.json"]]
)
def test_the_command_in_the_report_resumes_the_run_from_its_folder(
    tmp_path: Path, arguments: list[str]
) -> None:
    texts = [
        "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|",
        "|skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|skip_connect~2|",
    ]
    (tmp_path / "cells.txt").write_text("\n".join(texts) + "\n")
    (tmp_path / "cell.json").write_text(json.dumps(notation("nasbench201").parse(texts[1]).to_json()))
    begun = nasport_search(*arguments, "--out", "run", cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    before = content(tmp_path / "run")
    (words,) = re.findall(
        r"nasport search ([^<]* --out \. --resume)", (tmp_path / "run" / REPORT).read_text()
    )
    again = nasport_search(*shlex.split(words), cwd=tmp_path / "run")
    assert again.returncode == 0, again.stderr
    assert again.stdout == begun.stdout
    assert content(tmp_path / "run") == before


def test_candidates_outside_the_space_are_reported(tmp_path: Path) -> None:
    (tmp_path / "cells.txt").write_text("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|\n")
    options = ["--candidates", "cells.txt", "--from", "nasbench201"]
    strange = nasport_search("--space", "darts", *options, cwd=tmp_path)
    assert "1 of the first 1 candidates are not members of the space 'darts'" in strange.stderr
    assert "members" not in nasport_search("--space", "nasbench201", *options, cwd=tmp_path).stderr


def test_wrong_candidates_are_reported_before_any_evaluation(tmp_path: Path) -> None:
    good = "|none~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|"
    (tmp_path / "cells.txt").write_text("\n".join([good, "wrong", good, *["|x|"] * 30]) + "\n")
    result = nasport_search("--candidates", "cells.txt", "--space", "nasbench201", cwd=tmp_path)
    assert result.returncode == 2
    messages = result.stderr.splitlines()
    assert messages[0].startswith("nasport: cells.txt: line 2: ")
    assert messages[1].startswith("nasport: cells.txt: line 4: ")
    assert messages[-1] == "nasport: cells.txt: 31 of 33 candidates are wrong, expected all to be valid"
    assert len(messages) == 21
    assert not (tmp_path / "nasport-runs").exists()


@pytest.mark.parametrize(
    ("content_", "arguments", "words"),
    [
        ("", ["--space", "nasbench201"], "empty"),
        ("whatever", [], "--from"),
        ("whatever", ["--from", "morse"], "unknown notation"),
        (None, ["--space", "nasbench201"], "does not exist"),
    ],
)
def test_a_file_without_candidates_is_refused(
    tmp_path: Path, content_: str | None, arguments: list[str], words: str
) -> None:
    if content_ is not None:
        (tmp_path / "cells.txt").write_text(content_)
    result = nasport_search("--candidates", "cells.txt", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert words in result.stderr


def test_a_search_loads_only_what_it_needs(tmp_path: Path) -> None:
    code = (
        "import sys; from nasport.toolkit.main import run\n"
        "sys.argv = ['nasport', 'search', '--space', 'nasbench201', '--evaluations', '60', '--out', sys.argv[1]]\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "loaded = {'torch', 'matplotlib', 'ray', 'tokenizers', 'PIL'} & set(sys.modules)\n"
        "sys.exit(repr(loaded) if loaded else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert result.returncode == 0, result.stderr


# Errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--space", "nasbench2001"], "unknown search space"),
        (
            ["--space", "nasbench201", "--max", "parameters=1000", "--evaluations", "20"],
            "the nearest has parameters",
        ),
        (["--space", "nasbench201", "--max", "size=1000"], "unknown quantity 'size'"),
        (["--space", "nasbench201", "--max", "flops=1", "--min", "flops=2"], "exceeds max flops=1"),
        (["--space", "nasbench201", "--searcher", "hybrids"], "did you mean 'hybrid'?"),
        (["--space", "nasbench201", "--bundle", "universe"], "unknown bundle 'universe'"),
        (["--space", "nasbench201", "--resume"], "--resume without --out"),
        (["--space", "nasbench201", "--evaluations", "0"], "evaluations"),
        (["--space", "darts", "--searcher", "exhaustive"], "expected --evaluations N"),
        (
            ["--space", "nasbench201", "--evaluator", "gennas", "--task", "nlp-combo"],
            "a task for recurrent networks",
        ),
    ],
)
def test_wrong_options_are_refused_with_a_clear_message(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = nasport_search(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    begun = (tmp_path / "nasport-runs").exists()
    assert begun == (
        "the nearest" in words
    )  # evaluations are kept; a search that did not start writes nothing


def test_a_mistake_in_a_space_is_reported_with_file_line_and_path(tmp_path: Path) -> None:
    text = MY_SPACE.read_text("utf-8").replace('"choose": 1,', '"choose": 3,')
    (tmp_path / "wrong.json").write_text(text, "utf-8")
    line = next(number for number, words in enumerate(text.splitlines(), 1) if '"choose": 3' in words)
    result = nasport_search("--space", "wrong.json", cwd=tmp_path)
    assert result.returncode == 2
    assert f"wrong.json: line {line}: cells.cell.nodes[3].inputs" in result.stderr
    assert not (tmp_path / "nasport-runs").exists()


def test_an_empty_space_is_refused(tmp_path: Path) -> None:
    row = {
        "length": {"min": 2, "max": 2},
        "options": [[{"op": "conv_3x3", "width": 16}], [{"op": "conv_1x1", "width": 16}]],
        "limits": [{"options": [0], "min": 2}, {"options": [1], "min": 1}],
    }
    document = {
        "format": "nasport-space",
        "version": 1,
        "name": "nothing_left",
        "skeleton": {
            "input": {"channels": 3, "height": 32, "width": 32},
            "stages": [{"sequence": row}],
            "classes": 10,
        },
    }
    (tmp_path / "empty.json").write_text(json.dumps(document), "utf-8")
    result = nasport_search("--space", "empty.json", cwd=tmp_path)
    assert result.returncode == 2
    assert "no sequence of digits meets these limits" in result.stderr
    assert "Traceback" not in result.stderr


def test_rules_that_no_member_satisfies_are_reported_by_the_search(tmp_path: Path) -> None:
    # Three steps with one input each cannot read x and three states.
    program = {
        "steps": {"min": 3, "max": 3},
        "states": {"min": 3, "max": 3},
        "operators": [{"op": "activation_tanh", "inputs": [1, 1]}],
    }
    document = {
        "format": "nasport-space",
        "version": 1,
        "name": "nothing_left",
        "cells": {"cell": {"role": "recurrent", "program": program}},
    }
    (tmp_path / "empty.json").write_text(json.dumps(document), "utf-8")
    result = nasport_search("--space", "empty.json", cwd=tmp_path)
    assert result.returncode == 2
    assert "'nothing_left' is empty: no architecture that follows its rules was found" in result.stderr
    assert not (tmp_path / "nasport-runs").exists()


def test_evaluations_before_an_error_are_kept(tmp_path: Path) -> None:
    arguments = ["--space", "nasbench201", "--max", "parameters=1000", "--evaluations", 30]
    result = nasport_search(*arguments, cwd=tmp_path)
    folder = Path("nasport-runs") / "nasbench201-1"
    assert f"30 of 30 evaluated; they are kept in {folder}" in result.stderr
    assert lines(tmp_path / folder / EVALUATED) == 30


def test_a_folder_with_other_files_is_refused_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    for extra in ([], ["--resume"]):
        result = nasport_search("--space", "nasbench201", "--out", tmp_path / "run", *extra)
        assert result.returncode == 2
        assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.txt"]


# Early ends


def test_an_interruption_and_a_kill_lose_nothing(tmp_path: Path) -> None:
    arguments = ["--space", "nasbench101", "--searcher", "regularized", "--evaluations", "500"]
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    assert nasport_search(*arguments, "--out", whole).returncode == 0
    code, _ = _stopped([*arguments, "--out", torn], torn, 60, signal.SIGKILL)
    assert code == -signal.SIGKILL
    code, words = _stopped([*arguments, "--out", torn, "--resume"], torn, 150, signal.SIGINT)
    assert code == 130
    assert "of 500 evaluated; continue with" in words
    assert f"--out {torn} --resume" in words
    before = (torn / EVALUATED).read_bytes()
    assert nasport_search(*arguments, "--out", torn, "--resume").returncode == 0
    assert (torn / EVALUATED).read_bytes().startswith(before)
    assert content(torn) == content(whole)


def _stopped(arguments: list[object], folder: Path, after: int, how: int) -> tuple[int, str]:
    """Return exit status and messages of a search that receives a signal when its log has this number of lines."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        preexec_fn=_default_interrupts,
    )
    try:
        while process.poll() is None and lines(folder / EVALUATED) < after:
            time.sleep(0.002)
        process.send_signal(how)
        _, words = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, words


def test_parsed_limits_print_as_they_are_written() -> None:
    assert str(parse_limit("parameters=1.5M", at_most=True)) == "max parameters=1,500,000"


def _default_interrupts() -> None:
    """Restore the handling of interrupts, which background jobs of a shell and their children ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
