"""Results of a search as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.schemas.space import Value
from nasport.toolkit.search.query import Query

FACTS = ("parameters", "flops", "reachable_parameters", "distance", "latency")
"""Quantities that limits and further objectives can name."""


@dataclass(frozen=True)
class Evaluation:
    """One evaluated query: a line of evaluated.jsonl.

    Attributes:
        number: number of evaluations before this one.
        query: member or supernet.
        hash: hash of the canonical form; empty if there is none.
        score: score of the first evaluator, higher is better; None if there is none.
        facts: values by the names of `FACTS`; None if unknown.
        violation: violation of the limits, see `Answer`.
        failed: reason for the missing score; empty on success.
    """

    number: int
    query: Query
    hash: str
    score: float | None
    facts: Mapping[str, float | None]
    violation: float = 0.0
    failed: str = ""


@dataclass(frozen=True)
class Winner:
    """One of the best architectures.

    Attributes:
        rank: place among the winners, 1 is the best.
        evaluation: evaluation by the first evaluator.
        architecture: document of the architecture.
        notation: text in the notation of the search space; None if the space has no notation.
        score_rank: rank by score among the finalists, 1 is the best.
        loss: loss of GenNAS regression, lower is better; None if the architecture was not trained or training failed.
        fit: fit of GenNAS regression, higher is better.
        loss_rank: rank by loss among the finalists, 1 is the best; None if nothing was trained.
        failed: reason for a missing loss; empty on success.
        stopped: training step at which a race stopped the finalist, with the loss of that step; None if the training was
            completed.
        on_front: whether the architecture is on the Pareto front of a search with several objectives.
        panel_score: score by the correction that learned from members and finalists; None without the panel of evaluators.
        reason: each evaluator of the panel with the rank that it gives among the finalists; empty without the panel.
        genes: value of every gene, by the names that `nasport spaces` lists; empty if no search space is known.
    """

    rank: int
    evaluation: Evaluation
    architecture: Architecture
    notation: str | None
    score_rank: int
    loss: float | None = None
    fit: float | None = None
    loss_rank: int | None = None
    failed: str = ""
    stopped: int | None = None
    on_front: bool = False
    panel_score: float | None = None
    reason: str = ""
    genes: Mapping[str, Value] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """The first that exists of name, notation, start of the hash, and rank."""
        return self.architecture.name or self.notation or self.evaluation.hash[:12] or f"number {self.rank}"


@dataclass(frozen=True)
class SearchResult:
    """A finished search.

    Attributes:
        settings: values that determined the search, as in settings.json.
        evaluations: all evaluations, in order.
        winners: best first: by the sum of both ranks if GenNAS regression re-ranked the finalists, else by score. With
            several objectives: the Pareto front, by score.
        seconds: duration of all sessions together.
        notes: notes for the reader, one sentence each.
        finalists: all architectures that the second evaluator evaluated, in the order of the winners; empty without a
            second evaluator.
    """

    settings: Mapping[str, Any]
    evaluations: tuple[Evaluation, ...]
    winners: tuple[Winner, ...]
    seconds: float
    notes: tuple[str, ...] = field(default=())
    finalists: tuple[Winner, ...] = field(default=())
