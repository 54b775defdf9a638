"""What is known of an architecture beside its score: what limits and further objectives speak of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import Score, reachable_parameters
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.canonical import canonicalize, hashes
from nasport.toolkit.search.latency import LayerLatencies

Facts = Mapping[str, float | None]
_TOLD = ("parameters", "flops", "reachable_parameters", "distance")


class Known(NamedTuple):
    """Hash of the canonical form and facts by the names of `FACTS`."""

    hash: str
    facts: Facts


def facts_of_score(score: Score) -> Facts:
    """What a predictor tells with its score."""
    return {name: getattr(score, name) for name in _TOLD}


def facts_of_batch(batch: EncodedBatch) -> list[Known]:
    """What is known without a predictor, for every architecture of a batch."""
    graphs = canonicalize(batch.graphs)
    columns = (batch.parameters, batch.flops, reachable_parameters(graphs).tolist(), [None] * len(graphs))
    rows = zip(*columns, strict=True)
    return [
        Known(key, dict(zip(_TOLD, row, strict=True))) for key, row in zip(hashes(graphs), rows, strict=True)
    ]


def with_latency(
    facts: Facts, table: LayerLatencies | None, architecture: Callable[[], Architecture]
) -> Facts:
    """The same facts and, where there is a table, what it says of an architecture, which is made only then."""
    return facts if table is None else {**facts, "latency": table.latency(architecture())}


def objective_values(score: float | None, facts: Facts, objectives: Sequence[str]) -> tuple[float, ...]:
    """All to be maximised: the score, then each further objective with its sign turned; -inf where there is none."""
    further = (facts.get(name) for name in objectives)
    return tuple(
        -float("inf") if value is None else value
        for value in (score, *(None if cost is None else -cost for cost in further))
    )
