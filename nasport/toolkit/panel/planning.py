"""From a budget to a plan, once: a few networks are judged against the clock, and what there is time for is written down.

The plan says how deep the networks are and how many of them each stage hears. Nothing is timed afterwards, so that a run
that goes on elsewhere, or at another speed, ends the same.
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
    GennasStage,
    Heard,
    ProxyStage,
    Stage,
    refused,
)
from nasport.toolkit.progress import duration
from nasport.toolkit.proxies.choices import ProxyChoices
from nasport.toolkit.proxies.planning import proxy_plan

_Choices = TypeVar("_Choices", bound=PanelChoices)

# Tried in this order until there is time for enough judgements.
DEPTHS = (1.0, 0.5, 1 / 3, 0.25)
ENOUGH = 40
# Of the budget, for what lies between the judgements.
USED = 0.9
# Steps of the two short trainings from which the time of a whole one follows.
_SHORT, _LONGER = 2, 6


@dataclass(frozen=True)
class PanelPlan:
    """What there is time for.

    Attributes:
        proxied: how many architectures the proxies hear.
        trained: how many of those GenNAS hears.
        depth: factor on the repeats of every stage.
        precision: of GenNAS regression.
        seconds: by stage, that the probe took.
    """

    proxied: int
    trained: int
    depth: float
    precision: str
    seconds: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """As the folder of a run keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> PanelPlan:
        """What `to_json` gave.

        Raises:
            InputError: it is none.
        """
        try:
            return cls(**content)
        except TypeError:
            raise InputError("no plan of a panel, expected the one that the run began with") from None


def with_task(choices: _Choices, bundle: Bundle) -> _Choices:
    """The same choices; where no task was chosen, with the one that was found for image networks beside this bundle."""
    return choices if choices.task else choices.but(task=task_of(origin_of(bundle)))


def training_plan(choices: PanelChoices, recurrent: bool, precision: str = "auto") -> Plan:
    """How GenNAS trains; of image networks the choices must name a task (`with_task`).

    Raises:
        InputError: no such task or device, wrong images.
    """
    task = choices.task or (SEQUENCE_TASK if recurrent else None)
    assert task is not None, "with_task chooses it"
    own: dict[str, Any] = {"images": choices.images, "seed": choices.seed, "device": choices.device}
    return plan_of(Choices(task=task, iterations=steps_of(task), precision=precision, **own))


def stages(choices: PanelChoices, training: Plan, depth: float = 1.0) -> dict[str, Stage]:
    """The stages that run networks, by name; of recurrent cells GenNAS alone, since proxies judge image networks."""
    found: dict[str, Stage] = {}
    deep = replace(training, settings=replace(training.settings, depth=depth))
    if training.image_task is not None:
        own: dict[str, Any] = {"images": choices.images, "seed": choices.seed, "device": choices.device}
        found[PROXIES] = ProxyStage(proxy_plan(ProxyChoices(only=PROXY_EVALUATORS, depth=depth, **own)), deep)
    return {**found, GENNAS: GennasStage(deep)}


def planned(
    architectures: Sequence[Architecture],
    choices: PanelChoices,
    training: Plan,
    budget: float,
    jobs: int,
    counts: Callable[[float, float, float], tuple[int, int]],
) -> PanelPlan:
    """The plan of a budget.

    Args:
        architectures: of which some are judged.
        training: how GenNAS trains.
        budget: seconds.
        jobs: processes that evaluator side by side.
        counts: of seconds that all processes have, of the proxies' for a network and of GenNAS's: how many each hears.

    Raises:
        InputError: a network cannot be built, or there is not even time for one judgement.
    """
    room, (middle, *others) = USED * budget * jobs, _probes(architectures, choices, training)
    enough = min(ENOUGH, len(architectures))
    depth, each = 1.0, (0.0, 0.0)
    for depth in DEPTHS if not middle.is_recurrent else DEPTHS[:1]:
        each = _judgement_seconds(middle, choices, training, depth)
        if room >= enough * sum(each):
            break
    timed = [each, *(_judgement_seconds(other, choices, training, depth) for other in others)]
    proxies, gennas = (fmean(seconds) for seconds in zip(*timed, strict=True))
    proxied, trained = counts(room, proxies, gennas)
    if min(proxied, trained) < 1:
        needed = (proxies + gennas) / USED / jobs
        raise InputError(
            f"a budget of {duration(budget)} is too small for one judgement, which takes {needed:.1f} s here; expected more"
        )
    seconds = {PROXIES: round(proxies, 3), GENNAS: round(gennas, 3)}
    return PanelPlan(proxied, trained, depth, training.settings.precision, seconds)


def _probes(
    architectures: Sequence[Architecture], choices: PanelChoices, training: Plan
) -> list[Architecture]:
    """The one in the middle by FLOPs, and one on either side; of each the nearest that has a network.

    Raises:
        InputError: none has one.
    """
    hear = next(iter(stages(choices, training, DEPTHS[-1]).values())).begun()
    broken: InputError | None = None
    found = [costs(architecture) for architecture in architectures]
    order = sorted(range(len(found)), key=lambda at: (cost.flops or 0) if (cost := found[at]) else 0)
    chosen: dict[int, Architecture] = {}
    for wanted in (len(order) // 2, len(order) // 5, 4 * len(order) // 5):
        for place in sorted(range(len(order)), key=lambda place: abs(place - wanted)):
            architecture = architectures[order[place]]
            if place in chosen or (problem := refused(hear(architecture))) is None:
                chosen[place] = architecture
                break
            broken = InputError(f"{architecture.name!r:.200}: {problem.problem}", path=problem.path)
    if not chosen:
        raise broken or InputError("nothing to judge, expected architectures")
    return list(chosen.values())


def _judgement_seconds(
    probe: Architecture, choices: PanelChoices, training: Plan, depth: float
) -> tuple[float, float]:
    """Of the proxies and of GenNAS for a network."""
    found = stages(choices, training, depth)
    proxies = _seconds(found[PROXIES], probe) if PROXIES in found else 0.0
    return proxies, _training_seconds(found[GENNAS], probe)


def shared_out(count: int, fewest: int | None = None) -> Callable[[float, float, float], tuple[int, int]]:
    """How many of so many architectures each stage hears: all where there is time.

    Args:
        fewest: from how many that all evaluators have heard the others are told; where there is no time for so many, and with
            None, half go on from the proxies to GenNAS.
    """

    def counts(room: float, proxies: float, gennas: float) -> tuple[int, int]:
        all_evaluators = min(count, int(room / (proxies + gennas) + 1e-9))
        if all_evaluators == count or (fewest is not None and all_evaluators >= fewest):
            return all_evaluators, all_evaluators
        proxied = min(count, int(room / (proxies + gennas / 2)))
        return proxied, min(proxied, int((room - proxied * proxies) / gennas))

    return counts


def _training_seconds(stage: Stage, probe: Architecture) -> float:
    """Of a whole training, from two short ones."""
    assert isinstance(stage, GennasStage)
    plan = stage.plan
    if probe.is_recurrent:
        steps, name = plan.recurrent_settings.iterations, "recurrent_settings"
    else:
        steps, name = plan.settings.iterations, "settings"

    def of(count: int) -> float:
        few = replace(plan, **{name: replace(getattr(plan, name), iterations=min(count, steps))})
        return _seconds(GennasStage(few), probe)

    short, longer = of(_SHORT), of(_LONGER)
    return short + max(longer - short, 0.0) / (_LONGER - _SHORT) * (steps - _SHORT)


def _seconds(stage: Stage, probe: Architecture) -> float:
    """That a stage takes for a network in one thread, what it needs once left out; raises where it cannot be run."""
    with one_thread():
        hear = stage.begun()
        hear(probe)  # images, targets, and whatever torch does the first time
        begun = time.perf_counter()
        heard: Heard = hear(probe)
        seconds = time.perf_counter() - begun
    if heard.unexpected:
        raise NasportError(f"{probe.name!r} could not be judged: {heard.failed}")
    if (problem := refused(heard)) is not None:
        raise problem
    return seconds
