"""A search with the panel of evaluators.

The panel evaluates members of the search space, the predictor is adapted to these evaluations, and the adapted predictor
searches. Then the panel evaluates the finalists, and a new correction is learned from members and finalists together; its
scores rank the finalists. So the weight of each evaluator follows from its agreement with the predictor over the whole
space, and not only over a few good architectures.
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
from nasport.toolkit.adaptation.evaluated import EvaluatedMembers, evaluate_finalists, panel_evaluators
from nasport.toolkit.adaptation.members import Members, members_of
from nasport.toolkit.panel.choices import PanelChoices
from nasport.toolkit.panel.evaluations import StageEvaluations, StageProgress
from nasport.toolkit.panel.planning import PanelPlan, stages, training_plan, with_task
from nasport.toolkit.panel.run import (
    EVALUATIONS,
    PLAN,
    PanelRun,
    decisive_settings,
    jobs_of,
    load_or_make_plan,
)
from nasport.toolkit.panel.stages import GENNAS
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.engine import Notify, SearchProgress
from nasport.toolkit.search.finalists import ranks
from nasport.toolkit.search.options import SearchOptions
from nasport.toolkit.search.result import Winner

EVALUATED = 24
"""Number of members that the panel evaluates before the search."""
DEPTH = 0.5
BUNDLE = "bundle"


class SearchPanel:
    """The panel of evaluators of one search. Use it in a `with` block.

    Attributes:
        predictor: adapted predictor.
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
        """Store the settings; the evaluations begin in `__enter__`.

        Args:
            options: options of the search.
            domain: domain of the search.
            base: predictor to adapt.
            folder: folder of the run, which keeps the evaluations and the adapted bundle; None to keep nothing.
            identity: digest that distinguishes domains of the same name.
            notify: function that is called after every evaluation.
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
        # A resumed run keeps its precision, even on a different machine.
        plan = new if self._folder is None else load_or_make_plan(self._folder / PLAN, lambda: new)
        file = None if self._folder is None else self._folder / EVALUATIONS
        training = training_plan(self._choices, adaptation.recurrent, plan.precision)
        with ExitStack() as ends:
            folder = self._folder or Path(ends.enter_context(TemporaryDirectory()))
            evaluations = ends.enter_context(StageEvaluations(jobs_of(self._choices), file, self._report))
            self._run = PanelRun(plan, stages(self._choices, training, depth), evaluations)
            self._evaluated: EvaluatedMembers = adaptation.evaluated(self._run)
            command = f"nasport search --space {self._domain.name} --evaluator panel --bundle {self._base.bundle.name} --seed {seed}"
            adaptation.write(folder / BUNDLE, adaptation.fit(self._run, None), command)
            self.predictor = Predictor.load(folder / BUNDLE, providers=self._base.wanted)
            self._ends = ends.pop_all()
        self._adaptation = adaptation
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def ordered(self, winners: Sequence[Winner]) -> list[Winner]:
        """Evaluate finalists and return them ranked, best first, with the ranks by each evaluator."""
        architectures, adaptation = [winner.architecture for winner in winners], self._adaptation
        scores, values = evaluate_finalists(
            adaptation.members,
            adaptation.scales,
            adaptation.reader.blocks,
            self._evaluated,
            Members(architectures, adaptation.reader.read(architectures)),
            panel_evaluators(self._run.stages, self._run.evaluations, may_fail=True),
        )
        losses = [None if value is None else -value for value in values[GENNAS]]
        ranks_by_evaluator = {
            evaluator: ranks([np.inf if value is None else -value for value in column])
            for evaluator, column in values.items()
        }
        by_score = ranks([-score for score in scores.tolist()])
        by_loss = ranks([np.inf if loss is None else loss for loss in losses])
        evaluated = [
            replace(
                winner,
                rank=by_score[at],
                panel_score=float(scores[at]),
                loss=losses[at],
                loss_rank=by_loss[at],
                reason=", ".join(f"{name} {column[at]}" for name, column in ranks_by_evaluator.items()),
            )
            for at, winner in enumerate(winners)
        ]
        evaluated.sort(key=lambda winner: (winner.rank, winner.score_rank))
        return [replace(winner, rank=rank) for rank, winner in enumerate(evaluated, 1)]

    def _report(self, progress: StageProgress) -> None:
        if self._notify is not None:
            stage = f"evaluated by {progress.stage}"
            self._notify(SearchProgress(stage, progress.done, progress.total, None))


def panel_choices(options: SearchOptions, bundle: Bundle, recurrent: bool) -> PanelChoices:
    """Return the options of the panel that follow from the options of a search and its bundle."""
    training = options.training
    given: dict[str, Any] = {name: getattr(training, name) for name in ("task", "images", "seed", "device")}
    choices = PanelChoices(**given, jobs=options.jobs)
    return choices if recurrent else with_task(choices, bundle)


def panel_settings(options: SearchOptions, bundle: Bundle, recurrent: bool) -> dict[str, Any]:
    """Return the values that determine the panel's evaluations, for the settings of a search."""
    choices = panel_choices(options, bundle, recurrent)
    return {"members": EVALUATED, "depth": DEPTH, **decisive_settings(choices, recurrent)}
