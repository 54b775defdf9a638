"""What is known of an architecture beside its score: what limits and further objectives speak of."""

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
_TOLD = ("parameters", "flops", "reachable_parameters", "distance")


class Known(NamedTuple):
    """Hash of the canonical form and facts by the names of `FACTS`."""

    hash: str
    facts: Facts


def facts_of_score(score: Score) -> dict[str, float | None]:
    """What a predictor tells with its score."""
    return {name: getattr(score, name) for name in _TOLD}


def known_of(domain: Domain, members: Sequence[Member], latency: LayerLatencies | None) -> Iterator[Known]:
    """What is known of members without a predictor, one after the other."""
    batch = domain.encoded(members)
    graphs = canonicalize(batch.graphs)
    columns = (batch.parameters, batch.flops, reachable_parameters(graphs).tolist(), [None] * len(graphs))
    for member, key, row in zip(members, hashes(graphs), zip(*columns, strict=True), strict=True):
        facts = dict(zip(_TOLD, row, strict=True))
        if latency is not None:
            facts["latency"] = latency.latency(domain.architecture(member))
        yield Known(key, facts)


def objective_values(score: float | None, facts: Facts, objectives: Sequence[str]) -> tuple[float, ...]:
    """All to be maximized: the score, then each further objective with its sign turned; -inf where there is none."""
    costs = [facts.get(name) for name in objectives]
    values = [score, *(None if cost is None else -cost for cost in costs)]
    return tuple(-inf if value is None else value for value in values)
