"""The plan for a time budget: a timed probe of a few networks determines how much fits into the budget.

The plan says how deep the networks are and how many of them each stage evaluates. It is made once and nothing is timed
afterwards, so a run that is resumed on another machine gives the same result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any, TypeVar

from nasport.models.optimization import one_thread
from nasport.runtime.bundle import Bundle
from nasport.runtime.costs import costs
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.planning import SEQUENCE_TASK, plan_of
from nasport.toolkit.gennas.trainer import Plan
from nasport.toolkit.panel.choices import PanelChoices
from nasport.toolkit.panel.learned import origin_of, steps_of, task_of
from nasport.toolkit.panel.stages import (
    GENNAS,
    PROXIES,
    PROXY_EVALUATORS,
    Evaluation,
    GennasStage,
    ProxyStage,
    Stage,
    problem_of,
)
from nasport.toolkit.progress import duration
from nasport.toolkit.proxies.choices import ProxyChoices
from nasport.toolkit.proxies.planning import proxy_plan

_Choices = TypeVar("_Choices", bound=PanelChoices)

DEPTHS = (1.0, 0.5, 1 / 3, 0.25)
"""Depths of the networks, tried in this order until `WANTED` evaluations fit into the budget."""
WANTED = 40
# Share of the budget for evaluations; the remaining time is for everything between them.
_USED = 0.9
# Numbers of steps of two short trainings, from which the time of a whole training is extrapolated.
_SHORT, _LONGER = 2, 6


@dataclass(frozen=True)
class PanelPlan:
    """How much fits into a time budget.

    Attributes:
        proxied: number of architectures that the proxies evaluate.
        trained: number of these that GenNAS evaluates.
        depth: factor on the repeats of every stage of a network.
        precision: precision of GenNAS regression.
        seconds: by stage, measured time per network.
    """

    proxied: int
    trained: int
    depth: float
    precision: str
    seconds: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values, for the folder of a run."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> PanelPlan:
        """Return the plan that `to_json` wrote.

        Raises:
            InputError: the keys are not those of a plan.
        """
        try:
            return cls(**content)
        except TypeError:
            raise InputError("not a plan of the panel, expected the plan.json that the run wrote") from None


def with_task(choices: _Choices, bundle: Bundle) -> _Choices:
    """Return options with a GenNAS task; without a chosen task they get that of image networks for the bundle."""
    return choices if choices.task else choices.but(task=task_of(origin_of(bundle)))


def training_plan(choices: PanelChoices, recurrent: bool, precision: str = "auto") -> Plan:
    """Return how GenNAS trains.

    Args:
        choices: options of the panel; for image networks they must name a task, see `with_task`.
        recurrent: whether the networks have recurrent cells.
        precision: precision of the regression.

    Raises:
        InputError: unknown task, missing device or invalid images.
    """
    task = choices.task or (SEQUENCE_TASK if recurrent else None)
    assert task is not None, "with_task chooses it"
    shared: dict[str, Any] = {"images": choices.images, "seed": choices.seed, "device": choices.device}
    return plan_of(Choices(task=task, iterations=steps_of(task), precision=precision, **shared))


def stages(choices: PanelChoices, training: Plan, depth: float = 1.0) -> dict[str, Stage]:
    """Return the stages that run networks, by name; recurrent cells have only GenNAS, because proxies need images."""
    proxies: dict[str, Stage] = {}
    deep = replace(training, settings=replace(training.settings, depth=depth))
    if training.image_task is not None:
        shared: dict[str, Any] = {"images": choices.images, "seed": choices.seed, "device": choices.device}
        plan = proxy_plan(ProxyChoices(only=PROXY_EVALUATORS, depth=depth, **shared))
        proxies[PROXIES] = ProxyStage(plan, deep)
    return {**proxies, GENNAS: GennasStage(deep)}


def timed_plan(
    architectures: Sequence[Architecture],
    choices: PanelChoices,
    training: Plan,
    budget: float,
    jobs: int,
    counts: Callable[[float, float, float], tuple[int, int]],
) -> PanelPlan:
    """Time the stages on a few architectures and return the plan for a budget.

    Args:
        architectures: architectures of one kind; up to three of them are timed.
        choices: options of the panel.
        training: how GenNAS trains.
        budget: seconds.
        jobs: number of processes that evaluate in parallel.
        counts: function of the seconds of all processes together, the seconds of the proxies per network and those of
            GenNAS per network; it returns the number of networks for the proxies and for GenNAS.

    Raises:
        InputError: a network cannot be built, or the budget is too small for one evaluation.
    """
    available, (middle, *others) = _USED * budget * jobs, _probes(architectures, choices, training)
    wanted = min(WANTED, len(architectures))
    depth, of_middle = 1.0, (0.0, 0.0)
    for depth in DEPTHS if not middle.is_recurrent else DEPTHS[:1]:
        of_middle = _evaluation_seconds(middle, choices, training, depth)
        if available >= wanted * sum(of_middle):
            break
    timed = [of_middle, *(_evaluation_seconds(other, choices, training, depth) for other in others)]
    proxies, gennas = (fmean(seconds) for seconds in zip(*timed, strict=True))
    proxied, trained = counts(available, proxies, gennas)
    if min(proxied, trained) < 1:
        needed = (proxies + gennas) / _USED / jobs
        raise InputError(
            f"a budget of {duration(budget)} is too small for one evaluation, which takes {needed:.1f} s on this machine; "
            "expected a larger --budget"
        )
    seconds = {PROXIES: round(proxies, 3), GENNAS: round(gennas, 3)}
    return PanelPlan(proxied, trained, depth, training.settings.precision, seconds)


def _probes(
    architectures: Sequence[Architecture], choices: PanelChoices, training: Plan
) -> list[Architecture]:
    """Return up to three architectures whose networks run, nearest to the median, the 20th and the 80th percentile of FLOPs.

    Raises:
        InputError: no network can be run.
    """
    evaluate = next(iter(stages(choices, training, DEPTHS[-1]).values())).begun()
    error: InputError | None = None
    all_costs = [costs(architecture) for architecture in architectures]
    order = sorted(range(len(all_costs)), key=lambda at: (cost.flops or 0) if (cost := all_costs[at]) else 0)
    chosen: dict[int, Architecture] = {}
    for wanted in (len(order) // 2, len(order) // 5, 4 * len(order) // 5):
        for place in sorted(range(len(order)), key=lambda place: abs(place - wanted)):
            architecture = architectures[order[place]]
            if place in chosen or (problem := problem_of(evaluate(architecture))) is None:
                chosen[place] = architecture
                break
            error = InputError(f"{architecture.name!r:.200}: {problem.problem}", path=problem.path)
    if not chosen:
        raise error or InputError("no architectures to evaluate, expected at least one")
    return list(chosen.values())


def _evaluation_seconds(
    probe: Architecture, choices: PanelChoices, training: Plan, depth: float
) -> tuple[float, float]:
    """Return the seconds of the proxies and of GenNAS for a network."""
    by_name = stages(choices, training, depth)
    proxies = _seconds(by_name[PROXIES], probe) if PROXIES in by_name else 0.0
    return proxies, _training_seconds(by_name[GENNAS], probe)


def stage_counts(count: int, fewest: int | None = None) -> Callable[[float, float, float], tuple[int, int]]:
    """Return a function for `timed_plan` that chooses how many of `count` architectures each stage evaluates.

    If the time suffices, both stages evaluate all. Otherwise both evaluate the same architectures, as many as fit, if
    these are at least `fewest`: then a correction that is learned from them ranks the others. Otherwise the proxies
    evaluate more of them, and GenNAS the better half.

    Args:
        count: number of architectures.
        fewest: smallest number of architectures that a correction can be learned from; None if none can be learned.
    """

    def counts(available: float, proxies: float, gennas: float) -> tuple[int, int]:
        by_both = min(count, int(available / (proxies + gennas) + 1e-9))
        if by_both == count or (fewest is not None and by_both >= fewest):
            return by_both, by_both
        proxied = min(count, int(available / (proxies + gennas / 2)))
        return proxied, min(proxied, int((available - proxied * proxies) / gennas))

    return counts


def _training_seconds(stage: Stage, probe: Architecture) -> float:
    """Return the seconds of a whole training, extrapolated from two short ones."""
    assert isinstance(stage, GennasStage)
    plan = stage.plan
    if probe.is_recurrent:
        steps, name = plan.recurrent_settings.iterations, "recurrent_settings"
    else:
        steps, name = plan.settings.iterations, "settings"

    def seconds_of_steps(count: int) -> float:
        few = replace(plan, **{name: replace(getattr(plan, name), iterations=min(count, steps))})
        return _seconds(GennasStage(few), probe)

    short, longer = seconds_of_steps(_SHORT), seconds_of_steps(_LONGER)
    return short + max(longer - short, 0.0) / (_LONGER - _SHORT) * (steps - _SHORT)


def _seconds(stage: Stage, probe: Architecture) -> float:
    """Return the seconds of a stage for a network in one thread, without its preparation.

    Raises:
        InputError: the network cannot be run.
        NasportError: the evaluation failed for an unexpected reason.
    """
    with one_thread():
        evaluate = stage.begun()
        evaluate(probe)  # prepares images, targets and torch
        start = time.perf_counter()
        evaluation: Evaluation = evaluate(probe)
        seconds = time.perf_counter() - start
    if evaluation.unexpected:
        raise NasportError(f"{probe.name!r} could not be evaluated: {evaluation.failed}")
    if (problem := problem_of(evaluation)) is not None:
        raise problem
    return seconds
