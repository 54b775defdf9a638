"""From what somebody asks for to the parts of a search, with everything checked that can be known before it begins."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from numpy.random import default_rng

from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.reading import read_bytes
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.judges.gennas_judge import GenNASJudge, Training
from nasport.toolkit.search.judges.judge import Judge
from nasport.toolkit.search.judges.objective import Objective, ObjectiveJudge
from nasport.toolkit.search.judges.predictor_judge import PredictorJudge
from nasport.toolkit.search.latency import LayerLatencies, read_latency
from nasport.toolkit.search.limits import Limit, check_fact, check_together
from nasport.toolkit.search.searcher import Searcher
from nasport.toolkit.search.searchers import ASK_SUPERNETS, ONE_OBJECTIVE, SEARCHERS, make_searcher
from nasport.toolkit.search.sources import Searched

JUDGES = ("predictor", "gennas", "both")
GENNAS_EVALUATIONS = 100
# With the predictor so many for every gene, within these bounds: a cell of six edges is soon known, one of forty is not.
EVALUATIONS_PER_GENE, FEWEST, MOST = 100, 300, 2_000
MOST_EXHAUSTIVE = 1_000_000  # a log of some hundred megabytes
FINALISTS, WINNERS = 16, 10
# Of a Pareto front so many are winners, where nobody says how many; all of it may be hundreds.
SHOWN_OF_FRONT = 16
FORMAT = "nasport-search"


@dataclass(frozen=True)
class Request:
    """What somebody asks for; see `search` for the arguments."""

    seed: int = 0
    searcher: str | None = None
    judge: str = "predictor"
    bundle: str | Path = DEFAULT_BUNDLE
    evaluations: int | None = None
    finalists: int = FINALISTS
    winners: int | None = None
    limits: Sequence[Limit] = ()
    pareto: Sequence[str] = ()
    latency: Path | None = None
    objective: Objective | None = None
    choices: Choices = field(default_factory=Choices)
    jobs: int | None = None
    ray: str | None = None


@dataclass(frozen=True)
class Setup:
    """The parts of a search.

    Attributes:
        training: of finalists, or of the judge; None where nothing is trained.
        predictor: whose warnings go with the winners; None where it takes no part.
        settings: what decides the search, for settings.json.
        notes: what the user should know of it.
    """

    domain: Domain
    searcher: Searcher
    judge: Judge
    evaluations: int
    training: Training | None
    predictor: Predictor | None
    settings: dict[str, Any]
    notes: tuple[str, ...]


def set_up(request: Request, source: Searched) -> Setup:
    """Check and make everything.

    Raises:
        InputError: options that are wrong or contradict each other, a domain without members, a wrong file.
        MissingRuntimeError: a package is not installed that the judge or the searcher needs.
    """
    _check(request, source)
    domain = source.domain
    table = None if request.latency is None else read_latency(request.latency)
    training = None
    if request.judge != "predictor":
        training = Training(request.choices, request.jobs, request.ray)
    judge, predictor = _judge(request, domain, table, training)
    size = _size(domain)
    if table is not None and not source.is_list:
        table.latency(domain.supernet(domain.everything()))  # an operator that is missing is to be known now
    name, evaluations = _searcher(request, judge, source, size)
    if name in ASK_SUPERNETS and not judge.supernets:
        works = [other for other in SEARCHERS if other not in (*ASK_SUPERNETS, "pareto")]
        raise InputError(
            f"the searcher {name!r} asks for supernets, which the judge {judge.name!r} cannot judge; expected one of "
            f"{', '.join(works)}"
        )
    if training is not None and not source.is_list:
        training.check(domain.architecture(domain.sample(default_rng(0))))
    objectives = 1 + len(request.pareto)
    searcher = make_searcher(name, domain, seed=request.seed, evaluations=evaluations, objectives=objectives)
    settings = {
        "format": FORMAT,
        "version": 1,
        **source.settings,
        "searcher": name,
        "seed": request.seed,
        "judge": "objective"
        if request.objective is not None and request.judge == "predictor"
        else request.judge,
        "bundle": judge.to_json() if predictor else None,
        "objective": None if request.objective is None else judge.to_json(),
        "evaluations": evaluations,
        "finalists": request.finalists if request.judge == "both" else None,
        "winners": request.winners,
        "limits": [limit.to_json() for limit in request.limits],
        "objectives": list(request.pareto),
        "latency": None if request.latency is None else _file_digest(request.latency),
        "gennas": None if training is None else training.to_json(),
    }
    notes = (*source.notes, *_notes(request, judge, name, evaluations, size))
    return Setup(domain, searcher, judge, evaluations, training, predictor, settings, notes)


def _check(request: Request, source: Searched) -> None:
    if request.judge not in JUDGES:
        near = did_you_mean(request.judge, JUDGES)
        raise InputError(f"no such judge: {request.judge!r}{near}expected one of {', '.join(JUDGES)}")
    if request.objective is not None and request.judge == "gennas":
        raise InputError("an objective and the judge 'gennas', expected one of them, or the judge 'both'")
    counts = {"evaluations": request.evaluations, "finalists": request.finalists, "winners": request.winners}
    for name, count in counts.items():
        whole_front = name == "winners" and count == 0 and request.pareto
        if count is not None and count < 1 and not whole_front:
            raise InputError(f"{count} {name}, expected at least 1")
    if request.seed < 0:
        raise InputError(f"a seed of {request.seed}, expected 0 or more")
    check_together(request.limits)
    for name in request.pareto:
        check_fact(name)
    if len(set(request.pareto)) < len(request.pareto):
        raise InputError("an objective stands twice in --pareto, expected each once")
    if request.pareto and request.searcher in ONE_OBJECTIVE:
        raise InputError(
            f"the searcher {request.searcher!r} heeds one objective, expected pareto, random or exhaustive for several"
        )
    _check_known(request, source)


def _check_known(request: Request, source: Searched) -> None:
    """Facts that nothing here tells."""
    for name in dict.fromkeys([*(limit.fact for limit in request.limits), *request.pareto]):
        if name == "latency" and request.latency is None:
            raise InputError("no latency is known without a table of it, expected --latency FILE")
        if name == "distance" and (request.judge == "gennas" or request.objective is not None):
            raise InputError("no distance is known without a predictor, expected the judge predictor or both")
        if name in ("parameters", "flops") and source.without_skeleton:
            raise InputError(
                f"no {name} are known of a space without a skeleton, expected one in the document, or a limit of "
                "reachable_parameters"
            )


def _judge(
    request: Request, domain: Domain, table: LayerLatencies | None, training: Training | None
) -> tuple[Judge, Predictor | None]:
    if request.objective is not None:
        return ObjectiveJudge(domain, request.objective, table), None
    if request.judge == "gennas":
        assert training is not None
        return GenNASJudge(domain, training, request.limits, table), None
    predictor = Predictor.load(request.bundle)
    return PredictorJudge(domain, predictor, table), predictor


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


def _searcher(request: Request, judge: Judge, source: Searched, size: int) -> tuple[str, int]:
    """Its name and the evaluations."""
    cheap_list = source.is_list and judge.name == "predictor"
    if request.evaluations is None and (cheap_list or request.searcher == "exhaustive"):
        if size > MOST_EXHAUSTIVE:
            raise InputError(
                f"an exhaustive search of {size:,} architectures, expected --evaluations N with it, or another searcher"
            )
        return request.searcher or "exhaustive", size
    evaluations = request.evaluations or _usual(judge, source.domain)
    if source.is_list:
        evaluations = min(evaluations, size)
    if request.searcher is not None:
        return request.searcher, evaluations
    if size <= evaluations:
        return "exhaustive", size
    if request.pareto:
        return "pareto", evaluations
    return ("hybrid" if judge.supernets and _has_pymoo() else "regularised"), evaluations


def _has_pymoo() -> bool:
    return find_spec("pymoo") is not None


def _notes(request: Request, judge: Judge, searcher: str, evaluations: int, size: int) -> tuple[str, ...]:
    """What the user should know of the choices made."""
    if searcher == "exhaustive" and size > evaluations:
        total = f"{size:,}" if size < MOST_EXHAUSTIVE else f"{size:.1e}"
        return (
            f"only the first {evaluations:,} of {total} architectures were judged, as --evaluations says",
        )
    if request.searcher is None and searcher == "regularised" and judge.supernets:
        return (
            "regularised evolution searched, since pymoo is not installed; the hybrid searcher needs it: "
            "pip install 'nasport[search]'",
        )
    return ()


def _usual(judge: Judge, domain: Domain) -> int:
    """Evaluations where nobody says how many."""
    if judge.name == "gennas":
        return GENNAS_EVALUATIONS
    return min(max(EVALUATIONS_PER_GENE * domain.dimensions, FEWEST), MOST)


def _file_digest(path: Path) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()
