"""Settings of a search as table rows, and as the command that repeats the search. Missing settings are left out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from nasport.toolkit.search.folder import CANDIDATE_TEXTS, CANDIDATES, SPACE
from nasport.toolkit.search.options import WITH_FINALISTS
from nasport.toolkit.search.report.numbers import number, short
from nasport.toolkit.spaces.library import space_names

_LONGEST = 160
_DEFAULT_EVALUATOR, _DEFAULT_PRESET = "predictor", "full"
_TASKS = ("image_task", "sequence_task")
_SIGNS = {"max": "\N{LESS-THAN OR EQUAL TO}", "min": "\N{GREATER-THAN OR EQUAL TO}"}


def named(value: Any) -> str:
    """Return the name of a setting: the setting itself if it is a text, or its `name`, otherwise an empty text."""
    found = value.get("name") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def summary(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (title, value) of the most important settings."""
    plan = settings.get("gennas") or {}
    tasks = dict.fromkeys(filter(None, (named(plan.get(key)) for key in _TASKS)))
    limits = (f"{fact} {_SIGNS[side]} {short(bound)}" for side, fact, bound in _limits(settings))
    facts = objectives(settings)
    found = {
        **{title: named(settings.get(title)) for title in ("space", "searcher", "evaluator", "objective")},
        "candidates": (settings.get("candidates") or {}).get("count"),
        "predictor": named(settings.get("bundle")),
        "GenNAS": ", ".join([*(f"task {task}" for task in tasks), *(f"preset {p}" for p in _preset(plan))]),
        "seed": settings.get("seed"),
        "evaluations at most": settings.get("evaluations"),
        "finalists": settings.get("finalists"),
        "limits": ", ".join(limits),
        "objectives": ", ".join(("score", *facts)) if facts else "",
    }
    for title, value in found.items():
        if value not in (None, ""):
            yield title, value if isinstance(value, str) else number(value)


def flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every setting as (`a.b`, value as JSON)."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from flat(inner, f"{prefix}.{key}" if prefix else str(key))
        return
    text = json.dumps(value, ensure_ascii=False, default=str)
    yield prefix, text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def objectives(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the objectives in addition to the score."""
    return tuple(settings.get("objectives") or ())


def command(settings: Mapping[str, Any]) -> str:
    """Return the command that repeats the search from the folder of the run; empty for a search with a Python function."""
    if settings.get("objective"):
        return ""
    space, evaluator = named(settings.get("space")), named(settings.get("evaluator"))
    candidates, plan = settings.get("candidates"), settings.get("gennas") or {}
    notation = named(candidates.get("notation")) if candidates else ""
    tasks = [named(plan.get(key)) for key in _TASKS]
    options = [
        # Shipped spaces have a name. Of other spaces and of candidates there is a copy in the folder of the run.
        ("--space", space if not space or space in space_names() else SPACE),
        ("--candidates", (CANDIDATE_TEXTS if notation else CANDIDATES) if candidates else ""),
        ("--from", notation),
        ("--bundle", named(settings.get("bundle")) if evaluator != "gennas" else ""),
        ("--seed", settings.get("seed")),
        ("--searcher", named(settings.get("searcher"))),
        ("--evaluator", evaluator if evaluator != _DEFAULT_EVALUATOR else ""),
        ("--evaluations", settings.get("evaluations")),
        ("--finalists", settings.get("finalists") if evaluator in WITH_FINALISTS else ""),
        ("--winners", settings.get("winners")),
        *((f"--{side}", f"{fact}={bound:.15g}") for side, fact, bound in _limits(settings)),
        *(("--pareto", name) for name in objectives(settings)),
        ("--latency", "FILE" if settings.get("latency") else ""),
        *(("--preset", preset) for preset in _preset(plan) if preset != _DEFAULT_PRESET),
        # By default both tasks are set. If only one is set, the user chose it.
        ("--task", "" if all(tasks) else "".join(tasks)),
    ]
    given = [(option, str(value)) for option, value in options if value not in (None, "")]
    return shlex.join(["nasport", "search", *(word for pair in given for word in pair)])


def _preset(plan: Mapping[str, Any]) -> list[str]:
    return [named(plan.get("preset"))] if plan.get("preset") else []


def _limits(settings: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    """Return (`max` or `min`, fact, bound) of every limit."""
    limits = settings.get("limits") or ()
    return [(side, limit["fact"], limit[side]) for limit in limits for side in _SIGNS if side in limit]
