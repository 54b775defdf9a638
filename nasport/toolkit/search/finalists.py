"""Who wins: the best distinct members, or the Pareto front, and the word of a second judge on them.

Two judges are combined by rank, since a score and a loss have no common unit: a finalist's two ranks are added.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nasport.runtime.encoding import is_worded
from nasport.schemas.architecture import Architecture
from nasport.schemas.writing import write_atomically
from nasport.toolkit.run_folder import read_records
from nasport.toolkit.search.engine import Notify, SearchProgress
from nasport.toolkit.search.facts import objective_values
from nasport.toolkit.search.judges.gennas_judge import Training
from nasport.toolkit.search.result import Evaluation, Winner


def best_distinct(evaluations: Iterable[Evaluation]) -> list[Evaluation]:
    """Members that keep the limits and have a score, best first, of isomorphic ones the best (of equals the first)."""
    members = (each for each in evaluations if not each.query.is_supernet and each.violation == 0)
    fit = [(-each.score, each.number, each) for each in members if each.score is not None]
    distinct: dict[str, Evaluation] = {}
    for _, number, each in sorted(fit, key=lambda key: key[:2]):
        distinct.setdefault(each.hash or str(number), each)
    return list(distinct.values())


def known_first(
    ordered: Sequence[Evaluation], architecture: Callable[[Evaluation], Architecture]
) -> list[Evaluation]:
    """The same, but of equal scores those first that rest on fewer operators known by words alone.

    Args:
        ordered: by the score, best first.
        architecture: of an evaluation; asked for only where there may be such operators.
    """
    found: list[Evaluation] = []
    for _, group in groupby(ordered, key=lambda evaluation: evaluation.score):
        equals = list(group)
        if len(equals) > 1 and any(each.facts.get("parameters") is None for each in equals):
            equals.sort(key=lambda each: _known_by_words(architecture(each)))
        found += equals
    return found


def _known_by_words(architecture: Architecture) -> int:
    """How many of its nodes and layers are operators known by words alone."""
    keys = {key for key, operator in architecture.operators.items() if is_worded(operator)}
    if not keys:
        return 0
    nodes = sum(node.op in keys for cell in architecture.cells.values() for node in cell.nodes)
    stages = architecture.skeleton.stages if architecture.skeleton else ()
    return nodes + sum(stage.repeats for stage in stages if stage.op in keys)


def pareto_front(ordered: Sequence[Evaluation], objectives: Sequence[str]) -> list[Evaluation]:
    """Those than which no other is at least as good in everything and better in something, in the order given.

    Args:
        ordered: by the score, best first.
        objectives: facts that shall be small; those with one of them unknown are never on the front.
    """
    rows = [objective_values(each.score, each.facts, objectives) for each in ordered]
    values = np.array(rows, np.float64).reshape(len(ordered), 1 + len(objectives))
    # Whatever dominates another comes before it in this order.
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
    """So many of a front, evenly from its one end to its other."""
    if len(front) <= count:
        return list(front)
    return [front[round(place)] for place in np.linspace(0, len(front) - 1, count)]


class FinalistLoss(NamedTuple):
    """What GenNAS regression says of a finalist; see `Winner`."""

    loss: float | None
    fit: float | None
    failed: str


def with_losses(winners: Sequence[Winner], trained: Sequence[FinalistLoss]) -> list[Winner]:
    """The same winners with what GenNAS regression says of them; ranks by loss where there is any, the failed last."""
    some = any(each.loss is not None for each in trained)
    places = ranks([float("inf") if each.loss is None else each.loss for each in trained])
    return [
        replace(winner, loss=each.loss, fit=each.fit, failed=each.failed, loss_rank=rank if some else None)
        for winner, each, rank in zip(winners, trained, places, strict=True)
    ]


def by_both_ranks(winners: Sequence[Winner]) -> list[Winner]:
    """By the sum of both ranks, of equal sums by the score; those that could not be trained come last."""
    keys = [(each.loss is None, each.score_rank + (each.loss_rank or 0), each.rank) for each in winners]
    ordered = sorted(zip(keys, winners, strict=True), key=lambda pair: pair[0])
    return [replace(winner, rank=rank) for rank, (_, winner) in enumerate(ordered, 1)]


def train(
    architectures: Sequence[Architecture], training: Training, file: Path | None, notify: Notify | None = None
) -> tuple[list[FinalistLoss], float]:
    """Train finalists, those of which the file holds no result; the results, and the seconds of all sessions.

    Args:
        file: results of earlier sessions, and of this one as they come; in the end in the order of the finalists.
    """
    from nasport.toolkit.gennas.results_file import ResultsFile
    from nasport.toolkit.gennas.trainer import network_key

    keys = [network_key(architecture) for architecture in architectures]
    found = {} if file is None else {record["network"]: record for record in read_records(file)[1:]}
    places = [place for place, key in enumerate(keys) if key not in found and key not in keys[:place]]
    with ExitStack() as stack:
        results = None
        if file is not None:
            results = stack.enter_context(ResultsFile(file, training.to_json(), resume=True))
        outcomes = stack.enter_context(closing(training.outcomes([architectures[p] for p in places])))
        mark = time.monotonic()
        for number, outcome in outcomes:
            place, now = places[number], time.monotonic()
            found[keys[place]] = record = {
                "name": architectures[place].name,
                "network": keys[place],
                "loss": outcome.loss,
                "fit": outcome.fit,
                "seconds": outcome.seconds,
                "failed": outcome.failed or None,
                "elapsed": round(now - mark, 6),
            }
            mark = now
            if results is not None:
                results.add(record)
            if notify is not None:
                losses = [each["loss"] for each in found.values() if each["loss"] is not None]
                notify(SearchProgress("trained", len(found), len(set(keys)), min(losses, default=None)))
    if file is not None:  # in the order of the finalists, whichever ended first
        header, *lines = file.read_bytes().splitlines(keepends=True)
        ordered = sorted(lines, key=lambda line: keys.index(json.loads(line)["network"]))
        if ordered != lines:
            write_atomically(file, b"".join([header, *ordered]))
    seconds = sum(float(found[key].get("elapsed", 0.0)) for key in dict.fromkeys(keys))
    records = [found[key] for key in keys]
    return [FinalistLoss(each["loss"], each["fit"], each["failed"] or "") for each in records], seconds


def ranks(values: Sequence[float]) -> list[int]:
    """1 for the smallest; equal values share the better rank."""
    ordered = np.sort(np.array(values, np.float64))
    return [int(np.searchsorted(ordered, value, side="left")) + 1 for value in values]
