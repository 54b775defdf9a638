"""The command line in scripts and terminals: exit status, streams, JSON keys, messages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasport.runtime.calibration import Expected
from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor, Score
from nasport.schemas.reading import MAX_DOCUMENT_BYTES
from nasport.toolkit.commands.score import json_line
from nasport.toolkit.scoring import Scored
from tests.commands import ROOT, nasport

EXAMPLE = ROOT / "examples" / "resnet_like_cell.json"
UNKNOWN = ROOT / "examples" / "unknown_operator_cell.json"
CELL = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
DARTS = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], "
    "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"
)
SCORE_KEYS = [
    "name",
    "hash",
    "score",
    "rank",
    "parameters",
    "reachable_parameters",
    "flops",
    "bundle",
    "distance",
    "warnings",
    "file",
    "line",
]


def process(*arguments: object, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process, to test system streams and loaded modules."""
    command = [sys.executable, "-c", "from nasport.toolkit.main import run; run()", *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, check=False, env={**os.environ, **environment}, cwd=ROOT
    )


def records(result: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_score_prints_the_documented_keys() -> None:
    result = process("score", "--json", EXAMPLE, UNKNOWN)
    assert result.returncode == 0
    assert b"not comparable" in result.stderr
    first, second = records(result)
    assert list(first) == SCORE_KEYS
    assert list(second) == SCORE_KEYS
    assert first["name"] == "resnet-like cell"
    assert (first["rank"], second["rank"]) == (1, 1)  # not comparable
    assert first["parameters"] == 559_386
    assert first["reachable_parameters"] == 18
    assert first["bundle"] == second["bundle"] == DEFAULT_BUNDLE
    assert 0 < first["distance"] < 1
    assert second["parameters"] is None
    assert "Wavelet" in second["warnings"][0]


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.lists(st.text(), max_size=3))
def test_a_printed_line_is_the_record_as_json(name: str, value: float, warnings: list[str]) -> None:
    expected = Expected(name, value, value, value, 0.9)
    for parameters, rank, distance, label in ((None, None, None, None), (12, 3, 0.1234, expected)):
        costs = (parameters, value, parameters)
        score = Score(name, "0" * 32, value, rank, *costs, name, tuple(warnings), distance, label)
        for file, line in ((None, None), (name or "-", 7)):
            place = {"file": file, "line": line}
            assert json_line(Scored(score, "", file, line)) == json.dumps(score.to_json() | place)


def test_the_table_is_best_first_with_footnotes() -> None:
    result = nasport("score", EXAMPLE, UNKNOWN)
    lines = result.stdout.decode().splitlines()
    assert lines[0].split()[:2] == ["rank", "score"]
    assert lines[3].split()[0] == "1"
    assert any(line.startswith("  [") and "Wavelet" in line for line in lines)


def test_networks_of_estimated_size_have_their_own_ranks() -> None:
    result = nasport("score", "--json", EXAMPLE, UNKNOWN)
    assert [record["rank"] for record in records(result)] == [1, 1]
    assert b"networks of estimated size" in result.stderr
    assert [record["rank"] for record in records(nasport("score", "--json", EXAMPLE, EXAMPLE))] == [1, 1]


def test_validate_warns_of_shapes_that_do_not_fit(tmp_path: Path) -> None:
    document = json.loads(EXAMPLE.read_text())
    node = next(node for node in document["cells"]["cell"]["nodes"] if node["op"] not in ("input", "output"))
    node["op"] = "dw_conv_5x5"
    del document["skeleton"]["stem"]
    file = tmp_path / "unfit.json"
    file.write_text(json.dumps(document))
    (record,) = records(nasport("validate", "--json", file))
    assert record["valid"]
    assert any("parameters and FLOPs are unknown" in text for text in record["warnings"])


def test_scoring_loads_neither_torch_nor_the_encoder() -> None:
    code = (
        "import sys\nfrom nasport.toolkit.main import app\n"
        f"app(['score', {str(EXAMPLE)!r}], standalone_mode=False)\n"
        "bad = {'torch', 'transformers', 'tokenizers', 'pydantic', 'scipy', 'onnx'} & set(sys.modules)\n"
        "sys.exit(f'loaded {bad}' if bad else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stderr.decode()


def test_a_notation_is_an_argument_a_file_or_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "cells.txt"
    file.write_text(f"{CELL}\n\n{CELL}\n", "utf-8")
    argument = records(nasport("score", "--json", "--from", "nasbench201", CELL))
    from_file = records(nasport("score", "--json", "--from", "nasbench201", file))
    piped = records(nasport("score", "--json", "--from", "nasbench201", "-", stdin=file.read_bytes()))
    assert argument[0]["name"] == CELL
    assert [record["file"] for record in from_file] == [str(file)] * 2
    assert [record["line"] for record in from_file] == [1, 3]
    assert [{**record, "file": "standard input"} for record in from_file] == piped
    assert (argument[0]["file"], argument[0]["line"]) == (None, None)
    assert [record["score"] for record in from_file] == [argument[0]["score"]] * 2


def test_documents_come_as_files_lines_folders_and_standard_input(tmp_path: Path) -> None:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    lines = "".join(json.dumps({**document, "name": name}) + "\n" for name in "abc")
    folder = tmp_path / "many"
    (folder / "deeper").mkdir(parents=True)
    (folder / "x.jsonl").write_text(lines, "utf-8")
    (folder / "deeper" / "y.json").write_text(json.dumps(document, indent=1), "utf-8")
    (folder / "readme.txt").write_text("not a document", "utf-8")
    found = records(nasport("score", "--json", folder))
    assert sorted(record["name"] for record in found) == ["a", "b", "c", "resnet-like cell"]
    piped = records(nasport("score", "--json", "-", stdin=lines.encode()))
    assert [record["name"] for record in piped] == ["a", "b", "c"]
    assert len({record["score"] for record in (*found, *piped)}) == 1


def test_a_stream_has_no_ranks() -> None:
    document = json.dumps(json.loads(EXAMPLE.read_text("utf-8"))).encode() + b"\n"
    found = records(process("score", "--json", "--stream", "-", stdin=document * 3000))
    assert len(found) == 3000
    assert {record["rank"] for record in found} == {None}


def test_an_error_leaves_the_rest_of_a_batch_scored() -> None:
    good = json.dumps(json.loads(EXAMPLE.read_text("utf-8"))).encode()
    lines = [good, b"{broken}", good, good.replace(b'"conv_a"', b'"skip"', 1), b'{"name": "\xff"}', good]
    result = process("score", "--json", "-", stdin=b"\n".join(lines) + b"\n")
    assert result.returncode == 2
    assert len(records(result)) == 3
    messages = result.stderr.decode().splitlines()
    assert [message.split(": ")[:3] for message in messages] == [
        ["nasport", "standard input", f"line {line}"] for line in (2, 4, 5)
    ]


def test_an_error_leaves_the_rest_of_a_batch_of_notations_scored() -> None:
    lines = f"{CELL}\n{CELL.replace('none~1', 'none~3')}\n{CELL}\n".encode()
    result = nasport("score", "--json", "--from", "nasbench201", "-", stdin=lines)
    assert result.returncode == 2
    assert len(records(result)) == 2
    assert "standard input: line 2" in result.stderr.decode()


WRONG: list[tuple[str, list[str], bytes, str]] = [
    ("no such file", ["score", "nowhere.json"], b"", "nowhere.json"),
    ("empty", ["score", "-"], b"", "empty"),
    ("not JSON", ["score", "-"], b"{", "not valid JSON"),
    ("no such bundle", ["score", "--bundle", "nobody", "-"], b"{}", "'nobody'"),
    ("unknown notation", ["score", "--from", "darts2", "x"], b"", "expected one of"),
    ("wrong index", ["score", "--from", "nasbench201", CELL.replace("~2|", "~7|")], b"", "expected 2"),
    ("unknown operator", ["score", "--from", "darts", DARTS.replace("dil_conv_3x3", "warp")], b"", "warp"),
    ("evaluated text", ["score", "--from", "darts", "__import__('os').abort()"], b"", "Genotype"),
    ("cannot say it", ["convert", "--to", "nasbench101", str(EXAMPLE)], b"", "conv3x3-bn-relu"),
    ("no picture", ["show", "--out", "cell.gif", str(EXAMPLE)], b"", ".svg"),
]


@pytest.mark.parametrize(("arguments", "stdin", "words"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_input_exits_2_with_one_clear_message(arguments: list[str], stdin: bytes, words: str) -> None:
    result = nasport(*arguments, stdin=stdin)
    message = result.stderr.decode()
    assert result.returncode == 2, message
    assert message.startswith("nasport: ")
    assert words in message
    assert "Traceback" not in message
    assert result.stdout == b""


def test_a_file_of_a_gigabyte_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.truncate(1024**3)
    result = nasport("score", file)
    assert result.returncode == 2
    assert "expected a smaller document" in result.stderr.decode()


def test_without_onnx_runtime_the_message_names_both_extras(tmp_path: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('not installed')", "utf-8")
    result = process("score", EXAMPLE, PYTHONPATH=str(tmp_path))
    assert result.returncode == 2
    assert "[cpu]" in result.stderr.decode()
    assert "[gpu]" in result.stderr.decode()


def test_an_interruption_while_onnx_runtime_loads_is_an_interruption(tmp_path: Path) -> None:
    text = "try:\n    raise KeyboardInterrupt\nexcept BaseException as error:\n    raise ImportError('failed') from error"
    (tmp_path / "onnxruntime.py").write_text(text, "utf-8")
    result = process("score", EXAMPLE, PYTHONPATH=str(tmp_path))
    assert result.returncode == 130
    assert b"ONNX" not in result.stderr


def test_json_lines_are_recognized_after_blanks_and_broken_lines() -> None:
    one = json.dumps(json.loads(EXAMPLE.read_text("utf-8"))).encode()
    for text in (
        b"\n\n" + one + b"\n" + one,
        b"\xef\xbb\xbf" + one + b"\n" + one,
        b" " + one + b"\r\n " + one,
        b'{"format": "nasp\n' + one + b"\n" + one + b"\n",
    ):
        assert len(records(nasport("score", "--json", "-", stdin=text))) == 2


def test_a_too_long_line_is_reported_and_the_next_is_scored(tmp_path: Path) -> None:
    one = json.dumps(json.loads(EXAMPLE.read_text("utf-8")))
    file = tmp_path / "long.jsonl"
    file.write_text(f"{one}\n{'x' * (MAX_DOCUMENT_BYTES + 10)}\n{one}\n", "utf-8")
    result = nasport("score", "--json", file)
    assert result.returncode == 2
    assert len(records(result)) == 2
    assert "line 2: more than" in result.stderr.decode()


def test_a_document_as_an_argument_is_refused_with_an_explanation() -> None:
    result = nasport("score", EXAMPLE.read_text("utf-8"))
    assert result.returncode == 2
    assert "looks like a document" in result.stderr.decode()


def test_a_notation_without_its_name_is_refused_with_an_explanation() -> None:
    for text, hint in (
        ("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|", "it can be read with --from nasbench201"),
        ("Genotype(normal=cells)", "name the notation with --from if it is one"),
    ):
        result = nasport("score", text)
        assert result.returncode == 2
        assert f"is not a file, expected a file, a folder or '-'; {hint}\n" in result.stderr.decode()


def test_terminal_escapes_in_names_are_neutralized() -> None:
    document = {**json.loads(EXAMPLE.read_text("utf-8")), "name": "a\x1b[31m\nb\u202e"}
    text = json.dumps(document).encode()
    for arguments in (["score", "-"], ["score", "--stream", "-"], ["validate", "-"]):
        result = nasport(*arguments, stdin=text)
        assert b"\x1b" not in result.stdout
        assert "\u202e" not in result.stdout.decode()
    wrong = json.dumps({**document, "operators": {"\x1b[2J": 1}}).encode()
    assert b"\x1b" not in nasport("score", "-", stdin=wrong).stderr


def test_a_lone_surrogate_is_refused_and_the_others_are_scored() -> None:
    good = json.dumps(json.loads(EXAMPLE.read_text("utf-8"))).encode()
    bad = good.replace(b"resnet-like cell", b"\\ud800")
    result = nasport("score", "--json", "-", stdin=b"\n".join([good, bad, good]))
    assert result.returncode == 2
    assert len(records(result)) == 2
    assert "surrogate" in result.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_reported_in_one_line() -> None:
    command = [sys.executable, "-c", "from nasport.toolkit.main import run; run()", "score", str(EXAMPLE)]
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1


def test_a_failed_conversion_keeps_the_existing_file(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_text("kept", "utf-8")
    assert nasport("convert", "nowhere.json", "--out", file).returncode == 2
    assert file.read_text("utf-8") == "kept"


def test_convert_round_trips(tmp_path: Path) -> None:
    document = nasport("convert", "--from", "nasbench201", CELL)
    assert document.returncode == 0
    file = tmp_path / "cell.json"
    assert nasport("convert", "--from", "nasbench201", CELL, "--out", file).returncode == 0
    assert json.loads(document.stdout) == json.loads(file.read_text("utf-8"))
    assert nasport("convert", "--to", "nasbench201", file).stdout.decode().strip() == CELL
    genotype = nasport("convert", "--from", "darts", "--to", "darts", DARTS)
    assert genotype.returncode == 0, genotype.stderr.decode()


def test_validate_prints_a_hash_or_the_mistake() -> None:
    result = nasport("validate", "--json", EXAMPLE, "nowhere.json")
    good, bad = records(result)
    assert result.returncode == 2
    assert good["valid"]
    assert len(good["hash"]) == 32
    assert (good["file"], good["line"]) == (str(EXAMPLE), 1)
    assert not bad["valid"]
    assert "nowhere.json" in bad["error"]


def test_validate_checks_every_document_against_its_own_format(tmp_path: Path) -> None:
    space = json.loads((ROOT / "examples" / "my_space.json").read_text("utf-8"))
    (tmp_path / "good.json").write_text(json.dumps(space, indent=1))
    space["cells"]["cell"]["nodes"][0]["op"] = 3
    (tmp_path / "wrong.json").write_text(json.dumps(space, indent=1))
    (tmp_path / "latency.json").write_text('{"format": "nasport-latency", "version": 1}')
    result = nasport(
        "validate", "--json", *(tmp_path / f"{name}.json" for name in ("good", "wrong", "latency"))
    )
    good, wrong, latency = records(result)
    assert result.returncode == 2
    assert (good["valid"], good["name"]) == (True, "my_space (nasport-space)")
    assert re.search(r"wrong\.json: line \d\d: cells\.cell\.nodes\[0\]", wrong["error"])
    assert "no latencies" in latency["error"]
    assert nasport("validate", ROOT / "examples" / "my_task.json").returncode == 0


def test_options_without_effect_are_refused() -> None:
    for arguments in (["--task", "combo", "--canonical"], [EXAMPLE, "--images", "x.png"]):
        result = nasport("show", *arguments)
        assert result.returncode == 2, arguments
        assert b"expected" in result.stderr


def test_bundles_and_formats_are_listed() -> None:
    names = [record["name"] for record in records(nasport("bundles", "--json"))]
    assert {"tgnas-nb101", DEFAULT_BUNDLE} <= set(names)
    formats = records(nasport("formats", "--json"))
    assert {"nasbench101", "nasbench201", "darts"} <= {record["name"] for record in formats}


def test_operators_and_spaces_are_listed() -> None:
    assert records(nasport("operators", "--json", "relu"))[0]["kind"] == "activation"
    assert records(nasport("operators", "--kinds", "--json"))[0]["kind"] == "input"
    assert {"darts", "fbnet"} <= {record["name"] for record in records(nasport("spaces", "--json"))}
    assert b"one of 2" in nasport("show", ROOT / "examples" / "my_space.json").stdout
    for arguments in (["operators", "rely"], ["operators", "--at", "3x3"], ["spaces", "nowhere"]):
        result = nasport(*arguments)
        assert (result.returncode, result.stdout) == (2, b""), arguments
        assert b"expected" in result.stderr


def test_the_example_of_every_notation_is_scored() -> None:
    refused = ["nasbench_nlp"] if Predictor.load().refusals.recurrent else []
    for record in records(nasport("formats", "--json")):
        result = nasport("score", "--json", "--from", record["name"], "-", stdin=record["example"].encode())
        expected = 2 if record["name"] in refused else 0
        assert result.returncode == expected, (record["name"], result.stderr.decode())


def test_show_draws_in_the_terminal_and_as_a_picture(tmp_path: Path) -> None:
    assert "nor_conv_3x3" in nasport("show", EXAMPLE).stdout.decode()
    picture = tmp_path / "cell.svg"
    assert nasport("show", "--out", picture, EXAMPLE).returncode == 0
    assert picture.read_text("utf-8").startswith("<svg")


def test_a_stream_in_two_processes_equals_that_of_one(tmp_path: Path) -> None:
    operators = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    cells = ["|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*ops) for ops in product(operators, repeat=6)][
        :9000
    ]
    cells[8500] = "|nor_conv_3x3~0|"
    file = tmp_path / "cells.txt"
    file.write_text("\n".join(cells))
    for options in ((), ("--json",)):
        one, two = (
            nasport("score", "--from", "nasbench201", "--stream", "--jobs", jobs, *options, file)
            for jobs in (1, 2)
        )
        assert one.returncode == two.returncode == 2
        assert one.stdout == two.stdout
        assert one.stdout.count(b"\n") == 8999
        assert one.stderr == two.stderr
        assert b"cells.txt: line 8501" in one.stderr
