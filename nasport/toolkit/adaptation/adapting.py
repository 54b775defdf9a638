"""Adapt a predictor to a search space: from evaluations, labels or both to a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasport.export.adapted_bundle import write_adapted_bundle
from nasport.runtime.bundle import Bundle
from nasport.runtime.distance import fitted
from nasport.runtime.encoding import encode
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import canonicalize
from nasport.toolkit.adaptation.evaluated import EvaluatedMembers, evaluated_members, panel_evaluators
from nasport.toolkit.adaptation.fitting import AdaptationResult, fit_correction
from nasport.toolkit.adaptation.labeled import Labels
from nasport.toolkit.adaptation.members import Members, OutputReader, Scales, drawn_members, members_of
from nasport.toolkit.gennas.trainer import Plan
from nasport.toolkit.panel.choices import PanelChoices
from nasport.toolkit.panel.learned import origin_of
from nasport.toolkit.panel.planning import DEPTHS, PanelPlan, stages, timed_plan, training_plan
from nasport.toolkit.panel.run import PanelRun, jobs_of
from nasport.toolkit.panel.stages import GENNAS, PROXIES, GennasStage, problem_of
from nasport.toolkit.progress import duration
from nasport.toolkit.run_folder import digest
from nasport.toolkit.spaces import SearchSpace

FEWEST_EVALUATED = 16
"""Smallest number of evaluations from which a useful correction can be learned (docs/reports/panel.md)."""
RECURRENT_WARNING = "adapted scores of recurrent cells rank poorly (docs/reports/panel.md); use nasport rank, which ranks them by GenNAS"


@dataclass(frozen=True)
class Adaptation:
    """A predictor and the search space to which it is adapted.

    Attributes:
        space: name of the search space.
        identity: digest that distinguishes search spaces of the same name.
        base: bundle of the predictor.
        reader: the predictor.
        members: members of the search space, with the predictor's outputs.
        scales: mean and standard deviation of these outputs.
        seed: seed of the draw.
    """

    space: str
    identity: str
    base: Bundle
    reader: OutputReader
    members: Members
    scales: Scales
    seed: int

    @classmethod
    def of(cls, space: SearchSpace, base: Bundle, seed: int) -> Adaptation:
        """Draw members of a search space; raises the errors of `to`."""
        return cls.to(space.name, digest(space.document.to_json()), members_of(space, seed), base, seed)

    @classmethod
    def to(
        cls, space: str, identity: str, drawn: Iterable[Architecture], base: Bundle, seed: int
    ) -> Adaptation:
        """Collect members of a search space and compute the predictor's outputs for them.

        Args:
            space: name of the search space.
            identity: digest that distinguishes search spaces of the same name.
            drawn: members in a random order; members may repeat.
            base: bundle of the predictor.
            seed: seed of the draw.

        Raises:
            InputError: too few members, or a bundle that cannot be adapted.
        """
        reader = OutputReader(base)
        members = drawn_members(space, drawn, reader)
        return cls(space, identity, base, reader, members, Scales.of(members.outputs), seed)

    @property
    def recurrent(self) -> bool:
        """Whether the networks have recurrent cells."""
        return self.members.architectures[0].is_recurrent

    def plan(self, choices: PanelChoices, budget: float) -> PanelPlan:
        """Time a few members and return the plan for a budget in seconds.

        Raises:
            InputError: an operator has no network, or the budget is too small for `FEWEST_EVALUATED` evaluations.
        """
        available_members = len(self.members.architectures)

        def counts(available: float, proxies: float, gennas: float) -> tuple[int, int]:
            count = min(int(available / (proxies + gennas)), available_members)
            return count, count

        training = training_plan(choices, self.recurrent)
        self._check_operators(choices, training)
        plan = timed_plan(self.members.architectures, choices, training, budget, jobs_of(choices), counts)
        if plan.trained < min(FEWEST_EVALUATED, available_members):
            seconds = sum(plan.seconds.values())
            raise InputError(
                f"a budget of {duration(budget)} allows {plan.trained} evaluation{'s' * (plan.trained != 1)}, which take {seconds:.1f} s each on this "
                f"machine; expected a --budget for at least {min(FEWEST_EVALUATED, available_members)}"
            )
        return plan

    def _check_operators(self, choices: PanelChoices, training: Plan) -> None:
        """Build one member with each operator, to find operators without a network before the run.

        Raises:
            InputError: an operator has no network.
        """
        proxies = stages(choices, training, DEPTHS[-1]).get(PROXIES)
        if proxies is None:
            return
        evaluate, known = proxies.begun(), set[str]()
        for member in self.members.architectures:
            if new := member.operators.keys() - known:
                known |= new
                if (problem := problem_of(evaluate(member))) is not None:
                    raise InputError(f"the member {member.name!r:.200}: {problem.problem}", path=problem.path)

    def fit(self, run: PanelRun | None, labels: Labels | None) -> AdaptationResult:
        """Learn a correction from evaluations, labels or both.

        Args:
            run: run that evaluates members; None for no evaluations.
            labels: labels of members; None for no labels.
        """
        evaluated = None if run is None else self.evaluated(run)
        result = fit_correction(self.members, self.scales, self.reader, evaluated, labels)
        if run is not None and result.evaluated is not None:
            stage = run.stages[GENNAS]
            assert isinstance(stage, GennasStage)
            result.evaluated.update(_evaluation_settings(run.plan, stage.plan, self.recurrent))
        return result

    def evaluated(self, run: PanelRun) -> EvaluatedMembers:
        """Evaluate as many members as the plan says, and learn a correction from them."""
        evaluators = panel_evaluators(run.stages, run.evaluations)
        return evaluated_members(
            self.members, self.scales, self.reader.blocks, origin_of(self.base), run.plan.trained, evaluators
        )

    def write(self, out: Path, result: AdaptationResult, command: str | None = None) -> None:
        """Export the corrected predictor, prove its parity and write the bundle.

        Args:
            out: folder of the bundle.
            result: the correction, and what the card says about it.
            command: command for the card; None for `nasport adapt`.
        """
        manifest = self.base.manifest
        space = {
            "name": self.space,
            "sha256": self.identity,
            "candidates": len(self.members.architectures),
        }
        model = {"name": self.base.name, "sha256": manifest["files"]["predictor.onnx"]["sha256"]}
        adapted: dict[str, Any] = {
            "from": model,
            "origin": origin_of(self.base),
            "space": space,
            "correction": dict(result.chosen),
        }
        adapted |= {
            key: value
            for key, value in (("judged", result.evaluated), ("labels", result.labels))
            if value is not None
        }
        sources = [
            word for word, used in (("evaluations", result.evaluated), ("labels", result.labels)) if used
        ]
        if command is None:
            command = f"nasport adapt --space {self.space} --bundle {self.base.name} --seed {self.seed} --out BUNDLE"
            command += " --budget TIME" if result.evaluated else ""
            command += " --labels FILE" if result.labels else ""
        write_adapted_bundle(
            out,
            self.base,
            result.linear,
            {
                "name": f"{origin_of(self.base)}-for-{self.space}",
                "description": f"Ranks architectures of the search space {self.space}: {self.base.name}, adapted by "
                f"{' and '.join(sources)}.",
                "trained_on": self._trained_on(result),
                "distance": self._distance(),
                **({} if self.recurrent else {"refuses": dict(manifest.get("refuses", {}))}),
                **({} if result.labels is not None else {"never_saw": list(manifest.get("never_saw", []))}),
                "adapted": adapted,
                **({} if result.calibration is None else {"calibration": result.calibration.to_json()}),
            },
            command,
        )

    def _distance(self) -> dict[str, Any]:
        """Return the manifest's `distance`, measured from the members of the search space."""
        base = self.base.manifest["distance"]
        return fitted(base["statistics"], [self.members.outputs.statistics], base["grows"]).to_json()

    def _trained_on(self, result: AdaptationResult) -> dict[str, Any]:
        """Return the manifest's `trained_on`: the training data of the base, and the search space."""
        before = self.base.manifest["trained_on"]
        graphs = canonicalize(encode(list(self.members.architectures)).graphs)
        nodes = graphs.mask.sum(axis=1)
        texts = {op.text for kind in graphs.kinds for op in kind.operators}
        entries = []
        if result.evaluated is not None:
            entries.append(
                {
                    "architectures": result.evaluated["members"],
                    "labels": "evaluated by the panel, without labels",
                }
            )
        if result.labels is not None:
            entries.append({"architectures": result.labels["count"], "labels": "labels given by the user"})
        return {
            "spaces": [*before["spaces"], *({"name": self.space, **each} for each in entries)],
            "nodes": [min(before["nodes"][0], int(nodes.min())), max(before["nodes"][1], int(nodes.max()))],
            "operators": sorted({*before["operators"], *texts}),
        }


def labels_digest(labels: Labels | None) -> str | None:
    """Return the SHA-256 of labels and their architectures; None without labels."""
    if labels is None:
        return None
    content = [[each.to_json() for each in labels.architectures], labels.values.tolist(), labels.name]
    return digest(content)


def _evaluation_settings(plan: PanelPlan, training: Plan, recurrent: bool) -> dict[str, Any]:
    """Return how members were evaluated, for the manifest, without values that depend on the speed of the machine."""
    task = training.sequence_task if recurrent else training.image_task
    settings = training.recurrent_settings if recurrent else training.settings
    assert task is not None
    return {
        "plan": {"depth": round(plan.depth, 4), "precision": plan.precision},
        "task": task.name,
        "steps": settings.iterations,
    }
