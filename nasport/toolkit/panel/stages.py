"""The stages of the panel that run networks: proxies of a network at its start, and GenNAS regression.

Both see the same network: the document's own at the width that GenNAS gives it, and as deep as the plan says. A stage is a
`Work`, so that it is carried out in as many processes as there are cores, with the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.pool import Work
from nasport.toolkit.gennas.proxy_document import width_of
from nasport.toolkit.gennas.trainer import Outcome, Plan
from nasport.toolkit.proxies.evaluating import ProxyPlan
from nasport.toolkit.proxies.proxy_values import EVERYTHING, ProxyValues

PREDICTOR, PROXIES, GENNAS = "predictor", "proxies", "gennas"
STAGES = (PREDICTOR, PROXIES, GENNAS)
"""In the order of their cost; what is heard in one is heard in those before it."""

PROXY_EVALUATORS = ("nwot",)
"""The more proxies, the worse what was learned of their weight: docs/guides/adapt.md."""


@dataclass(frozen=True)
class Heard:
    """What the evaluators of a stage say of an architecture.

    Attributes:
        values: by evaluator, higher is better; None where it has none, which counts as the worst.
        failed: why the stage could not run the network; empty where it could.
        path: the place inside the document that is wrong, if one is.
        unexpected: whether it failed for a reason that nobody thought of.
    """

    values: Mapping[str, float | None] = field(default_factory=dict)
    failed: str = ""
    path: tuple[str | int, ...] = ()
    unexpected: bool = False


class Stage(Work[Heard], Protocol):
    """A stage and what decides its judgements."""

    @property
    def evaluators(self) -> tuple[str, ...]:
        """Who speaks in it."""

    def to_json(self) -> dict[str, Any]:
        """All that decides what they say."""


@dataclass(frozen=True)
class ProxyStage:
    """The zero-cost proxies of the panel.

    Attributes:
        plan: how they judge; its width is that of GenNAS.
        training: by which GenNAS would train.
    """

    plan: ProxyPlan
    training: Plan
    verb: ClassVar[str] = "evaluated"
    evaluators: ClassVar[tuple[str, ...]] = PROXY_EVALUATORS

    @property
    def device(self) -> str:
        """Where it runs."""
        return self.plan.device

    def begun(self) -> Callable[[Architecture], Heard]:
        """What does it in one process."""
        evaluators: dict[float, Any] = {}

        def hear(architecture: Architecture) -> Heard:
            width = width_of(architecture, self.training.settings)
            if width not in evaluators:
                evaluators[width] = replace(self.plan, width=width).begun()
            return _of_proxies(evaluators[width](architecture))

        return hear

    def lost(self, why: str) -> Heard:
        """Of an architecture whose process died."""
        return Heard(failed=why, unexpected=True)

    def to_json(self) -> dict[str, Any]:
        """All that decides the values."""
        return self.plan.to_json()


@dataclass(frozen=True)
class GennasStage:
    """GenNAS regression: minus its loss.

    Attributes:
        plan: how networks are trained.
    """

    plan: Plan
    verb: ClassVar[str] = "trained"
    evaluators: ClassVar[tuple[str, ...]] = (GENNAS,)

    @property
    def device(self) -> str:
        """Where it runs."""
        return self.plan.device

    def begun(self) -> Callable[[Architecture], Heard]:
        """What does it in one process."""
        train = self.plan.begun()
        return lambda architecture: _of_training(train(architecture))

    def lost(self, why: str) -> Heard:
        """Of an architecture whose process died."""
        return Heard(failed=why, unexpected=True)

    def to_json(self) -> dict[str, Any]:
        """All that decides the losses."""
        return self.plan.to_json()


def refused(heard: Heard) -> InputError | None:
    """Why a network could not be run, if it could not."""
    return InputError(heard.failed, path=heard.path) if heard.failed else None


def _of_proxies(judgement: ProxyValues) -> Heard:
    why = judgement.failed.get(EVERYTHING, "")
    return Heard(dict(judgement.values), why, judgement.path if why else (), judgement.unexpected)


def _of_training(outcome: Outcome) -> Heard:
    if outcome.loss is None:
        return Heard({}, outcome.failed, outcome.path, outcome.unexpected)
    return Heard({GENNAS: -outcome.loss})
