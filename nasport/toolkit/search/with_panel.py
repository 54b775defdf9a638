"""A search with the panel of evaluators: they judge members of what is searched, the predictor is adapted by that, and searches.

Its finalists are judged too, and the correction is learned anew from members and finalists together: its scores decide. So a
judge is heard as far as it agrees with the predictor over the whole space, not among a few architectures that are all good.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np

from nasport.runtime.bundle import Bundle
from nasport.runtime.predictor import Predictor
from nasport.toolkit.adaptation.adapting import Adaptation
from nasport.toolkit.adaptation.evaluated import EvaluatedMembers, evaluated_again, panel_evaluators
from nasport.toolkit.adaptation.members import Members, members_of
from nasport.toolkit.panel.choices import PanelChoices
from nasport.toolkit.panel.hearings import Hearing, Hearings
from nasport.toolkit.panel.planning import PanelPlan, stages, training_plan, with_task
from nasport.toolkit.panel.run import HEARD, PLAN, PanelRun, decisive, jobs_of, kept_plan
from nasport.toolkit.panel.stages import GENNAS
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.engine import Notify, SearchProgress
from nasport.toolkit.search.finalists import ranks
from nasport.toolkit.search.options import SearchOptions
from nasport.toolkit.search.result import Winner

EVALUATED = 24
"""Members that the panel hears before the search."""
DEPTH = 0.5
BUNDLE = "bundle"


class SearchPanel:
    """The panel of one search; to be used in a `with` block.

    Attributes:
        predictor: the adapted one.
    """

    def __init__(
        self,
        options: SearchOptions,
        domain: Domain,
        base: Predictor,
        folder: Path | None,
        identity: str,
        notify: Notify | None,
    ) -> None:
        """Args:
        options: of the search.
        domain: what is searched.
        base: the predictor that is adapted.
        folder: of the run, in which judgements and the adapted bundle are kept; None: nowhere.
        identity: what tells the domain from others of its name.
        notify: told after every judgement.
        """
        self._identity = identity
        self._choices = panel_choices(options, base.bundle, domain.has_recurrent)
        self._domain, self._base, self._folder, self._notify = domain, base, folder, notify
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        seed = self._choices.seed
        adaptation = Adaptation.to(
            self._domain.name, self._identity, members_of(self._domain, seed), self._base.bundle, seed
        )
        training = training_plan(self._choices, adaptation.recurrent)
        depth = 1.0 if adaptation.recurrent else DEPTH
        new = PanelPlan(EVALUATED, EVALUATED, depth, training.settings.precision, {})
        # Another machine goes on in the same precision.
        plan = new if self._folder is None else kept_plan(self._folder / PLAN, lambda: new)
        file = None if self._folder is None else self._folder / HEARD
        training = training_plan(self._choices, adaptation.recurrent, plan.precision)
        with ExitStack() as ends:
            folder = self._folder or Path(ends.enter_context(TemporaryDirectory()))
            hearings = ends.enter_context(Hearings(jobs_of(self._choices), file, self._tell))
            self._run = PanelRun(plan, stages(self._choices, training, depth), hearings)
            self._evaluated: EvaluatedMembers = adaptation.evaluated(self._run)
            command = f"nasport search --space {self._domain.name} --evaluator panel --bundle {self._base.bundle.name} --seed {seed}"
            adaptation.write(folder / BUNDLE, adaptation.taught(self._run, None), command)
            self.predictor = Predictor.load(folder / BUNDLE, providers=self._base.wanted)
            self._ends = ends.pop_all()
        self._adaptation = adaptation
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def ordered(self, winners: Sequence[Winner]) -> list[Winner]:
        """Finalists judged and ranked, best first, with the reasons."""
        found, adaptation = [winner.architecture for winner in winners], self._adaptation
        finalists = Members(found, adaptation.seer.see(found))
        scores, said = evaluated_again(
            adaptation.members,
            adaptation.scales,
            adaptation.seer.blocks,
            self._evaluated,
            finalists,
            panel_evaluators(self._run.stages, self._run.hearings, may_fail=True),
        )
        losses = [None if value is None else -value for value in said[GENNAS]]
        heard = {
            evaluator: ranks([np.inf if each is None else -each for each in of])
            for evaluator, of in said.items()
        }
        places = ranks([-score for score in scores.tolist()])
        by_loss = ranks([np.inf if loss is None else loss for loss in losses])
        evaluated = [
            replace(
                winner,
                rank=places[at],
                panel_score=float(scores[at]),
                loss=losses[at],
                loss_rank=by_loss[at],
                reason=", ".join(f"{evaluator} {of[at]}" for evaluator, of in heard.items()),
            )
            for at, winner in enumerate(winners)
        ]
        evaluated.sort(key=lambda winner: (winner.rank, winner.score_rank))
        return [replace(winner, rank=rank) for rank, winner in enumerate(evaluated, 1)]

    def _tell(self, hearing: Hearing) -> None:
        if self._notify is not None:
            self._notify(SearchProgress(f"heard by {hearing.stage}", hearing.done, hearing.total, None))


def panel_choices(options: SearchOptions, bundle: Bundle, recurrent: bool) -> PanelChoices:
    """What the options of a search by a bundle ask of the panel."""
    training = options.training
    given: dict[str, Any] = {name: getattr(training, name) for name in ("task", "images", "seed", "device")}
    choices = PanelChoices(**given, jobs=options.jobs)
    return choices if recurrent else with_task(choices, bundle)


def panel_settings(options: SearchOptions, bundle: Bundle, recurrent: bool) -> dict[str, Any]:
    """What decides the judgements, for the settings of a search."""
    choices = panel_choices(options, bundle, recurrent)
    return {"members": EVALUATED, "depth": DEPTH, **decisive(choices, recurrent)}
