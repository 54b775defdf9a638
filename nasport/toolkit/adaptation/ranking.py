"""Rank architectures by the panel within a time budget, with or without a folder.

If there is time, all evaluators evaluate all architectures. Otherwise they evaluate a part that is spread over all
architectures, and a correction of the predictor is learned from it, as in an adaptation; the corrected scores rank all.
If that is impossible (too few evaluations, or a predictor without scores or traits), each stage evaluates the best
architectures of the previous stage (`panel/ranking.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.predictor import DEFAULT_BUNDLE, TRAITS, Predictor
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.adaptation.adapting import FEWEST_EVALUATED
from nasport.toolkit.adaptation.learned_ranking import LearnedRanking
from nasport.toolkit.comparable import group_of, not_comparable
from nasport.toolkit.gennas.trainer import network_key
from nasport.toolkit.panel.callbacks import Callbacks
from nasport.toolkit.panel.choices import RankChoices
from nasport.toolkit.panel.combining import EvaluatorValue
from nasport.toolkit.panel.learned import origin_of
from nasport.toolkit.panel.planning import PanelPlan, stage_counts, timed_plan, training_plan, with_task
from nasport.toolkit.panel.ranking import Panel, Ranked
from nasport.toolkit.panel.run import jobs_of, panel_run
from nasport.toolkit.panel.stages import GENNAS, PROXIES
from nasport.toolkit.run_folder import digest

FORMAT = "nasport-rank"


def rank_within_budget(
    architectures: Sequence[Architecture],
    choices: RankChoices,
    callbacks: Callbacks,
) -> list[Ranked]:
    """Rank N architectures, best first.

    Args:
        architectures: networks of one kind.
        choices: time budget, folder and evaluators.
        callbacks: functions for warnings, the plan in words, and progress.

    Raises:
        InputError: options that contradict each other, networks of several kinds, a budget that is too small, or a folder
            of another run.
        NasportError: an evaluation failed for an unexpected reason.
    """
    choices.check()
    if not architectures:
        raise InputError("nothing to rank, expected architectures")
    kinds = {architecture.is_recurrent for architecture in architectures}
    if len(kinds) == 2:
        raise InputError(
            "recurrent networks and image networks cannot be ranked together, expected one kind: their evaluators differ"
        )
    if warning := not_comparable(map(group_of, architectures)):
        callbacks.on_warning(warning)
    recurrent = kinds.pop()
    predictor = Predictor.load(choices.bundle or DEFAULT_BUNDLE)
    scores, origin = _scores(architectures, predictor, callbacks), origin_of(predictor.bundle)
    if not recurrent:
        choices = with_task(choices, predictor.bundle)
    learning = None
    if not recurrent and TRAITS in predictor.bundle.manifest["outputs"] and None not in scores:
        learning = LearnedRanking(architectures, predictor.bundle, choices.seed)

    def make_plan() -> PanelPlan:
        training = training_plan(choices, recurrent)
        counts = stage_counts(len(architectures), FEWEST_EVALUATED if learning else None)
        return timed_plan(architectures, choices, training, choices.seconds, jobs_of(choices), counts)

    settings = {
        "format": FORMAT,
        "version": 1,
        "bundle": {
            "name": predictor.bundle.name,
            "origin": origin,
            "sha256": predictor.bundle.manifest["files"]["predictor.onnx"]["sha256"],
        },
        "budget": choices.seconds,
        "architectures": digest([network_key(architecture) for architecture in architectures]),
    }
    with panel_run(
        choices,
        recurrent,
        make_plan,
        folder=choices.out,
        settings=settings,
        resume=choices.resume,
        options=type(choices),
        notify=callbacks.on_progress,
    ) as run:
        count, trained = len(architectures), run.plan.trained
        callbacks.on_message(_described(count, run.plan, recurrent))
        if learning is not None and FEWEST_EVALUATED <= trained == run.plan.proxied < count:
            callbacks.on_message(f"a correction learned from these {trained:,} ranks the others")
            return learning.ranked(trained, run.stages, run.evaluations)
        counts = {PROXIES: run.plan.proxied, GENNAS: run.plan.trained}
        return Panel(origin, run.stages, counts).rank(architectures, scores, run.evaluations)


def _scores(
    architectures: Sequence[Architecture], predictor: Predictor, callbacks: Callbacks
) -> list[EvaluatorValue]:
    """Return the predictor's scores; None for an architecture that it refuses."""
    accepted: list[Architecture | None] = []
    problems: list[str] = []
    for architecture in architectures:
        try:
            predictor.refusals.check(architecture)
            accepted.append(architecture)
        except InputError as error:
            problems.append(error.problem)
            accepted.append(None)
    if problems:
        callbacks.on_warning(
            f"{len(problems)} of {len(architectures)} architectures are ranked without the predictor: {problems[0]}"
        )
    scores = iter(predictor.score_stream(each for each in accepted if each is not None))
    return [None if each is None else next(scores).score for each in accepted]


def _described(count: int, plan: PanelPlan, recurrent: bool) -> str:
    """Return a sentence about a plan."""
    evaluated = f"GenNAS evaluates {plan.trained:,}"
    if not recurrent:
        evaluated = f"the proxies evaluate {plan.proxied:,}, GenNAS {plan.trained:,}"
    depth = "" if plan.depth == 1 else f"; networks have {plan.depth:.2f} of their depth"
    return f"of {count:,} architectures {evaluated}{depth}"
