"""Run commands in this process: the command line with its streams and status, and each command as a function."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import chdir
from io import BytesIO, TextIOWrapper
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest import mock

import pytest

from nasport.toolkit import main
from nasport.toolkit.commands import convert, evaluate, operators, score, search_task, show, spaces, validate
from nasport.toolkit.gennas.choices import TrainingOptions
from nasport.toolkit.gennas.task_search.task_options import SearchTaskOptions

ROOT = Path(__file__).parent.parent


def nasport(
    *arguments: object, stdin: bytes = b"", cwd: Path = ROOT, **environment: str
) -> CompletedProcess[bytes]:
    """Run `nasport ARGUMENTS` in this process and return what a process would return; this takes a tenth of the time."""
    argv = ["nasport", *map(str, arguments)]
    texts = {"stdin": BytesIO(stdin), "stdout": BytesIO(), "stderr": BytesIO()}
    streams = {name: TextIOWrapper(text, "utf-8") for name, text in texts.items()}
    with (
        chdir(cwd),
        mock.patch.dict(os.environ, environment),
        mock.patch.multiple(sys, argv=argv, **streams),
        pytest.raises(SystemExit) as end,
    ):
        main.run()
    for stream in streams.values():
        stream.flush()
    assert isinstance(end.value.code, int)
    return CompletedProcess(argv, end.value.code, texts["stdout"].getvalue(), texts["stderr"].getvalue())


def nasport_text(*arguments: object, cwd: Path = ROOT) -> CompletedProcess[str]:
    """Run `nasport ARGUMENTS` like `nasport`, with text instead of bytes."""
    found = nasport(*arguments, cwd=cwd)
    return CompletedProcess(found.args, found.returncode, found.stdout.decode(), found.stderr.decode())


def run_convert(sources: Sequence[str], source_format: str | None, target: str, out: Path | None) -> int:
    return convert.run(
        convert.ConvertOptions(sources=sources, source_format=source_format, target=target, out=out)
    )


def run_validate(sources: Sequence[str], source_format: str | None, as_json: bool) -> int:
    return validate.run(validate.ValidateOptions(sources=sources, source_format=source_format, json=as_json))


def run_score(sources: Sequence[str], source_format: str | None, *, as_json: bool) -> int:
    return score.run(score.ScoreOptions(sources=sources, source_format=source_format, json=as_json))


def run_show(
    sources: Sequence[str], source_format: str | None, out: Path | None, canonical: bool, genes: str | None
) -> int:
    return show.run(
        show.ShowOptions(
            sources=sources, source_format=source_format, out=out, canonical=canonical, genes=genes
        )
    )


def run_show_task(task: str, out: Path | None, images: Path | None = None) -> int:
    return show.run(show.ShowOptions(task=task, out=out, images=images))


def run_spaces(names: Sequence[str], seed: int, as_json: bool) -> int:
    return spaces.run(spaces.SpacesOptions(names=names, seed=seed, json=as_json))


def run_operators(
    names: Sequence[str], kinds: bool, at: str | None, width: int | None, stride: int, as_json: bool
) -> int:
    return operators.run(
        operators.OperatorsOptions(names=names, kinds=kinds, at=at, width=width, stride=stride, json=as_json)
    )


def run_evaluate(only: Sequence[str], seeds: int, out: Path | None) -> int:
    return evaluate.run(evaluate.EvaluateOptions(only=only, seeds=seeds, out=out))


def run_search_task(sources: Sequence[str], out: Path, training: TrainingOptions, **more: Any) -> int:
    chosen = {name: getattr(training, name) for name in training.given}
    return search_task.run(SearchTaskOptions(sources=sources, out=out, **chosen, **more))
