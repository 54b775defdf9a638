"""What decided a search, as rows to read and as the command to repeat it.

Settings are read tolerantly: a row whose setting is not there, or is of another shape, is left out.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasport.toolkit.search.folder import CANDIDATE_TEXTS, CANDIDATES, SPACE
from nasport.toolkit.search.report.numbers import number, short
from nasport.toolkit.spaces.library import space_names

_LONGEST = 160
_DEFAULT_JUDGE, _DEFAULT_PRESET = "predictor", "full"
_TASKS = ("image_task", "sequence_task")


def named(value: Any) -> str:
    """What a setting is called: the setting itself where it is a text, or its `name`."""
    if isinstance(value, Mapping):
        return named(value.get("name"))
    return value if isinstance(value, str) else ""


def summary(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(what, how) of the settings that most readers ask for."""
    for title in ("space", "searcher", "judge", "objective"):
        if words := named(settings.get(title)):
            yield title, words
    if isinstance(count := _part(settings, "candidates", "count"), int):
        yield "candidates", number(count)
    if bundle := named(settings.get("bundle")):
        yield "predictor", bundle
    if task := _task(settings):
        yield "GenNAS", task
    for title, key in (("seed", "seed"), ("evaluations", "evaluations"), ("finalists", "finalists")):
        if isinstance(value := settings.get(key), int | float) and not isinstance(value, bool):
            yield (f"{title} at most" if title == "evaluations" else title), number(value)
    if limits := list(_limits(settings)):
        signs = {"max": "\N{LESS-THAN OR EQUAL TO}", "min": "\N{GREATER-THAN OR EQUAL TO}"}
        yield "limits", ", ".join(f"{fact} {signs[side]} {short(bound)}" for side, fact, bound in limits)
    if facts := objectives(settings):
        yield "objectives", ", ".join(("score", *facts))


def flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every setting as `a.b`, with its value as JSON."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from flat(inner, f"{prefix}.{key}" if prefix else str(key))
        return
    text = json.dumps(value, ensure_ascii=False, default=str)
    yield prefix, text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def objectives(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that were objectives beside the score."""
    found = settings.get("objectives") or ()
    names = found if isinstance(found, Sequence) and not isinstance(found, str) else (found,)
    return tuple(str(name) for name in names if isinstance(name, str) and name != "score")


def command(settings: Mapping[str, Any]) -> str:
    """The command that searches again, from within the folder of the run; empty where a function of Python judged."""
    if settings.get("objective"):
        return ""
    words = ["nasport", "search"]
    judge = named(settings.get("judge"))
    options = [
        ("--space", _space(settings)),
        *_candidates(settings),
        ("--bundle", named(settings.get("bundle")) if judge != "gennas" else ""),
        ("--seed", _whole(settings.get("seed"))),
        ("--searcher", named(settings.get("searcher"))),
        ("--judge", judge if judge != _DEFAULT_JUDGE else ""),
        ("--evaluations", _whole(settings.get("evaluations"))),
        ("--finalists", _whole(settings.get("finalists")) if judge == "both" else ""),
        ("--winners", _whole(settings.get("winners"))),
        *((f"--{side}", f"{fact}={bound:.15g}") for side, fact, bound in _limits(settings)),
        *(("--pareto", name) for name in objectives(settings)),
        ("--latency", "FILE" if settings.get("latency") else ""),
        *_gennas(settings),
    ]
    for option, value in options:
        if value:
            words += [option, value]
    return shlex.join(words)


def _space(settings: Mapping[str, Any]) -> str:
    """A space that comes along by its name; of another one the copy in the folder of the run."""
    name = named(settings.get("space"))
    return name if not name or name in space_names() else SPACE


def _candidates(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The copy in the folder of the run, and its notation."""
    if settings.get("candidates"):
        notation = named(_part(settings, "candidates", "notation"))
        yield "--candidates", CANDIDATE_TEXTS if notation else CANDIDATES
        yield "--from", notation


def _part(settings: Mapping[str, Any], key: str, name: str) -> Any:
    """A setting of a setting; None where there is none."""
    found = settings.get(key)
    return found.get(name) if isinstance(found, Mapping) else None


def _task(settings: Mapping[str, Any]) -> str:
    """The proxy tasks and the preset, where GenNAS judged."""
    plan = settings.get("gennas")
    if not isinstance(plan, Mapping):
        return ""
    tasks = dict.fromkeys(filter(None, (named(plan.get(key)) for key in _TASKS)))
    preset = named(plan.get("preset"))
    return ", ".join([*(f"task {task}" for task in tasks), *([f"preset {preset}"] if preset else [])])


def _gennas(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Options of the training that are not the usual ones. A task that was asked for stands alone."""
    plan = settings.get("gennas")
    if isinstance(plan, Mapping):
        preset, tasks = named(plan.get("preset")), [named(plan.get(key)) for key in _TASKS]
        yield "--preset", preset if preset != _DEFAULT_PRESET else ""
        yield "--task", "" if all(tasks) else "".join(tasks)


def _limits(settings: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """(`max` or `min`, fact, bound)."""
    found = settings.get("limits")
    for limit in found if isinstance(found, Sequence) else ():
        if isinstance(limit, Mapping) and isinstance(limit.get("fact"), str):
            for side in ("max", "min"):
                if isinstance(bound := limit.get(side), int | float):
                    yield side, limit["fact"], float(bound)


def _whole(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
