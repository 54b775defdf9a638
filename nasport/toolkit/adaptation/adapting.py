"""From a space and a budget, labels or both to a bundle."""

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
from nasport.toolkit.adaptation.labeled import Labels
from nasport.toolkit.adaptation.members import Members, Scales, Seer, drawn_members, members_of
from nasport.toolkit.adaptation.teaching import Taught, taught
from nasport.toolkit.gennas.trainer import Plan
from nasport.toolkit.panel.choices import PanelChoices
from nasport.toolkit.panel.learned import origin_of
from nasport.toolkit.panel.planning import DEPTHS, PanelPlan, planned, stages, training_plan
from nasport.toolkit.panel.run import PanelRun, jobs_of
from nasport.toolkit.panel.stages import GENNAS, PROXIES, GennasStage, refused
from nasport.toolkit.progress import duration
from nasport.toolkit.run_folder import digest
from nasport.toolkit.spaces import SearchSpace

FEWEST_EVALUATED = 16
"""Fewer teach nothing that can be relied on (docs/guides/adapt.md)."""
LITTLE_OF_RECURRENT = "what the predictor sees of recurrent cells tells little of them (docs/guides/adapt.md); nasport rank asks GenNAS itself"


@dataclass(frozen=True)
class Adaptation:
    """What is adapted to what.

    Attributes:
        space: name of the space.
        identity: what tells it from others of that name.
        base: the bundle.
        seer: what it sees.
        members: of the space.
        scales: of what is seen of them.
        seed: of the draw.
    """

    space: str
    identity: str
    base: Bundle
    seer: Seer
    members: Members
    scales: Scales
    seed: int

    @classmethod
    def of(cls, space: SearchSpace, base: Bundle, seed: int) -> Adaptation:
        """To a search space; raises as `to` does."""
        return cls.to(space.name, digest(space.document.to_json()), members_of(space, seed), base, seed)

    @classmethod
    def to(
        cls, space: str, identity: str, drawn: Iterable[Architecture], base: Bundle, seed: int
    ) -> Adaptation:
        """Draw members, and look at them.

        Args:
            space: name of what is drawn from.
            identity: what tells it from others of that name.
            drawn: its members in a random order; they may repeat.

        Raises:
            InputError: too few members, or a bundle that cannot be adapted.
        """
        seer = Seer(base)
        members = drawn_members(space, drawn, seer)
        return cls(space, identity, base, seer, members, Scales.of(members.seen), seed)

    @property
    def recurrent(self) -> bool:
        """Whether the networks are recurrent cells."""
        return self.members.architectures[0].is_recurrent

    def plan(self, choices: PanelChoices, budget: float) -> PanelPlan:
        """What there is time for, after a timed probe.

        Raises:
            InputError: too little for as many judgements as teach anything.
        """
        there = len(self.members.architectures)

        def counts(room: float, proxies: float, gennas: float) -> tuple[int, int]:
            found = min(int(room / (proxies + gennas)), there)
            return found, found

        training = training_plan(choices, self.recurrent)
        self._check_operators(choices, training)
        made = planned(self.members.architectures, choices, training, budget, jobs_of(choices), counts)
        if made.trained < min(FEWEST_EVALUATED, there):
            each = sum(made.seconds.values())
            raise InputError(
                f"a budget of {duration(budget)} allows {made.trained} judgements, which take {each:.1f} s each here; expected "
                f"time for at least {min(FEWEST_EVALUATED, there)}"
            )
        return made

    def _check_operators(self, choices: PanelChoices, training: Plan) -> None:
        """Raises InputError where an operator has no network: of every operator one member's is built and looked at."""
        proxies = stages(choices, training, DEPTHS[-1]).get(PROXIES)
        if proxies is None:
            return
        hear, known = proxies.begun(), set[str]()
        for member in self.members.architectures:
            if new := member.operators.keys() - known:
                known |= new
                if (problem := refused(hear(member))) is not None:
                    raise InputError(f"the member {member.name!r:.200}: {problem.problem}", path=problem.path)

    def taught(self, run: PanelRun | None, labels: Labels | None) -> Taught:
        """Have members judged where there is a run, and make one correction of that and the labels."""
        evaluated = None if run is None else self.evaluated(run)
        found = taught(self.members, self.scales, self.seer, evaluated, labels)
        if run is not None and found.evaluated is not None:
            stage = run.stages[GENNAS]
            assert isinstance(stage, GennasStage)
            found.evaluated.update(_how(run.plan, stage.plan, self.recurrent))
        return found

    def evaluated(self, run: PanelRun) -> EvaluatedMembers:
        """Have as many members judged as the plan says."""
        evaluators = panel_evaluators(run.stages, run.hearings)
        return evaluated_members(
            self.members, self.scales, self.seer.blocks, origin_of(self.base), run.plan.trained, evaluators
        )

    def write(self, out: Path, found: Taught, command: str | None = None) -> None:
        """Export, prove and write the bundle.

        Args:
            command: that makes it; None: `nasport adapt`.
        """
        manifest = self.base.manifest
        space = {
            "name": self.space,
            "sha256": self.identity,
            "candidates": len(self.members.architectures),
        }
        model = {"name": self.base.name, "sha256": manifest["files"]["predictor.onnx"]["sha256"]}
        told: dict[str, Any] = {
            "from": model,
            "origin": origin_of(self.base),
            "space": space,
            "correction": dict(found.chosen),
        }
        told |= {
            key: value
            for key, value in (("judged", found.evaluated), ("labels", found.labels))
            if value is not None
        }
        ways = [word for word, there in (("judgements", found.evaluated), ("labels", found.labels)) if there]
        if command is None:
            command = f"nasport adapt --space {self.space} --bundle {self.base.name} --seed {self.seed} --out BUNDLE"
            command += " --budget TIME" if found.evaluated else ""
            command += " --labels FILE" if found.labels else ""
        write_adapted_bundle(
            out,
            self.base,
            found.linear,
            {
                "name": f"{origin_of(self.base)}-for-{self.space}",
                "description": f"Ranks architectures of the space {self.space}: {self.base.name}, adapted by "
                f"{' and '.join(ways)}.",
                "trained_on": self._trained_on(found),
                "distance": self._distance(),
                **({} if self.recurrent else {"refuses": dict(manifest.get("refuses", {}))}),
                **({} if found.labels is not None else {"never_saw": list(manifest.get("never_saw", []))}),
                "adapted": told,
                **({} if found.calibration is None else {"calibration": found.calibration.to_json()}),
            },
            command,
        )

    def _distance(self) -> dict[str, Any]:
        """From the members of the space."""
        known = self.base.manifest["distance"]
        return fitted(known["statistics"], [self.members.seen.statistics], known["grows"]).to_json()

    def _trained_on(self, found: Taught) -> dict[str, Any]:
        """What the base was trained on, and the space."""
        before = self.base.manifest["trained_on"]
        graphs = canonicalize(encode(list(self.members.architectures)).graphs)
        nodes = graphs.mask.sum(axis=1)
        texts = {op.text for kind in graphs.kinds for op in kind.operators}
        entries = []
        if found.evaluated is not None:
            entries.append(
                {"architectures": found.evaluated["members"], "labels": "evaluated by the panel, no label"}
            )
        if found.labels is not None:
            entries.append({"architectures": found.labels["count"], "labels": "labels of the user's"})
        return {
            "spaces": [*before["spaces"], *({"name": self.space, **each} for each in entries)],
            "nodes": [min(before["nodes"][0], int(nodes.min())), max(before["nodes"][1], int(nodes.max()))],
            "operators": sorted({*before["operators"], *texts}),
        }


def labels_digest(labels: Labels | None) -> str | None:
    """SHA-256 of labels and what they are of; None: there are none."""
    if labels is None:
        return None
    content = [[each.to_json() for each in labels.architectures], labels.values.tolist(), labels.name]
    return digest(content)


def _how(plan: PanelPlan, training: Plan, recurrent: bool) -> dict[str, Any]:
    """How members were judged: what does not depend on the machine's speed."""
    task = training.sequence_task if recurrent else training.image_task
    settings = training.recurrent_settings if recurrent else training.settings
    assert task is not None
    return {
        "plan": {"depth": round(plan.depth, 4), "precision": plan.precision},
        "task": task.name,
        "steps": settings.iterations,
    }
