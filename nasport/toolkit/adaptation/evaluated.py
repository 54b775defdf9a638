"""Members evaluated by the panel, and the correction of the predictor that is learned from them.

The first members are spread over the search space. The other members are those whose correction is most uncertain after the first members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nasport.models.correction import Correction, Floats, held_out, learn_correction, most_informative
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.adaptation.members import Members, Scales
from nasport.toolkit.panel.combining import EvaluatorValue, Weights, combine, in_deviations
from nasport.toolkit.panel.evaluations import StageEvaluations
from nasport.toolkit.panel.learned import kind_of, weights_of
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, Stage, problem_of

POOL = 500
"""Number of members from which those to evaluate are chosen (twice the number to evaluate, if that is larger). From a
larger pool, mostly outliers would be chosen."""
SPREAD = 2 / 3
"""Share of the evaluated members that are spread over the search space."""


class Evaluators(Protocol):
    """Function that evaluates members."""

    def __call__(self, architectures: Sequence[Architecture]) -> Mapping[str, Sequence[EvaluatorValue]]:
        """Return the values of the architectures by evaluator, higher is better."""


@dataclass(frozen=True)
class EvaluatedMembers:
    """N evaluated members, and the correction that was learned from them.

    Attributes:
        rows: rows of the evaluated members.
        weights: weights of the evaluators.
        shares: by evaluator, its weight times its agreement with the predictor.
        target: (N,) combined values of the evaluators, with mean 0 and standard deviation 1.
        correction: correction that was learned from the target.
        by_evaluator: by evaluator, its N values.
    """

    rows: tuple[int, ...]
    weights: Weights
    shares: Mapping[str, float]
    target: Floats
    correction: Correction
    by_evaluator: Mapping[str, Sequence[EvaluatorValue]]

    def values(self, members: Members, scales: Scales) -> Floats:
        """Return the (M,) corrected scores of all members."""
        means = scales.score(members.outputs.scores[:, None])[:, : int(PREDICTOR in self.by_evaluator)]
        return self.correction(scales.traits(members.outputs.traits), means)

    def held_out(self, members: Members, scales: Scales, blocks: Sequence[int]) -> Floats:
        """Return (N,) cross-validated scores: each member's corrected score without its own fold in the training."""
        rows = list(self.rows)
        return held_out(
            scales.traits(members.outputs.traits[rows]), _means(members, scales, rows), self.target, blocks
        )


class NoNetworkError(InputError):
    """The network of a member cannot be run.

    Attributes:
        member: the member.
        stage: stage that could not run it.
        why: the error without the member's name.
    """

    member: Architecture
    stage: str
    why: InputError


def panel_evaluators(
    stages: Mapping[str, Stage], evaluations: StageEvaluations, *, may_fail: bool = False
) -> Evaluators:
    """Return the function that evaluates members by the stages of a panel.

    The function raises NoNetworkError if the network of a member cannot be run, unless `may_fail` is true.

    Args:
        stages: stages that run networks.
        evaluations: finished evaluations, which also run the missing ones.
        may_fail: whether a network that cannot be run has the value None for all evaluators.
    """

    def evaluate(architectures: Sequence[Architecture]) -> dict[str, Sequence[EvaluatorValue]]:
        by_evaluator: dict[str, Sequence[EvaluatorValue]] = {}
        for name, stage in stages.items():
            of_stage = evaluations.evaluate(name, stage, architectures)
            for architecture, evaluation in zip(architectures, of_stage, strict=True):
                if not may_fail and (problem := problem_of(evaluation)) is not None:
                    member = f"the member {architecture.name!r:.200}"
                    error = NoNetworkError(f"{member}: {problem.problem}", path=problem.path)
                    error.member, error.stage, error.why = architecture, name, problem
                    raise error
            for evaluator in stage.evaluators:
                by_evaluator[evaluator] = [evaluation.values.get(evaluator) for evaluation in of_stage]
        return by_evaluator

    return evaluate


def evaluated_members(
    members: Members, scales: Scales, blocks: Sequence[int], bundle: str, count: int, evaluators: Evaluators
) -> EvaluatedMembers:
    """Evaluate some members and learn a correction from them.

    Args:
        members: members to choose from.
        scales: scales of the search space.
        blocks: end of each block of the traits.
        bundle: name of the predictor's bundle.
        count: number of members to evaluate.
        evaluators: function that evaluates members.

    Raises:
        InputError: the network of a member cannot be built.
    """
    pool = min(max(POOL, 2 * count), len(members.architectures))
    traits = scales.traits(members.outputs.traits[:pool])
    count = min(count, pool)
    first = most_informative(traits, blocks, max(round(SPREAD * count), min(count, 2)))
    evaluated = _evaluated(members, scales, blocks, bundle, first, evaluators)
    left = count - len(first)
    if left > 0:
        widths, noise = evaluated.correction.widths, evaluated.correction.noise
        later = most_informative(traits, blocks, left, first, widths, noise)
        evaluated = _evaluated(members, scales, blocks, bundle, [*first, *later], evaluators)
    return evaluated


def _evaluated(
    members: Members,
    scales: Scales,
    blocks: Sequence[int],
    bundle: str,
    rows: list[int],
    evaluators: Evaluators,
) -> EvaluatedMembers:
    architectures = [members.architectures[row] for row in rows]
    scores: list[EvaluatorValue] = members.outputs.scores[rows].tolist()
    weights = weights_of(bundle, kind_of(architectures[0]), GENNAS)
    return fit_to_values(
        members, scales, blocks, rows, {PREDICTOR: scores, **evaluators(architectures)}, weights
    )


def fit_to_values(
    members: Members,
    scales: Scales,
    blocks: Sequence[int],
    rows: Sequence[int],
    by_evaluator: Mapping[str, Sequence[EvaluatorValue]],
    weights: Weights,
) -> EvaluatedMembers:
    """Learn a correction from values of some evaluators.

    Args:
        members: members of the search space.
        scales: scales of the search space.
        blocks: end of each block of the traits.
        rows: rows of the N evaluated members.
        by_evaluator: by evaluator, its N values; without the predictor, the correction does not use its score.
        weights: weights of the evaluators.

    Raises:
        InputError: all combined values are equal.
    """
    combined = combine(by_evaluator, weights)
    deviation = combined.values.std()
    if not deviation > 0:
        raise InputError(
            f"the evaluators give {len(rows)} members equal values, expected a search space whose members differ"
        )
    target = (combined.values - combined.values.mean()) / deviation
    means = _means(members, scales, rows)[:, : int(PREDICTOR in by_evaluator)]
    correction = learn_correction(scales.traits(members.outputs.traits[list(rows)]), means, target, blocks)
    return EvaluatedMembers(tuple(rows), weights, combined.shares, target, correction, by_evaluator)


def _means(members: Members, scales: Scales, rows: Sequence[int]) -> Floats:
    """Return the (N, 1) prior means of the correction: the standardized scores."""
    return scales.score(members.outputs.scores[list(rows)][:, None])


def evaluate_finalists(
    members: Members,
    scales: Scales,
    blocks: Sequence[int],
    before: EvaluatedMembers,
    finalists: Members,
    evaluators: Evaluators,
) -> tuple[Floats, Mapping[str, Sequence[EvaluatorValue]]]:
    """Evaluate finalists, and score them by a correction that is learned from members and finalists together.

    A finalist's value is measured in standard deviations over the members, not by its rank among the finalists, because
    all finalists are good and their values may hardly differ.

    Args:
        members: members of the search space from which `before` was learned.
        scales: scales of the search space.
        blocks: end of each block of the traits.
        before: the evaluated members.
        finalists: F further members.
        evaluators: function that evaluates members; it receives the finalists together with the evaluated members.

    Returns:
        (F,) corrected scores, and by evaluator its values of the finalists.
    """
    rows = list(before.rows)
    architectures = [*(members.architectures[row] for row in rows), *finalists.architectures]
    scores = np.concatenate([members.outputs.scores[rows], finalists.outputs.scores])
    traits = np.concatenate([members.outputs.traits[rows], finalists.outputs.traits])
    predicted: list[EvaluatorValue] = scores.tolist()
    by_evaluator = {PREDICTOR: predicted, **evaluators(architectures)}
    first = len(rows)
    known = combine({evaluator: values[:first] for evaluator, values in by_evaluator.items()}, before.weights)
    terms = [
        share * in_deviations(by_evaluator[evaluator][:first], by_evaluator[evaluator][first:])
        for evaluator, share in known.shares.items()
        if share > 0
    ]
    values = np.concatenate([known.values, np.sum(terms, axis=0)])
    target = (values - known.values.mean()) / (known.values.std() or 1.0)
    means = scales.score(scores[:, None])
    correction = learn_correction(scales.traits(traits), means, target, blocks)
    corrected = correction(scales.traits(traits), means)[first:]
    return corrected, {evaluator: values[first:] for evaluator, values in by_evaluator.items()}
