"""Choose finalists and winners: the best distinct members or the Pareto front, and their order after re-ranking.

Scores and losses have no common unit, so re-ranking by GenNAS adds the two ranks of each finalist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from nasport.runtime.encoding import is_worded
from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.race import ranks_of
from nasport.toolkit.search.facts import objective_values
from nasport.toolkit.search.result import Evaluation, Winner


def best_distinct(evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """Return the members within the limits that have a score, best first.

    Of isomorphic members, only the best is returned, or the first if their scores are equal.
    """
    members = (each for each in evaluations if not each.query.is_supernet and each.violation == 0)
    fit = [(-each.score, each.number, each) for each in members if each.score is not None]
    distinct: dict[str, Evaluation] = {}
    for _, number, each in sorted(fit, key=lambda key: key[:2]):
        distinct.setdefault(each.hash or str(number), each)
    return list(distinct.values())


def known_first(
    ordered: Sequence[Evaluation], architecture: Callable[[Evaluation], Architecture]
) -> list[Evaluation]:
    """Reorder evaluations of equal score: fewer operators that the predictor knows only by their description come first.

    Args:
        ordered: evaluations by score, best first.
        architecture: function that returns the architecture of an evaluation; called only if such operators are possible.
    """
    found: list[Evaluation] = []
    for _, group in groupby(ordered, key=lambda evaluation: evaluation.score):
        equals = list(group)
        if len(equals) > 1 and any(each.facts.get("parameters") is None for each in equals):
            equals.sort(key=lambda each: _known_by_words(architecture(each)))
        found += equals
    return found


def _known_by_words(architecture: Architecture) -> int:
    """Return how many nodes and layers have operators that are known only by their description."""
    keys = {key for key, operator in architecture.operators.items() if is_worded(operator)}
    if not keys:
        return 0
    nodes = sum(node.op in keys for cell in architecture.cells.values() for node in cell.nodes)
    stages = architecture.skeleton.stages if architecture.skeleton else ()
    return nodes + sum(stage.repeats for stage in stages if stage.op in keys)


def pareto_front(ordered: Sequence[Evaluation], objectives: Sequence[str]) -> list[Evaluation]:
    """Return the evaluations that no other evaluation dominates, in the given order.

    An evaluation dominates another if it is at least as good in all objectives and better in one.

    Args:
        ordered: evaluations by score, best first.
        objectives: facts to minimize; evaluations with an unknown objective are never on the front.
    """
    rows = [objective_values(each.score, each.facts, objectives) for each in ordered]
    values = np.array(rows, np.float64).reshape(len(ordered), 1 + len(objectives))
    # In this order every row comes before the rows that it dominates.
    order = np.lexsort(tuple(-column for column in values.T[::-1]))
    front = np.empty((0, values.shape[1]))
    chosen = []
    for place in order.tolist():
        row = values[place]
        dominated = (front >= row).all(axis=1) & (front > row).any(axis=1)
        if np.isfinite(row).all() and not dominated.any():
            front = np.vstack([front, row])
            chosen.append(place)
    return [ordered[place] for place in sorted(chosen)]


def spread(front: Sequence[Evaluation], count: int) -> list[Evaluation]:
    """Return `count` evaluations spread evenly over a front, including both ends."""
    if len(front) <= count:
        return list(front)
    return [front[round(place)] for place in np.linspace(0, len(front) - 1, count)]


class FinalistLoss(NamedTuple):
    """Result of GenNAS regression for a finalist; see `Winner`."""

    loss: float | None
    fit: float | None
    failed: str
    stopped: int | None = None


def with_losses(winners: Sequence[Winner], trained: Sequence[FinalistLoss]) -> list[Winner]:
    """Return winners with the results of GenNAS regression.

    They also get ranks by loss if any training succeeded; failed trainings rank last.
    """
    any_loss = any(each.loss is not None for each in trained)
    ranked = ranks_of(
        [each.loss for each in trained],
        [each.stopped for each in trained],
        [each.failed for each in trained],
    )
    return [
        replace(winner, **each._asdict(), loss_rank=rank if any_loss else None)
        for winner, each, rank in zip(winners, trained, ranked, strict=True)
    ]


def by_both_ranks(winners: Sequence[Winner]) -> list[Winner]:
    """Order winners by the sum of both ranks, then by score; failed trainings come last."""
    keys = [(each.loss is None, each.score_rank + (each.loss_rank or 0), each.rank) for each in winners]
    ordered = sorted(zip(keys, winners, strict=True), key=lambda pair: pair[0])
    return [replace(winner, rank=rank) for rank, (_, winner) in enumerate(ordered, 1)]


def ranks(values: Sequence[float]) -> list[int]:
    """Return the rank of each value, 1 for the smallest. Equal values share the better rank."""
    ordered = np.sort(np.array(values, np.float64))
    return [int(np.searchsorted(ordered, value, side="left")) + 1 for value in values]
