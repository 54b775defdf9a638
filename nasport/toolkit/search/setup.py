"""Build the parts of a search from its options, and check everything that can be checked before it begins."""

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
from nasport.toolkit.search.resuming import FORMAT, options_to_keep
from nasport.toolkit.search.searched import Searched
from nasport.toolkit.search.searcher import Searcher
from nasport.toolkit.search.searchers import SEARCHERS, make_searcher

GENNAS_EVALUATIONS = 100
# Default number of evaluations by the predictor: proportional to the number of genes, within these bounds, because a
# space of six edges needs fewer evaluations than a space of forty.
EVALUATIONS_PER_GENE, FEWEST, MOST = 100, 300, 2_000
MOST_EXHAUSTIVE = 1_000_000  # its log takes several hundred megabytes
LOCAL = "local"


@dataclass(frozen=True)
class Setup:
    """The parts of a search.

    Attributes:
        training: GenNAS regression, for all architectures or for the finalists; None if nothing is trained.
        predictor: predictor of the search, whose warnings are added to the winners; None if the search uses no predictor.
        settings: values that determine the search, for settings.json.
        notes: notes for the user.
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
    """Check the options and build all parts.

    Raises:
        InputError: wrong or contradictory options, a domain without members, or a wrong file.
        MissingRuntimeError: a package that the evaluator or the searcher needs is not installed.
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
        table.latency(domain.supernet(domain.everything()))  # fails now if an operator is missing
    name, evaluations = _searcher(options, evaluator, source, size)
    if SEARCHERS[name].asks_supernets and not evaluator.supernets:
        works = [each for each, kind in SEARCHERS.working() if not kind.asks_supernets and each != "pareto"]
        raise InputError(
            f"the searcher {name!r} evaluates supernets, which the evaluator {evaluator.name!r} does not support; expected "
            f"one of {', '.join(works)}"
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
    if resumable := options_to_keep(options):
        settings[OPTIONS] = resumable
    notes = (
        *source.notes,
        *_notes_on_reranking(options, domain),
        *_notes(options, evaluator, name, evaluations, size),
    )
    return Setup(domain, searcher, evaluator, evaluations, training, predictor, settings, notes)


def adapted(setup: Setup, predictor: Predictor) -> Setup:
    """Return the same setup with another predictor."""
    assert isinstance(setup.evaluator, PredictorEvaluator)
    return replace(setup, evaluator=replace(setup.evaluator, predictor=predictor), predictor=predictor)


def _check(options: SearchOptions, source: Searched) -> None:
    if options.evaluator not in EVALUATORS:
        near = did_you_mean(options.evaluator, EVALUATORS)
        raise InputError(
            f"unknown evaluator {options.evaluator!r}{near}expected one of {', '.join(EVALUATORS)}"
        )
    if options.objective is not None and options.evaluator not in WITH_PREDICTOR:
        raise InputError(
            f"both an objective and the evaluator {options.evaluator!r}, expected one of them, or the evaluator 'both'"
        )
    if options.objective is not None and options.evaluator == PANEL:
        raise InputError("both an objective and the evaluator 'panel', expected one of them")
    if options.winners == 0 and not options.pareto:
        raise InputError("0 winners, expected at least 1; only with --pareto does 0 mean the whole front")
    _check_training(options, source)
    check_together(options.bounds)
    for name in options.pareto:
        check_fact(name)
    if len(set(options.pareto)) < len(options.pareto):
        raise InputError("--pareto names an objective twice, expected each objective once")
    if options.pareto and options.searcher and SEARCHERS[options.searcher].one_objective:
        raise InputError(
            f"the searcher {options.searcher!r} supports one objective, expected pareto, random or exhaustive for several"
        )
    for name in dict.fromkeys([*(limit.fact for limit in options.bounds), *options.pareto]):
        if name == "latency" and options.latency is None:
            raise InputError("latency is unknown without a latency table, expected --latency FILE")
        if name == "distance" and (options.evaluator not in WITH_PREDICTOR or options.objective is not None):
            raise InputError(
                "distance is unknown without a predictor, expected the evaluator predictor or both"
            )
        if name in ("parameters", "flops") and source.without_skeleton:
            raise InputError(
                f"{name} are unknown because the search space has no skeleton, expected a skeleton in the document, or "
                "reachable_parameters instead"
            )


def _check_training(options: SearchOptions, source: Searched) -> None:
    """Raise InputError for options of GenNAS regression that conflict with this search."""
    if options.race:
        if options.evaluator != "both":
            raise InputError(
                f"--race with the evaluator {options.evaluator!r}, expected the evaluator 'both'"
            )
        if options.pareto:
            raise InputError(
                "--race with several objectives, expected only one of the two: a race drops finalists, a Pareto front keeps them"
            )
        if source.domain.has_recurrent:
            raise InputError("--race with recurrent networks, expected image networks")
    if options.evaluator == PANEL:
        training = options if options.choices is None else options.choices
        names = {each.name: each.default for each in fields(Choices)}
        for name in names.keys() & training.given - {"task", "images", "seed", "device"}:
            if getattr(training, name) != names[name]:
                called = flag(SearchOptions, name)
                raise InputError(
                    f"{called} is for the evaluators gennas and both, expected one of them; the panel chooses its own training"
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
    """Raise InputError if the predictor refuses to score networks of the domain."""
    try:
        for architecture in domain.representatives():
            predictor.refusals.check(architecture)
    except InputError as error:
        raise InputError(f"{domain.name!r}: {error.problem}; expected --evaluator gennas") from None


def _size(domain: Domain) -> int:
    """Return the size of the domain, at least 1, or raise InputError if it is empty."""
    size = domain.size()
    try:
        if size > 0:
            domain.sample(default_rng(0))
            return size
    except RuntimeError:  # the rules leave no members, or hardly any
        pass
    raise InputError(
        f"{domain.name!r} is empty: no architecture that follows its rules was found, expected at least one"
    )


def _searcher(options: SearchOptions, evaluator: Evaluator, source: Searched, size: int) -> tuple[str, int]:
    """Return the name of the searcher and the number of evaluations."""
    cheap_list = source.is_list and evaluator.name == "predictor"
    if options.evaluations is None and (cheap_list or options.searcher == "exhaustive"):
        if size > MOST_EXHAUSTIVE:
            raise InputError(
                f"an exhaustive search of {size:,} architectures is too long, expected --evaluations N or another searcher"
            )
        return options.searcher or "exhaustive", size
    per_gene = EVALUATIONS_PER_GENE * source.domain.dimensions
    default = GENNAS_EVALUATIONS if evaluator.name == "gennas" else min(max(per_gene, FEWEST), MOST)
    evaluations = options.evaluations or default
    if source.is_list:
        evaluations = min(evaluations, size)
    if options.searcher is not None:
        return options.searcher, evaluations
    if size <= evaluations:
        return "exhaustive", size
    if options.pareto:
        return "pareto", evaluations
    return ("hybrid" if evaluator.supernets and find_spec("pymoo") else "regularized"), evaluations


def _notes_on_reranking(options: SearchOptions, domain: Domain) -> tuple[str, ...]:
    """Return notes on the second evaluator."""
    if options.race and (options.finalists or FINALISTS) <= WAVE:
        return (
            f"--race has no effect on {WAVE} finalists or fewer: the first {WAVE} are always trained to the end",
        )
    if options.evaluator == PANEL and domain.has_recurrent:
        from nasport.toolkit.adaptation.adapting import RECURRENT_WARNING

        return (RECURRENT_WARNING,)
    return ()


def _notes(
    options: SearchOptions, evaluator: Evaluator, searcher: str, evaluations: int, size: int
) -> tuple[str, ...]:
    """Return notes on choices that the search made."""
    if searcher == "exhaustive" and size > evaluations:
        total = f"{size:,}" if size < MOST_EXHAUSTIVE else f"{size:.1e}"
        return (
            f"only the first {evaluations:,} of {total} architectures were evaluated, because of --evaluations",
        )
    if options.searcher is None and searcher == "regularized" and evaluator.supernets:
        return (
            "the searcher was regularized instead of hybrid, because pymoo is not installed: "
            f"{pip_install('search')}",
        )
    return ()
