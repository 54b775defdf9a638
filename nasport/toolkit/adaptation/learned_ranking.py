"""Rank architectures by a correction of the predictor that is learned from evaluations of some of them."""

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
    fit_to_values,
    panel_evaluators,
)
from nasport.toolkit.adaptation.members import Members, OutputReader, PredictorOutputs, Scales
from nasport.toolkit.panel.combining import quantiles, ranks
from nasport.toolkit.panel.evaluations import StageEvaluations
from nasport.toolkit.panel.learned import origin_of
from nasport.toolkit.panel.ranking import EvaluatorRank, Ranked
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, Stage

LEARNED = "learned"
"""Name under which the corrected score is listed among the evaluators."""


class LearnedRanking:
    """Ranks N architectures by a correction of the predictor that is learned from those that are evaluated."""

    def __init__(self, architectures: Sequence[Architecture], bundle: Bundle, seed: int) -> None:
        """Compute the predictor's outputs for all architectures.

        Args:
            architectures: image networks that the predictor scores.
            bundle: bundle of a predictor with traits.
            seed: seed of the order in which the architectures are considered.
        """
        self._reader = OutputReader(bundle)
        self._architectures = architectures
        self._outputs = self._reader.read(architectures)
        self._order: list[int] = np.random.default_rng(seed).permutation(len(architectures)).tolist()

    def ranked(self, count: int, stages: Mapping[str, Stage], evaluations: StageEvaluations) -> list[Ranked]:
        """Evaluate some architectures, learn from them, and rank all; those whose networks cannot be run come last.

        Args:
            count: number of architectures to evaluate.
            stages: stages that run networks.
            evaluations: finished evaluations, which also run the missing ones.
        """
        evaluators, broken = panel_evaluators(stages, evaluations), list[Ranked]()
        while True:
            excluded = {each.place for each in broken}
            order = [place for place in self._order if place not in excluded]
            try:
                return [*self.by_evaluators(order, count, evaluators), *broken]
            except NoNetworkError as error:
                place = next(place for place in order if self._architectures[place] is error.member)
                broken.append(Ranked(place, None, None, None, error.stage, problem=error.why))

    def by_evaluators(self, order: Sequence[int], count: int, evaluators: Evaluators) -> list[Ranked]:
        """Rank architectures by a correction that is learned from evaluations of some of them.

        Args:
            order: indices of the architectures to rank.
            count: number of architectures to evaluate.
            evaluators: function that evaluates architectures.
        """
        outputs, places = self._outputs, list(order)
        members = Members(
            [self._architectures[place] for place in places],
            PredictorOutputs(outputs.scores[places], outputs.traits[places], outputs.statistics[places]),
        )
        scales, blocks, name = Scales.of(members.outputs), self._reader.blocks, origin_of(self._reader.bundle)
        evaluated = evaluated_members(members, scales, blocks, name, count, evaluators)
        values = evaluated.values(members, scales)
        alternatives = [values]
        for evaluator in evaluated.by_evaluator:
            others = {name: each for name, each in evaluated.by_evaluator.items() if name != evaluator}
            try:
                without = fit_to_values(members, scales, blocks, evaluated.rows, others, evaluated.weights)
            except InputError:  # the other evaluators give all members equal values
                continue
            alternatives.append(without.values(members, scales))
        ranked = np.stack([ranks(each) for each in alternatives])
        own_ranks = {
            evaluator: ranks(quantiles(each))
            for evaluator, each in evaluated.by_evaluator.items()
            if evaluator != PREDICTOR
        }
        by_score = ranks(members.outputs.scores)
        position_of = {row: at for at, row in enumerate(evaluated.rows)}
        result = []
        for row in np.argsort(ranked[0], kind="stable").tolist():
            score, rank_by_score = float(members.outputs.scores[row]), int(by_score[row])
            by_evaluator = {
                LEARNED: EvaluatorRank(float(values[row]), int(ranked[0][row]), 1.0),
                PREDICTOR: EvaluatorRank(score, rank_by_score, evaluated.shares[PREDICTOR]),
            }
            if row in position_of:
                at = position_of[row]
                by_evaluator |= {
                    evaluator: EvaluatorRank(
                        evaluated.by_evaluator[evaluator][at], int(own[at]), evaluated.shares[evaluator]
                    )
                    for evaluator, own in own_ranks.items()
                }
            spread = int(ranked[:, row].min()), int(ranked[:, row].max())
            stage = GENNAS if row in position_of else PREDICTOR
            result.append(Ranked(places[row], int(ranked[0][row]), *spread, stage, by_evaluator))
        return result
