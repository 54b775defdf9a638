"""What a search has found: plain values, for whoever prints, keeps or draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.schemas.space import Value
from nasport.toolkit.search.query import Query

FACTS = ("parameters", "flops", "reachable_parameters", "distance", "latency")
"""Numbers that limits and further objectives may speak of."""


@dataclass(frozen=True)
class Evaluation:
    """One query and what is known of it: a line of evaluated.jsonl.

    Attributes:
        number: how many were evaluated before it.
        query: a member or a supernet.
        hash: of the canonical form; empty where it has none.
        score: the first evaluator's, higher is better; None where there is none.
        facts: by the names of `FACTS`; None where unknown.
        violation: of the limits, see `Answer`.
        failed: why there is no score; empty where all went well.
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
        rank: 1 is the best.
        evaluation: by the first evaluator.
        architecture: its document.
        notation: in the notation of its space; None where the space has none.
        score_rank: by the first evaluator's score among the finalists, 1 the best.
        loss: of GenNAS regression, lower is better; None where it was not trained, or failed.
        fit: of GenNAS regression, higher is better.
        loss_rank: by the loss among the finalists, 1 the best; None where nothing was trained.
        failed: why GenNAS regression gave no loss; empty where all went well.
        stopped: after how many steps its training was stopped in a race of the finalists, None where it came to the end. The
            loss of a stopped one is that of this moment.
        on_front: whether it is on the Pareto front of a search with several objectives.
        panel_score: of the correction that learned from members and finalists, where the panel judged; else None.
        reason: behind each evaluator of the panel the rank that it gives among the finalists; empty where none was.
        genes: what every open place of the space is decided to, by the name that `nasport spaces` lists it by; empty
            where no space is known.
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
        """Its name, else its notation, else its hash."""
        return self.architecture.name or self.notation or self.evaluation.hash[:12] or f"number {self.rank}"


@dataclass(frozen=True)
class SearchResult:
    """A finished search.

    Attributes:
        settings: what decided it, as settings.json has it.
        evaluations: all of them, in order.
        winners: best first: by the sum of both ranks where GenNAS regression judged the finalists, else by the score;
            of a search with several objectives the Pareto front, by the score.
        seconds: that it took, all sessions together.
        notes: what a reader should know, a sentence each.
        finalists: all that the second evaluator was asked about, winners or not, in the order of winners; empty where there
            was none.
    """

    settings: Mapping[str, Any]
    evaluations: tuple[Evaluation, ...]
    winners: tuple[Winner, ...]
    seconds: float
    notes: tuple[str, ...] = field(default=())
    finalists: tuple[Winner, ...] = field(default=())
