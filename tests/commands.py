"""Commands run in this process, each as a function."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nasport.toolkit.commands import convert, evaluate, operators, score, search_task, show, spaces, validate
from nasport.toolkit.gennas.choices import TrainingOptions
from nasport.toolkit.gennas.task_search.task_options import SearchTaskOptions


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
