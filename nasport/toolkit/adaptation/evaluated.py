"""Members judged by the panel: some spread over the space, then those whose correction is still in most doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nasport.models.correction import Correction, Floats, held_out, learned, most_telling
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.adaptation.members import Members, Scales
from nasport.toolkit.panel.hearings import Hearings
from nasport.toolkit.panel.learned import kind_of, weights_of
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, Stage, refused
from nasport.toolkit.panel.verdict import Opinion, Weights, in_deviations, verdict

POOL = 500
"""Members that are thought of, or twice as many as are judged: farther out are only curiosities."""
SPREAD = 2 / 3
"""Share of the judgements that is spread over the space."""


class Evaluators(Protocol):
    """Who says what members are worth."""

    def __call__(self, architectures: Sequence[Architecture]) -> Mapping[str, Sequence[Opinion]]:
        """By judge, what it says of each, higher is better."""


@dataclass(frozen=True)
class EvaluatedMembers:
    """What was learned from judgements.

    Attributes:
        rows: of the members that were judged.
        weights: by which the panel judged.
        shares: by evaluator, what its word came to.
        target: (N,) the panel's verdict, of mean 0 and deviation 1.
        correction: that was learned.
        said: by evaluator, what it says of each.
    """

    rows: tuple[int, ...]
    weights: Weights
    shares: Mapping[str, float]
    target: Floats
    correction: Correction
    said: Mapping[str, Sequence[Opinion]]

    def values(self, members: Members, scales: Scales) -> Floats:
        """(M,) corrected scores of all members."""
        means = scales.score(members.seen.scores[:, None])[:, : int(PREDICTOR in self.said)]
        return self.correction(scales.traits(members.seen.traits), means)

    def held_out(self, members: Members, scales: Scales, blocks: Sequence[int]) -> Floats:
        """(N,): of each what a correction says that was learned from the others."""
        rows = list(self.rows)
        return held_out(
            scales.traits(members.seen.traits[rows]), _means(members, scales, rows), self.target, blocks
        )


class NoNetworkError(InputError):
    """The network of a member cannot be run.

    Attributes:
        member: whose it is.
        stage: that could not run it.
        why: the error by itself, without the member's name.
    """

    member: Architecture
    stage: str
    why: InputError


def panel_evaluators(
    stages: Mapping[str, Stage], hearings: Hearings, *, may_fail: bool = False
) -> Evaluators:
    """The stages of a panel as judges of members.

    Args:
        may_fail: whether a network that cannot be built has no values, instead of ending it all.

    Raises, when called:
        NoNetworkError: a member's network cannot be built, and may not fail.
    """

    def evaluator(architectures: Sequence[Architecture]) -> dict[str, Sequence[Opinion]]:
        said: dict[str, Sequence[Opinion]] = {}
        for name, stage in stages.items():
            heard = hearings.hear(name, stage, architectures)
            for architecture, each in zip(architectures, heard, strict=True):
                if not may_fail and (problem := refused(each)) is not None:
                    called = f"the member {architecture.name!r:.200}"
                    error = NoNetworkError(f"{called}: {problem.problem}", path=problem.path)
                    error.member, error.stage, error.why = architecture, name, problem
                    raise error
            for evaluator in stage.evaluators:
                said[evaluator] = [each.values.get(evaluator) for each in heard]
        return said

    return evaluator


def evaluated_members(
    members: Members, scales: Scales, blocks: Sequence[int], bundle: str, count: int, evaluators: Evaluators
) -> EvaluatedMembers:
    """Have so many members judged, and learn from it.

    Args:
        members: to draw from.
        scales: of the space.
        blocks: where each block of the traits ends.
        bundle: name of the predictor.
        count: of judgements.
        judges: who judge.

    Raises:
        InputError: a member's network cannot be built.
    """
    pool = min(max(POOL, 2 * count), len(members.architectures))
    traits = scales.traits(members.seen.traits[:pool])
    count = min(count, pool)
    first = most_telling(traits, blocks, max(round(SPREAD * count), min(count, 2)))
    found = _learned(members, scales, blocks, bundle, first, evaluators)
    left = count - len(first)
    if left > 0:
        widths, noise = found.correction.widths, found.correction.noise
        later = most_telling(traits, blocks, left, first, widths, noise)
        found = _learned(members, scales, blocks, bundle, [*first, *later], evaluators)
    return found


def _learned(
    members: Members,
    scales: Scales,
    blocks: Sequence[int],
    bundle: str,
    rows: list[int],
    evaluators: Evaluators,
) -> EvaluatedMembers:
    architectures = [members.architectures[row] for row in rows]
    scores: list[Opinion] = members.seen.scores[rows].tolist()
    weights = weights_of(bundle, kind_of(architectures[0]), GENNAS)
    return learned_from(
        members, scales, blocks, rows, {PREDICTOR: scores, **evaluators(architectures)}, weights
    )


def learned_from(
    members: Members,
    scales: Scales,
    blocks: Sequence[int],
    rows: Sequence[int],
    said: Mapping[str, Sequence[Opinion]],
    weights: Weights,
) -> EvaluatedMembers:
    """What the words of some judges on some members teach; where the predictor is none of them, its score is not known before.

    Raises:
        InputError: they tell no member from another.
    """
    found = verdict(said, weights)
    values = found.values
    deviation = values.std()
    if not deviation > 0:
        raise InputError(
            f"the evaluators tell none of {len(rows)} members from another, expected a space whose members differ"
        )
    target = (values - values.mean()) / deviation
    means = _means(members, scales, rows)[:, : int(PREDICTOR in said)]
    correction = learned(scales.traits(members.seen.traits[list(rows)]), means, target, blocks)
    return EvaluatedMembers(tuple(rows), weights, found.shares, target, correction, said)


def _means(members: Members, scales: Scales, rows: Sequence[int]) -> Floats:
    """(N, 1): what was known before is the score."""
    return scales.score(members.seen.scores[list(rows)][:, None])


def evaluated_again(
    members: Members,
    scales: Scales,
    blocks: Sequence[int],
    before: EvaluatedMembers,
    finalists: Members,
    evaluators: Evaluators,
) -> tuple[Floats, Mapping[str, Sequence[Opinion]]]:
    """Finalists judged as members are, and their scores by a correction that learned from both.

    What an evaluator says of a finalist counts in its deviations over the members, not by its rank among finalists, who are all
    good and between whom it may hardly tell.

    Args:
        members: of the space, from which `before` was learned.
        finalists: F more of them.
        judges: who judge; what they said of members is heard again.

    Returns:
        (F,) scores, and by judge what it says of the finalists.
    """
    rows = list(before.rows)
    architectures = [*(members.architectures[row] for row in rows), *finalists.architectures]
    scores = np.concatenate([members.seen.scores[rows], finalists.seen.scores])
    traits = np.concatenate([members.seen.traits[rows], finalists.seen.traits])
    own: list[Opinion] = scores.tolist()
    said = {PREDICTOR: own, **evaluators(architectures)}
    first = len(rows)
    known = verdict({evaluator: values[:first] for evaluator, values in said.items()}, before.weights)
    voices = [
        share * in_deviations(said[evaluator][:first], said[evaluator][first:])
        for evaluator, share in known.shares.items()
        if share > 0
    ]
    values = np.concatenate([known.values, np.sum(voices, axis=0)])
    target = (values - known.values.mean()) / (known.values.std() or 1.0)
    means = scales.score(scores[:, None])
    correction = learned(scales.traits(traits), means, target, blocks)
    found = correction(scales.traits(traits), means)[first:]
    return found, {evaluator: values[first:] for evaluator, values in said.items()}
