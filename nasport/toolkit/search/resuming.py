"""The options of a run from its folder, so that it goes on without their being given again."""

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


def kept(options: SearchOptions) -> dict[str, Any]:
    """What the folder of a run keeps of its options beside settings, space and candidates."""
    of_training = {each.name for each in fields(Choices)}
    # The settings have only a digest of these, or nothing.
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
    """Options with what the folder of the run tells, where they say that it goes on.

    Raises:
        InputError: it holds no settings of a search, or an objective of Python that is not given again.
    """
    if not options.resume or options.out is None or (settings := read_settings(options.out)) is None:
        return options
    if settings.get("format") != FORMAT:  # told when the settings are compared
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
        problem = f"no settings of a search ({error!r}), expected those of a run of nasport search"
        raise InputError(problem, file=str(options.out / SETTINGS)) from error
    if settings["objective"] is not None and options.objective is None:
        problem = "the search was begun with an objective, expected the same one again, from Python"
        raise InputError(problem, file=str(options.out / SETTINGS))
    return options.over(known)


def _searched(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The space, or the candidates and the space that they are of."""
    space, candidates = settings["space"], settings["candidates"]
    if candidates is None:
        return {"space": folder / SPACE}
    notation = candidates["notation"]
    file = folder / (CANDIDATES if notation is None else CANDIDATE_TEXTS)
    return {"candidates": file, "space": space and space["name"], "source_format": notation}


def _limits(told: list[dict[str, Any]], options: SearchOptions) -> list[Limit]:
    """Those of the run, but for sides that limits are given for again."""
    if options.limits:
        return []
    again = {True: options.at_most, False: options.at_least}
    limits = [Limit(each["fact"], each["max" if "max" in each else "min"], "max" in each) for each in told]
    return [limit for limit in limits if not again[limit.at_most]]
