"""Architectures ranked by the panel within a budget of time, in a folder or without one.

Where there is time for all of them, all evaluators hear all. Where there is not, some that are spread over all of them are heard, and a
correction of the predictor is learned from that, as an adaptation learns it; its scores rank. Where that cannot be (too few are
heard, or the predictor has no voice or no traits), judges hear the best by those before them (`panel/ranking.py`).
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
from nasport.toolkit.panel.choices import RankChoices
from nasport.toolkit.panel.learned import origin_of
from nasport.toolkit.panel.listener import Listener
from nasport.toolkit.panel.planning import PanelPlan, planned, shared_out, training_plan, with_task
from nasport.toolkit.panel.ranking import Panel, Ranked
from nasport.toolkit.panel.run import jobs_of, panel_run
from nasport.toolkit.panel.stages import GENNAS, PROXIES
from nasport.toolkit.panel.verdict import Opinion
from nasport.toolkit.run_folder import digest

FORMAT = "nasport-rank"


def rank_within_budget(
    architectures: Sequence[Architecture],
    choices: RankChoices,
    listener: Listener,
) -> list[Ranked]:
    """The places of N architectures, best first.

    Args:
        architectures: networks of one kind.
        choices: the budget, the folder, who judges.
        listener: told what does not compare, that the predictor has no voice, and how it goes.

    Raises:
        InputError: options that do not go together, networks of several kinds, a budget too small, a folder of another run.
        NasportError: a judgement failed for a reason that nobody thought of.
    """
    choices.check()
    if not architectures:
        raise InputError("nothing to rank, expected architectures")
    kinds = {architecture.is_recurrent for architecture in architectures}
    if len(kinds) == 2:
        raise InputError("recurrent networks and image networks, expected one kind: their judges differ")
    if warning := not_comparable(map(group_of, architectures)):
        listener.warned(warning)
    recurrent = kinds.pop()
    predictor = Predictor.load(choices.bundle or DEFAULT_BUNDLE)
    scores, origin = _scores(architectures, predictor, listener), origin_of(predictor.bundle)
    if not recurrent:
        choices = with_task(choices, predictor.bundle)
    learning = None
    if not recurrent and TRAITS in predictor.bundle.manifest["outputs"] and None not in scores:
        learning = LearnedRanking(architectures, predictor.bundle, choices.seed)

    def plan() -> PanelPlan:
        training = training_plan(choices, recurrent)
        counts = shared_out(len(architectures), FEWEST_EVALUATED if learning else None)
        return planned(architectures, choices, training, choices.seconds, jobs_of(choices), counts)

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
        plan,
        folder=choices.out,
        settings=settings,
        resume=choices.resume,
        options=type(choices),
        notify=listener.heard,
    ) as run:
        count, trained = len(architectures), run.plan.trained
        listener.planned(_in_words(count, run.plan, recurrent))
        if learning is not None and FEWEST_EVALUATED <= trained == run.plan.proxied < count:
            listener.planned(f"what is said of these {trained:,} ranks the others")
            return learning.ranked(trained, run.stages, run.hearings)
        counts = {PROXIES: run.plan.proxied, GENNAS: run.plan.trained}
        return Panel(origin, run.stages, counts).rank(architectures, scores, run.hearings)


def _scores(architectures: Sequence[Architecture], predictor: Predictor, listener: Listener) -> list[Opinion]:
    """Of the predictor, None where it gives none."""
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
        listener.warned(f"the predictor has no voice for {len(problems)} of them: {problems[0]}")
    scores = iter(predictor.score_stream(each for each in accepted if each is not None))
    return [None if each is None else next(scores).score for each in accepted]


def _in_words(count: int, plan: PanelPlan, recurrent: bool) -> str:
    """What there is time for."""
    heard = f"GenNAS hears {plan.trained:,}"
    if not recurrent:
        heard = f"the proxies hear {plan.proxied:,} and GenNAS {plan.trained:,}"
    depth = "" if plan.depth == 1 else f", networks {plan.depth:.2f} as deep"
    return f"of {count:,} architectures {heard}{depth}"
