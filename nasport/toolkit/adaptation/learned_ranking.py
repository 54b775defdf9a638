"""Architectures ranked by a correction of the predictor that was learned from some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nasport.runtime.bundle import Bundle
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.adaptation.evaluated import (
    Evaluators,
    NoNetworkError,
    evaluated_members,
    learned_from,
    panel_evaluators,
)
from nasport.toolkit.adaptation.members import Members, Scales, Seer, Sight
from nasport.toolkit.panel.hearings import Hearings
from nasport.toolkit.panel.learned import origin_of
from nasport.toolkit.panel.ranking import Ranked, Word
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, Stage
from nasport.toolkit.panel.verdict import quantiles, ranks

LEARNED = "learned"
"""The word of what was learned from those that were heard."""


class LearnedRanking:
    """Ranks N architectures by a correction of the predictor, learned from those of them that are heard."""

    def __init__(self, architectures: Sequence[Architecture], bundle: Bundle, seed: int) -> None:
        """Args:
        architectures: image networks that the predictor scores.
        bundle: of a predictor that gives traits.
        seed: of the order in which they are thought of.
        """
        self._seer = Seer(bundle)
        self._all = architectures
        self._seen = self._seer.see(architectures)
        self._order: list[int] = np.random.default_rng(seed).permutation(len(architectures)).tolist()

    def ranked(self, count: int, stages: Mapping[str, Stage], hearings: Hearings) -> list[Ranked]:
        """Have so many heard, learn, and rank all; those whose network cannot be run come last."""
        evaluators, broken = panel_evaluators(stages, hearings), list[Ranked]()
        while True:
            gone = {each.place for each in broken}
            order = [place for place in self._order if place not in gone]
            try:
                return [*self.by_evaluators(order, count, evaluators), *broken]
            except NoNetworkError as error:
                place = next(place for place in order if self._all[place] is error.member)
                broken.append(Ranked(place, None, None, None, error.stage, problem=error.why))

    def by_evaluators(self, order: Sequence[int], count: int, evaluators: Evaluators) -> list[Ranked]:
        """Those in an order of places, ranked by what judges say of so many of them."""
        seen, at = self._seen, list(order)
        members = Members(
            [self._all[place] for place in at], Sight(seen.scores[at], seen.traits[at], seen.statistics[at])
        )
        scales, blocks, name = Scales.of(members.seen), self._seer.blocks, origin_of(self._seer.bundle)
        found = evaluated_members(members, scales, blocks, name, count, evaluators)
        values = found.values(members, scales)
        others = [values]
        for evaluator in found.said:
            left = {name: words for name, words in found.said.items() if name != evaluator}
            try:
                other = learned_from(members, scales, blocks, found.rows, left, found.weights)
            except InputError:  # the others tell nobody from another
                continue
            others.append(other.values(members, scales))
        ranked = np.stack([ranks(each) for each in others])
        own = {
            evaluator: ranks(quantiles(words))
            for evaluator, words in found.said.items()
            if evaluator != PREDICTOR
        }
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
                    evaluator: Word(found.said[evaluator][heard], int(of[heard]), found.shares[evaluator])
                    for evaluator, of in own.items()
                }
            spread = int(ranked[:, row].min()), int(ranked[:, row].max())
            stage = GENNAS if row in row_of else PREDICTOR
            listed.append(Ranked(at[row], int(ranked[0][row]), *spread, stage, words))
        return listed
