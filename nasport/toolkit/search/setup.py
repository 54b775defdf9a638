"""From the options of a search to its parts, with everything checked that can be known before it begins."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from importlib.util import find_spec
from typing import Any

from numpy.random import default_rng

from nasport.runtime.installation import pip_install
from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import read_bytes
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.race import WAVE
from nasport.toolkit.gennas.requirements import require_onnx, require_torch
from nasport.toolkit.options import flag
from nasport.toolkit.run_folder import OPTIONS
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.evaluators import EVALUATORS, extension_evaluator
from nasport.toolkit.search.evaluators.evaluator import Evaluator
from nasport.toolkit.search.evaluators.gennas_evaluator import GenNASEvaluator, Training
from nasport.toolkit.search.evaluators.objective import ObjectiveEvaluator
from nasport.toolkit.search.evaluators.predictor_evaluator import PredictorEvaluator
from nasport.toolkit.search.latency import LayerLatencies, read_latency
from nasport.toolkit.search.limits import check_fact, check_together
from nasport.toolkit.search.options import (
    FINALISTS,
    PANEL,
    WITH_FINALISTS,
    WITH_GENNAS,
    WITH_PREDICTOR,
    SearchOptions,
)
from nasport.toolkit.search.resuming import FORMAT, kept
from nasport.toolkit.search.searched import Searched
from nasport.toolkit.search.searcher import Searcher
from nasport.toolkit.search.searchers import SEARCHERS, make_searcher

GENNAS_EVALUATIONS = 100
# With the predictor so many for every gene, within these bounds: a cell of six edges is soon known, one of forty is not.
EVALUATIONS_PER_GENE, FEWEST, MOST = 100, 300, 2_000
MOST_EXHAUSTIVE = 1_000_000  # a log of some hundred megabytes
LOCAL = "local"


@dataclass(frozen=True)
class Setup:
    """The parts of a search.

    Attributes:
        training: of finalists, or of the evaluator; None where nothing is trained.
        predictor: whose warnings go with the winners; None where it takes no part.
        settings: what decides the search, for settings.json.
        notes: what the user should know of it.
    """

    domain: Domain
    searcher: Searcher
    evaluator: Evaluator
    evaluations: int
    training: Training | None
    predictor: Predictor | None
    settings: dict[str, Any]
    notes: tuple[str, ...]


def set_up(options: SearchOptions, source: Searched) -> Setup:
    """Check and make everything.

    Raises:
        InputError: options that are wrong or contradict each other, a domain without members, a wrong file.
        MissingRuntimeError: a package is not installed that the evaluator or the searcher needs.
    """
    _check(options, source)
    domain = source.domain
    table = None if options.latency is None else read_latency(options.latency)
    training = None
    if options.evaluator == PANEL:
        require_torch()
        require_onnx()
    if options.evaluator in WITH_GENNAS:
        training = Training(options.training, options.jobs, "" if options.ray == LOCAL else options.ray)
    evaluator = _evaluator(options, domain, table, training)
    is_shipped = EVALUATORS.is_shipped(options.evaluator)
    predictor = evaluator.predictor if is_shipped and isinstance(evaluator, PredictorEvaluator) else None
    size = _size(domain)
    if predictor is not None and options.evaluator != PANEL:
        _check_refusals(predictor, domain)
    if table is not None and not source.is_list:
        table.latency(domain.supernet(domain.everything()))  # an operator that is missing is to be known now
    name, evaluations = _searcher(options, evaluator, source, size)
    if SEARCHERS[name].asks_supernets and not evaluator.supernets:
        works = [each for each, kind in SEARCHERS.working() if not kind.asks_supernets and each != "pareto"]
        raise InputError(
            f"the searcher {name!r} asks for supernets, which the evaluator {evaluator.name!r} cannot judge; expected one of "
            f"{', '.join(works)}"
        )
    if training is not None and not source.is_list:
        training.check(domain.architecture(domain.sample(default_rng(0))))
    objectives, with_objective = 1 + len(options.pareto), options.objective is not None
    searcher = make_searcher(name, domain, seed=options.seed, evaluations=evaluations, objectives=objectives)
    settings = {
        "format": FORMAT,
        "version": 1,
        **source.settings,
        "searcher": name,
        "seed": options.seed,
        "evaluator": "objective"
        if with_objective and options.evaluator == "predictor"
        else options.evaluator,
        "bundle": evaluator.to_json() if predictor else None,
        "objective": evaluator.to_json() if with_objective else None,
        **({} if is_shipped else {"evaluator_settings": evaluator.to_json()}),
        "evaluations": evaluations,
        "finalists": (options.finalists or FINALISTS) if options.evaluator in WITH_FINALISTS else None,
        "winners": options.winners,
        "limits": [limit.to_json() for limit in options.bounds],
        "objectives": list(options.pareto),
        "latency": options.latency and hashlib.sha256(read_bytes(options.latency)).hexdigest(),
        "gennas": None if training is None else training.to_json(),
    }
    if options.evaluator == PANEL and predictor is not None:
        from nasport.toolkit.search.with_panel import panel_settings

        settings["panel"] = panel_settings(options, predictor.bundle, domain.has_recurrent)
    if options.race:
        settings["race"] = True
    if options.provider is not None:
        settings["provider"] = options.provider
    if told := kept(options):
        settings[OPTIONS] = told
    notes = (
        *source.notes,
        *_of_evaluators(options, domain),
        *_notes(options, evaluator, name, evaluations, size),
    )
    return Setup(domain, searcher, evaluator, evaluations, training, predictor, settings, notes)


def adapted(setup: Setup, predictor: Predictor) -> Setup:
    """The same search by another predictor."""
    assert isinstance(setup.evaluator, PredictorEvaluator)
    return replace(setup, evaluator=replace(setup.evaluator, predictor=predictor), predictor=predictor)


def _check(options: SearchOptions, source: Searched) -> None:
    if options.evaluator not in EVALUATORS:
        near = did_you_mean(options.evaluator, EVALUATORS)
        raise InputError(
            f"no such evaluator: {options.evaluator!r}{near}expected one of {', '.join(EVALUATORS)}"
        )
    if options.objective is not None and options.evaluator not in WITH_PREDICTOR:
        raise InputError(
            f"an objective and the evaluator {options.evaluator!r}, expected one of them, or the evaluator 'both'"
        )
    if options.objective is not None and options.evaluator == PANEL:
        raise InputError("an objective and the evaluator 'panel', expected one of them")
    if options.winners == 0 and not options.pareto:
        raise InputError("0 winners, expected at least 1; 0 is for the whole of a Pareto front")
    _check_training(options, source)
    check_together(options.bounds)
    for name in options.pareto:
        check_fact(name)
    if len(set(options.pareto)) < len(options.pareto):
        raise InputError("an objective is twice in --pareto, expected each once")
    if options.pareto and options.searcher and SEARCHERS[options.searcher].one_objective:
        raise InputError(
            f"the searcher {options.searcher!r} takes one objective, expected pareto, random or exhaustive for several"
        )
    for name in dict.fromkeys([*(limit.fact for limit in options.bounds), *options.pareto]):
        if name == "latency" and options.latency is None:
            raise InputError("no latency is known without a table of it, expected --latency FILE")
        if name == "distance" and (options.evaluator not in WITH_PREDICTOR or options.objective is not None):
            raise InputError(
                "no distance is known without a predictor, expected the evaluator predictor or both"
            )
        if name in ("parameters", "flops") and source.without_skeleton:
            raise InputError(
                f"no {name} are known of a space without a skeleton, expected one in the document, or a limit of "
                "reachable_parameters"
            )


def _check_training(options: SearchOptions, source: Searched) -> None:
    """Raises InputError for options of GenNAS regression that this search leaves no room for."""
    if options.race:
        if options.evaluator != "both":
            raise InputError(
                f"a race (--race) and the evaluator {options.evaluator!r}, expected the evaluator 'both'"
            )
        if options.pareto:
            raise InputError(
                "a race (--race) and several objectives, expected one of them: on a front nobody loses"
            )
        if source.domain.has_recurrent:
            raise InputError(
                "a race (--race) of recurrent networks, expected none: it compares image networks"
            )
    if options.evaluator == PANEL:
        training = options if options.choices is None else options.choices
        names = {each.name: each.default for each in fields(Choices)}
        for name in names.keys() & training.given - {"task", "images", "seed", "device"}:
            if getattr(training, name) != names[name]:
                called = flag(SearchOptions, name)
                raise InputError(
                    f"{called} is for the evaluators gennas and both; the panel has a training of its own"
                )


def _evaluator(
    options: SearchOptions, domain: Domain, table: LayerLatencies | None, training: Training | None
) -> Evaluator:
    bounds, bundle = options.bounds, options.bundle or DEFAULT_BUNDLE
    if options.objective is not None:
        return ObjectiveEvaluator(domain, options.objective, table)
    if options.evaluator == "gennas":
        assert training is not None
        return GenNASEvaluator(domain, training, bounds, table)
    if not EVALUATORS.is_shipped(options.evaluator):
        return extension_evaluator(
            options.evaluator, domain, seed=options.seed, limits=bounds, latency=table, bundle=bundle
        )
    predictor = Predictor.load(bundle, providers=[options.provider] if options.provider else None)
    return PredictorEvaluator(domain, predictor, table)


def _check_refusals(predictor: Predictor, domain: Domain) -> None:
    """Raises InputError where the predictor gives networks of the domain no score."""
    try:
        for architecture in domain.representatives():
            predictor.refusals.check(architecture)
    except InputError as error:
        raise InputError(f"{domain.name!r}: {error.problem}; expected --evaluator gennas") from None


def _size(domain: Domain) -> int:
    """At least 1."""
    size = domain.size()
    try:
        if size > 0:
            domain.sample(default_rng(0))
            return size
    except RuntimeError:  # rules that leave nothing, or next to nothing
        pass
    raise InputError(
        f"{domain.name!r} is empty: no architecture was found that keeps its rules, expected at least one"
    )


def _searcher(options: SearchOptions, evaluator: Evaluator, source: Searched, size: int) -> tuple[str, int]:
    """Its name and the evaluations."""
    cheap_list = source.is_list and evaluator.name == "predictor"
    if options.evaluations is None and (cheap_list or options.searcher == "exhaustive"):
        if size > MOST_EXHAUSTIVE:
            raise InputError(
                f"an exhaustive search of {size:,} architectures, expected --evaluations N with it, or another searcher"
            )
        return options.searcher or "exhaustive", size
    per_gene = EVALUATIONS_PER_GENE * source.domain.dimensions
    usual = GENNAS_EVALUATIONS if evaluator.name == "gennas" else min(max(per_gene, FEWEST), MOST)
    evaluations = options.evaluations or usual
    if source.is_list:
        evaluations = min(evaluations, size)
    if options.searcher is not None:
        return options.searcher, evaluations
    if size <= evaluations:
        return "exhaustive", size
    if options.pareto:
        return "pareto", evaluations
    return ("hybrid" if evaluator.supernets and find_spec("pymoo") else "regularized"), evaluations


def _of_evaluators(options: SearchOptions, domain: Domain) -> tuple[str, ...]:
    """What the user should know of the second evaluator."""
    if options.race and (options.finalists or FINALISTS) <= WAVE:
        return (
            f"of {WAVE} finalists or fewer nobody is stopped: the first {WAVE} of a race come to the end",
        )
    if options.evaluator == PANEL and domain.has_recurrent:
        from nasport.toolkit.adaptation.adapting import LITTLE_OF_RECURRENT

        return (LITTLE_OF_RECURRENT,)
    return ()


def _notes(
    options: SearchOptions, evaluator: Evaluator, searcher: str, evaluations: int, size: int
) -> tuple[str, ...]:
    """What the user should know of the choices made."""
    if searcher == "exhaustive" and size > evaluations:
        total = f"{size:,}" if size < MOST_EXHAUSTIVE else f"{size:.1e}"
        return (
            f"only the first {evaluations:,} of {total} architectures were judged, as --evaluations says",
        )
    if options.searcher is None and searcher == "regularized" and evaluator.supernets:
        return (
            "regularized evolution searched, since pymoo is not installed; the hybrid searcher needs it: "
            f"{pip_install('search')}",
        )
    return ()
