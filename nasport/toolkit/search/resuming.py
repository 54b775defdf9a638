"""Restore the options of a run from its folder, so that `--resume` needs no other options."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from nasport.runtime.bundle import shipped_names
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.run_folder import SETTINGS, kept_options, read_settings
from nasport.toolkit.search.folder import CANDIDATE_TEXTS, CANDIDATES, SPACE
from nasport.toolkit.search.limits import Limit
from nasport.toolkit.search.options import SearchOptions

FORMAT = "nasport-search"
_Options = TypeVar("_Options", bound=SearchOptions)


def options_to_keep(options: SearchOptions) -> dict[str, Any]:
    """Return the options that the folder of a run keeps in addition to its settings, search space and candidates."""
    of_training = {each.name for each in fields(Choices)}
    # The settings contain only a digest of these options, or do not contain them.
    names = {*of_training, "provider", "latency", "torch"} - {"preset", "seed"}
    if options.bundle not in shipped_names():
        names.add("bundle")
    if options.candidates is not None and isinstance(options.space, str | Path):
        names.add("space")
    found = kept_options(options, names)
    if options.choices is not None:
        found["choices"] = kept_options(options.choices, of_training)
    return found


def resumed(options: _Options) -> _Options:
    """Return options completed from the folder of the run if `resume` is set.

    Raises:
        InputError: the folder holds no settings of a search, or the run has a Python objective that is missing now.
    """
    if not options.resume or options.out is None or (settings := read_settings(options.out)) is None:
        return options
    if settings.get("format") != FORMAT:  # reported later, when the settings are compared
        return options
    try:
        evaluator, bundle, trained = settings["evaluator"], settings["bundle"], settings["gennas"]
        known = {
            **{name: settings[name] for name in ("searcher", "seed", "evaluations", "finalists", "winners")},
            "race": settings.get("race", False),
            **_searched(settings, options.out),
            "evaluator": "predictor" if evaluator == "objective" else evaluator,
            "pareto": settings["objectives"],
            "limits": _limits(settings["limits"], options),
            "bundle": bundle and bundle["name"],
            **({} if trained is None else {"preset": trained["preset"]}),
            **settings.get("options", {}),
        }
        if "choices" in known:
            known["choices"] = Choices(**known["choices"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"invalid settings ({error!r}), expected the settings of a run of nasport search"
        raise InputError(problem, file=str(options.out / SETTINGS)) from error
    if settings["objective"] is not None and options.objective is None:
        problem = (
            "the search began with a Python objective, expected the same objective in a call from Python"
        )
        raise InputError(problem, file=str(options.out / SETTINGS))
    return options.over(known)


def _searched(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the search space, or the candidates and their search space, as options."""
    space, candidates = settings["space"], settings["candidates"]
    if candidates is None:
        return {"space": folder / SPACE}
    notation = candidates["notation"]
    file = folder / (CANDIDATES if notation is None else CANDIDATE_TEXTS)
    return {"candidates": file, "space": space and space["name"], "source_format": notation}


def _limits(recorded: list[dict[str, Any]], options: SearchOptions) -> list[Limit]:
    """Return the limits of the run, without upper or lower limits if the user gives these again."""
    if options.limits:
        return []
    again = {True: options.at_most, False: options.at_least}
    limits = [
        Limit(each["fact"], each["max" if "max" in each else "min"], "max" in each) for each in recorded
    ]
    return [limit for limit in limits if not again[limit.at_most]]
