"""The stages of the panel that run networks: zero-cost proxies of the untrained network, and GenNAS regression.

Both run the same network: the document's network with the width of GenNAS and the depth of the plan. A stage is a `Work`
of a pool, so it runs in any number of processes and gives the same bits in each.
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
"""Stages from the fastest to the slowest; an architecture in one stage was evaluated by all stages before it."""

PROXY_EVALUATORS = ("nwot",)
"""Proxies of the panel; with more proxies, weights that were learned for them ranked worse: docs/reports/panel.md."""


@dataclass(frozen=True)
class Evaluation:
    """Evaluation of an architecture by the evaluators of one stage.

    Attributes:
        values: by evaluator, higher is better; None if the evaluator has no value, which counts as the worst.
        failed: why the stage could not run the network; empty if it could.
        path: path of the mistake inside the document; empty if there is none.
        unexpected: whether the failure has an unexpected reason, which need not be the architecture.
    """

    values: Mapping[str, float | None] = field(default_factory=dict)
    failed: str = ""
    path: tuple[str | int, ...] = ()
    unexpected: bool = False


class Stage(Work[Evaluation], Protocol):
    """A stage with the settings that determine its evaluations."""

    @property
    def evaluators(self) -> tuple[str, ...]:
        """Names of the stage's evaluators."""

    def to_json(self) -> dict[str, Any]:
        """Return all settings that determine the values."""


@dataclass(frozen=True)
class ProxyStage:
    """The zero-cost proxies of the panel.

    Attributes:
        plan: how the proxies are computed; its width is replaced by that of GenNAS.
        training: plan of GenNAS, which determines the width.
    """

    plan: ProxyPlan
    training: Plan
    verb: ClassVar[str] = "evaluated"
    evaluators: ClassVar[tuple[str, ...]] = PROXY_EVALUATORS

    @property
    def device(self) -> str:
        """Device on which the networks run."""
        return self.plan.device

    def begun(self) -> Callable[[Architecture], Evaluation]:
        """Return the function that evaluates an architecture in one process."""
        evaluators: dict[float, Any] = {}

        def evaluate(architecture: Architecture) -> Evaluation:
            width = width_of(architecture, self.training.settings)
            if width not in evaluators:
                evaluators[width] = replace(self.plan, width=width).begun()
            return _of_proxies(evaluators[width](architecture))

        return evaluate

    def lost(self, why: str) -> Evaluation:
        """Return the evaluation of an architecture whose process died."""
        return Evaluation(failed=why, unexpected=True)

    def to_json(self) -> dict[str, Any]:
        """Return all settings that determine the values."""
        return self.plan.to_json()


@dataclass(frozen=True)
class GennasStage:
    """GenNAS regression; its value is minus the loss.

    Attributes:
        plan: how networks are trained.
    """

    plan: Plan
    verb: ClassVar[str] = "trained"
    evaluators: ClassVar[tuple[str, ...]] = (GENNAS,)

    @property
    def device(self) -> str:
        """Device on which the networks run."""
        return self.plan.device

    def begun(self) -> Callable[[Architecture], Evaluation]:
        """Return the function that evaluates an architecture in one process."""
        train = self.plan.begun()
        return lambda architecture: _of_training(train(architecture))

    def lost(self, why: str) -> Evaluation:
        """Return the evaluation of an architecture whose process died."""
        return Evaluation(failed=why, unexpected=True)

    def to_json(self) -> dict[str, Any]:
        """Return all settings that determine the losses."""
        return self.plan.to_json()


def problem_of(evaluation: Evaluation) -> InputError | None:
    """Return the error that prevented a network from running; None if it ran."""
    return InputError(evaluation.failed, path=evaluation.path) if evaluation.failed else None


def _of_proxies(values: ProxyValues) -> Evaluation:
    why = values.failed.get(EVERYTHING, "")
    return Evaluation(dict(values.values), why, values.path if why else (), values.unexpected)


def _of_training(outcome: Outcome) -> Evaluation:
    if outcome.loss is None:
        return Evaluation({}, outcome.failed, outcome.path, outcome.unexpected)
    return Evaluation({GENNAS: -outcome.loss})
