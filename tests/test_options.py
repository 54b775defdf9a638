"""Options: those of the first release exist, values are checked, tables fit, and shells complete them."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nasport.runtime import installation
from nasport.schemas.errors import InputError
from nasport.toolkit import shell
from nasport.toolkit.main import Commands, app
from nasport.toolkit.options import Options
from nasport.toolkit.search import search
from nasport.toolkit.search.options import SearchOptions
from nasport.toolkit.suggestions import KINDS, suggested
from tests.commands import nasport
from tests.test_cli import CELL, EXAMPLE

# Commands and options of the first release, with a valid value for each.
FIRST_RELEASE = {
    "score": "--from darts --bundle universal --json --stream --provider cpu",
    "gennas": "--from darts --task combo --preset light --images x.png --seed 1 --iterations 2 --batch-size 2 --width .5 "
    "--precision float32 --device cpu --jobs 1 --json --out x.jsonl --resume",
    "search": "--space darts --out run --resume --searcher random --evaluator both --bundle universal --seed 1 "
    "--evaluations 2 --finalists 2 --winners 2 --candidates x.txt --from darts --max flops=1M --min flops=1 "
    "--pareto flops --latency x.json --task combo --preset light --images x.png --device cuda --jobs 1 --ray local "
    "--torch --json",
    "search-task": "--out run --from darts --metric accuracy --lower-is-better --steps 1 --population 1 --tournament 1 "
    "--random --by fit --preset full --images x.png --seed 1 --iterations 1 --width 1 --precision auto --device cpu "
    "--jobs 1 --resume",
    "convert": "--to torch --from darts --out model.py",
    "validate": "--from darts --json",
    "bundles": "--json",
    "formats": "--json",
    "show": "--from darts --out x.svg --canonical --task combo --images x.png",
    "train": "--out run --seeds 1 --projection 2 --readout mean",
    "evaluate": "--only darts --seeds 1 --out run",
}
WITH_ARGUMENT = ("score", "gennas", "search-task", "convert", "validate", "show", "train")


def parsed(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Options:
    """Return the options that a command would run with."""
    taken: list[Options] = []
    module = sys.modules.get(f"{shell.COMMANDS}.{name.replace('-', '_')}") or __import__(
        f"{shell.COMMANDS}.{name.replace('-', '_')}", fromlist=["run"]
    )
    kind = inspect.get_annotations(module.run, eval_str=True)["options"]

    def run(options: Any) -> int:
        taken.append(options)
        return 0

    run.__annotations__ = {"options": kind, "return": int}
    monkeypatch.setattr(module, "run", run)
    result = CliRunner().invoke(app, [name, *arguments])
    assert result.exit_code == 0, result.output
    return taken[0]


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_every_option_of_the_first_release_is_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = FIRST_RELEASE[name].split()
    options = parsed(name, monkeypatch, *arguments, *(["x"] if name in WITH_ARGUMENT else []))
    flags = [argument for argument in arguments if argument.startswith("--")]
    assert len(options.given) == len(flags) + (name in WITH_ARGUMENT)


def test_the_device_is_the_same_option_in_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed("score", monkeypatch, "x", "--provider", "cuda").provider == "cuda"  # type: ignore[attr-defined]
    assert parsed("gennas", monkeypatch, "x", "--provider", "cuda").device == "cuda"  # type: ignore[attr-defined]
    found = parsed("search", monkeypatch, "--provider", "cuda")
    assert isinstance(found, SearchOptions)
    assert (found.training.device, found.provider) == ("cuda", "cuda")
    assert SearchOptions(provider="cuda", device="cpu").training.device == "cpu"


def test_help_truncates_nothing() -> None:
    text = nasport("--help", COLUMNS="80").stdout.decode()
    assert "..." not in text.replace("[ARGS]...", "")
    assert all(len(line) <= 80 for line in text.splitlines())
    for name in Commands.summaries:
        words = nasport(name, "--help").stdout.decode()
        assert "range" not in words.split("Options:")[1]
        assert "<" not in words


def test_help_loads_few_modules() -> None:
    code = (
        "import sys\nfrom nasport.toolkit.main import app\n"
        "try: app(sys.argv[1:])\nexcept SystemExit: pass\n"
        "bad = {'numpy', 'rich', 'onnxruntime', 'importlib.metadata'} & set(sys.modules)\n"
        "sys.exit(f'loaded {bad}' if bad else 0)"
    )
    for arguments in (["--help"], ["score", "--help"], ["search", "--help"], ["search-task", "-h"]):
        result = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=False)
        assert result.returncode == 0, result.stderr.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"limits": [("parameters", 1e6)]}, "limits=.* expected a mapping or a sequence of Limits"),
        ({"seed": "1"}, "seed='1', expected a whole number"),
        ({"evaluations": 2.5}, "expected a whole number or None"),
        ({"pareto": 3}, "expected a sequence of texts"),
        ({"torch": 1}, "expected True or False"),
        ({"objective": "accuracy"}, "expected a function or None"),
        ({"space": 7}, "expected a SearchSpace or a text or a path or None"),
        ({"evaluation": 7}, "evaluation"),
    ],
)
def test_wrong_types_are_refused_with_an_explanation(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        search(**{"space": "nasbench201", **wrong})


def test_the_signature_of_search_matches_its_options() -> None:
    parameters = inspect.signature(search).parameters
    assert {"space", "out", "limits", "evaluations", "objective"} <= set(parameters)
    assert parameters["evaluator"].default == "predictor"
    assert "evaluations: Number of architectures to evaluate" in str(search.__doc__)


def test_limits_as_a_mapping() -> None:
    from nasport.toolkit.search.limits import Limit, limits_of

    assert limits_of({"parameters": 4e6, "flops": (1e6, 6e8), "latency": (None, 3)}) == (
        Limit("parameters", 4e6),
        Limit("flops", 1e6, at_most=False),
        Limit("flops", 6e8),
        Limit("latency", 3.0),
    )
    with pytest.raises(InputError, match=r"parameters=many.* expected NAME=VALUE such as parameters=1.5e6"):
        limits_of({"parameters": "many"})
    with pytest.raises(InputError, match="did you mean 'flops'"):
        limits_of({"flop": 1})


def run_search(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return nasport("search", "--out", folder, *arguments)


def test_a_run_is_resumed_from_its_folder_alone(tmp_path: Path) -> None:
    begun = run_search(
        tmp_path / "run",
        *("--space", "nasbench201", "--evaluations", "40", "--seed", "3"),
        *("--max", "parameters=1e6", "--min", "flops=1M", "--winners", "2", "--json"),
    )
    assert begun.returncode == 0, begun.stderr
    log = tmp_path / "run" / "evaluated.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:25]))
    again = run_search(tmp_path / "run", "--resume", "--json")
    assert again.stdout == begun.stdout
    same = run_search(tmp_path / "run", "--resume", "--json", "--seed", "3", "--max", "parameters=1M")
    assert same.stdout == begun.stdout
    other = run_search(tmp_path / "run", "--resume", "--seed", "4", "--max", "parameters=2e6")
    assert other.returncode == 2
    assert (
        "--seed: begun with 3, not 4; --max parameters: begun with 1,000,000, not 2,000,000; "
        in other.stderr.decode()
    )


def test_a_run_with_candidates_is_resumed_without_their_file(tmp_path: Path) -> None:
    (tmp_path / "cells.txt").write_text(f"{CELL}\n")
    begun = run_search(
        tmp_path / "run", "--candidates", str(tmp_path / "cells.txt"), "--space", "nasbench201", "--json"
    )
    (tmp_path / "cells.txt").unlink()
    again = run_search(tmp_path / "run", "--resume", "--json")
    assert begun.stdout == again.stdout != b""


def test_incomparable_scores_are_reported_and_separated(tmp_path: Path) -> None:
    chain = {
        "format": "nasport-architecture",
        "version": 1,
        "name": "chain",
        "cells": {},
        "skeleton": {
            "input": {"channels": 3, "height": 224, "width": 224},
            "classes": 1000,
            "stages": [{"op": "mb_3x3_e6", "width": 16}],
        },
    }
    (tmp_path / "chain.json").write_text(json.dumps(chain))
    result = nasport("score", EXAMPLE, tmp_path / "chain.json")
    assert (
        "scores of cells for images of 32x32 in 10 classes and chains of layers for images of 224x224 in 1,000 "
        "classes are not comparable"
    ) in result.stderr.decode()
    assert "\n\nchains of layers for images of 224x224 in 1,000 classes\n" in result.stdout.decode()
    assert b"compare" not in nasport("score", EXAMPLE, EXAMPLE).stderr


def test_tables_fit_the_terminal(tmp_path: Path) -> None:
    score = nasport("score", "--from", "nasbench201", CELL, COLUMNS="80").stdout.decode()
    assert "|nor_conv_3x3" in score
    assert "\N{HORIZONTAL ELLIPSIS}" in score
    found = nasport(
        "search", "--space", "nasbench201", "--evaluations", 30, "--out", tmp_path / "run", COLUMNS="80"
    )
    for text in (score, found.stdout.decode()):
        assert max(map(len, text.splitlines())) <= 80
    assert (
        CELL in nasport("score", "--from", "nasbench201", CELL).stdout.decode()
    )  # without a terminal, nothing is shortened


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_suggestion_has_values(kind: str) -> None:
    assert all(isinstance(value, str) for value in list(suggested(kind)) or [None])


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_values(name: str) -> None:
    def completed(words: str) -> str:
        told = {
            "_NASPORT_COMPLETE": f"complete_{name}",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
            "_TYPER_COMPLETE_ARGS": words,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
        code = "import sys; sys.argv[0] = 'nasport'; from nasport.toolkit.main import run; run()"
        command = [sys.executable, "-c", code]
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **told}
        )
        return result.stdout

    assert "search-task" in completed("nasport sea")
    assert "nasbench201" in completed("nasport score --from nasb")
    assert "regularized" in completed("nasport search --searcher reg")
    assert "nds_darts" in completed("nasport search --space nds")
    assert "universal" in completed("nasport score --bundle univ")


def test_the_install_command_for_a_missing_package_is_valid(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert installation.pip_install("gennas").endswith("[gennas]'")
    monkeypatch.setattr(installation, "_CHECKOUT", tmp_path)
    assert installation.pip_install("cpu", "search") == "pip install 'nasport[cpu,search]'"


def test_the_path_of_a_picture_is_printed(tmp_path: Path) -> None:
    for kind in ("svg", "png"):
        file = tmp_path / f"cell.{kind}"
        assert f"written: {file}" in nasport("show", "--out", file, EXAMPLE).stderr.decode()
        assert os.path.getsize(file)
