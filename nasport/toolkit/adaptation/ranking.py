"""Architectures ranked by the panel within a budget of time, in a folder or without one.

Where there is time for all of them, all judges hear all. Where there is not, some that are spread over all of them are heard, and a
correction of the predictor is learned from that, as an adaptation learns it; its scores rank. Where that cannot be (too few are
heard, or the predictor has no voice or no traits), judges hear the best by those before them (`panel/ranking.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from nasport.runtime.bundle import Bundle
from nasport.runtime.predictor import DEFAULT_BUNDLE, TRAITS, Predictor
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.adaptation.adapting import FEWEST_JUDGED
from nasport.toolkit.adaptation.judged import Judges, judged_members, learned_from
from nasport.toolkit.adaptation.members import Members, Scales, Seer, Sight
from nasport.toolkit.comparable import group_of, not_comparable
from nasport.toolkit.gennas.trainer import network_key
from nasport.toolkit.panel.choices import RankChoices
from nasport.toolkit.panel.hearings import Hearings
from nasport.toolkit.panel.learned import origin_of
from nasport.toolkit.panel.listener import Listener
from nasport.toolkit.panel.planning import PanelPlan, planned, shared_out, training_plan, with_task
from nasport.toolkit.panel.ranking import Panel, Ranked, Word
from nasport.toolkit.panel.run import jobs_of, panel_run
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, PROXIES, Heard, Stage, refused
from nasport.toolkit.panel.verdict import Opinion, quantiles, ranks
from nasport.toolkit.run_folder import digest

FORMAT = "nasport-rank"
LEARNED = "learned"
"""The word of what was learned from those that were heard."""


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
        learning = Learning(architectures, predictor.bundle, choices.seed)

    def plan() -> PanelPlan:
        training = training_plan(choices, recurrent)
        counts = shared_out(len(architectures), FEWEST_JUDGED if learning else None)
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
        listener.planned(_in_words(len(architectures), run.plan, recurrent))
        if learning is not None and run.plan.trained == run.plan.proxied < len(architectures):
            return learning.ranked(run.plan.trained, run.stages, run.hearings)
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


class _NoNetworkError(Exception):
    """A network could not be run."""

    def __init__(self, place: int, heard: Heard, stage: str) -> None:
        super().__init__(heard.failed)
        self.place, self.heard, self.stage = place, heard, stage


class Learning:
    """Ranks N architectures by a correction of the predictor, learned from those of them that are heard."""

    def __init__(self, architectures: Sequence[Architecture], bundle: Bundle, seed: int) -> None:
        """Args:
        architectures: image networks that the predictor scores.
        bundle: of a predictor that gives traits.
        seed: of the order in which they are thought of.
        """
        self._seer = Seer(bundle)
        # By name, its place among those that were given, so that a judge's words find their architecture.
        self._all = [replace(each, name=str(place)) for place, each in enumerate(architectures)]
        self._named = architectures
        self._seen = self._seer.see(architectures)
        self._order: list[int] = np.random.default_rng(seed).permutation(len(architectures)).tolist()

    def ranked(self, count: int, stages: Mapping[str, Stage], hearings: Hearings) -> list[Ranked]:
        """Have so many heard, learn, and rank all; those whose network cannot be run come last."""

        def judge(architectures: Sequence[Architecture]) -> dict[str, Sequence[Opinion]]:
            return _words_of([int(each.name) for each in architectures], self._named, stages, hearings)

        broken: list[Ranked] = []
        while True:
            gone = {each.place for each in broken}
            order = [place for place in self._order if place not in gone]
            try:
                return [*self.by_judges(order, count, judge), *broken]
            except _NoNetworkError as error:
                problem = refused(error.heard)
                broken.append(Ranked(error.place, None, None, None, error.stage, problem=problem))

    def by_judges(self, order: Sequence[int], count: int, judges: Judges) -> list[Ranked]:
        """Those in an order of places, ranked by what judges say of so many of them."""
        seen, at = self._seen, list(order)
        members = Members(
            [self._all[place] for place in at], Sight(seen.scores[at], seen.traits[at], seen.statistics[at])
        )
        scales, blocks, name = Scales.of(members.seen), self._seer.blocks, origin_of(self._seer.bundle)
        found = judged_members(members, scales, blocks, name, count, judges)
        values = found.values(members, scales)
        others = [values]
        for judge in found.said:
            left = {name: words for name, words in found.said.items() if name != judge}
            try:
                other = learned_from(members, scales, blocks, found.rows, left, found.weights)
            except InputError:  # the others tell nobody from another
                continue
            others.append(other.values(members, scales))
        ranked = np.stack([ranks(each) for each in others])
        own = {judge: ranks(quantiles(words)) for judge, words in found.said.items() if judge != PREDICTOR}
        by_score, row_of = ranks(members.seen.scores), {row: at for at, row in enumerate(found.rows)}
        listed = []
        for row in np.argsort(ranked[0], kind="stable").tolist():
            words = {
                LEARNED: Word(float(values[row]), int(ranked[0][row]), 1.0),
                PREDICTOR: Word(float(members.seen.scores[row]), int(by_score[row]), found.shares[PREDICTOR]),
            }
            if row in row_of:
                heard = row_of[row]
                words |= {
                    judge: Word(found.said[judge][heard], int(of[heard]), found.shares[judge])
                    for judge, of in own.items()
                }
            spread = int(ranked[:, row].min()), int(ranked[:, row].max())
            stage = GENNAS if row in row_of else PREDICTOR
            listed.append(Ranked(at[row], int(ranked[0][row]), *spread, stage, words))
        return listed


def _words_of(
    places: Sequence[int],
    architectures: Sequence[Architecture],
    stages: Mapping[str, Stage],
    hearings: Hearings,
) -> dict[str, Sequence[Opinion]]:
    """By judge, what it says of some of the architectures; raises `_NoNetworkError`."""
    said: dict[str, Sequence[Opinion]] = {}
    for name, stage in stages.items():
        heard = hearings.hear(name, stage, [architectures[place] for place in places])
        for place, each in zip(places, heard, strict=True):
            if each.failed:
                raise _NoNetworkError(place, each, name)
        said |= {judge: [each.values.get(judge) for each in heard] for judge in stage.judges}
    return said


def _in_words(count: int, plan: PanelPlan, recurrent: bool) -> str:
    """What there is time for."""
    heard = f"GenNAS hears {plan.trained:,}"
    if not recurrent:
        heard = f"the proxies hear {plan.proxied:,} and GenNAS {plan.trained:,}"
    depth = "" if plan.depth == 1 else f", networks {plan.depth:.2f} as deep"
    return f"of {count:,} architectures {heard}{depth}"
