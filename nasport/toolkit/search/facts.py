"""Facts of an architecture besides its score, which limits and further objectives use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple

from nasport.runtime.predictor import Score, reachable_parameters
from nasport.schemas.graphs.canonical import canonicalize, hashes
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.latency import LayerLatencies
from nasport.toolkit.search.query import Member

Facts = Mapping[str, float | None]
_FACTS = ("parameters", "flops", "reachable_parameters", "distance")


class Known(NamedTuple):
    """Hash of the canonical form, and facts by the names of `FACTS`."""

    hash: str
    facts: Facts


def facts_of_score(score: Score) -> dict[str, float | None]:
    """Return the facts that a predictor computes with a score."""
    return {name: getattr(score, name) for name in _FACTS}


def known_of(domain: Domain, members: Sequence[Member], latency: LayerLatencies | None) -> Iterator[Known]:
    """Yield hash and facts of members without a predictor."""
    batch = domain.encoded(members)
    graphs = canonicalize(batch.graphs)
    columns = (batch.parameters, batch.flops, reachable_parameters(graphs).tolist(), [None] * len(graphs))
    for member, key, row in zip(members, hashes(graphs), zip(*columns, strict=True), strict=True):
        facts = dict(zip(_FACTS, row, strict=True))
        if latency is not None:
            facts["latency"] = latency.latency(domain.architecture(member))
        yield Known(key, facts)


def objective_values(score: float | None, facts: Facts, objectives: Sequence[str]) -> tuple[float, ...]:
    """Return values to maximize: the score, then the negative of each further objective; -inf if missing."""
    costs = [facts.get(name) for name in objectives]
    values = [score, *(None if cost is None else -cost for cost in costs)]
    return tuple(-inf if value is None else value for value in values)
