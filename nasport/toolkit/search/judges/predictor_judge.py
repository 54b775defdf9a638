"""The predictor as a judge: thousands of architectures a second, supernets among them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from nasport.runtime.bundle import MANIFEST
from nasport.runtime.bundle_limits import NO_PATH
from nasport.runtime.predictor import MAX_ADJACENCY, Predictor, Score
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.facts import Facts, facts_of_score, with_latency
from nasport.toolkit.search.judges.judge import Judge, Judgement
from nasport.toolkit.search.latency import LatencyTable
from nasport.toolkit.search.query import Query

BATCH = 512


class PredictorJudge(Judge):
    """Scores of a bundle. What has no path from input to output has none, whatever the bundle's network says of it."""

    name = "predictor"
    supernets = True

    def __init__(self, domain: Domain, predictor: Predictor, latency: LatencyTable | None = None) -> None:
        self._domain = domain
        self._predictor = predictor
        self._latency = latency
        self._batch = BATCH

    def judge(self, queries: Sequence[Query]) -> Iterator[list[Judgement]]:
        start = 0
        while start < len(queries):
            run = _of_one_kind(queries[start : start + self._batch])
            yield self._judge(run)
            start += len(run)

    def to_json(self) -> dict[str, Any]:
        bundle = self._predictor.bundle
        manifest = (bundle.folder / MANIFEST).read_bytes()
        return {"name": bundle.name, "sha256": hashlib.sha256(manifest).hexdigest()}

    def _judge(self, queries: Sequence[Query]) -> list[Judgement]:
        if queries[0].is_supernet:
            scores = list(
                self._predictor.score_stream(self._domain.supernet(query.allowed) for query in queries)
            )
        else:
            scores = self._score([query.member for query in queries])
        return [self._judgement(query, score) for query, score in zip(queries, scores, strict=True)]

    def _judgement(self, query: Query, score: Score) -> Judgement:
        facts = self._facts(query, score)
        if NO_PATH in score.warnings:
            return Judgement(score.hash, None, facts, NO_PATH)
        return Judgement(score.hash, score.score, facts)

    def _score(self, members: Sequence[tuple[int, ...]]) -> list[Score]:
        batch = self._domain.encoded(members)
        widest = batch.graphs.mask.shape[1]
        self._batch = max(1, min(BATCH, MAX_ADJACENCY // max(widest, 1) ** 2))
        return self._predictor.score_encoded(batch)

    def _facts(self, query: Query, score: Score) -> Facts:
        domain = self._domain
        document = (
            partial(domain.supernet, query.allowed)
            if query.is_supernet
            else partial(domain.architecture, query.member)
        )
        return with_latency(facts_of_score(score), self._latency, document)


def _of_one_kind(queries: Sequence[Query]) -> Sequence[Query]:
    """The first queries, up to the first that is a supernet where they are none, or the other way round."""
    kind = queries[0].is_supernet
    end = next((place for place, query in enumerate(queries) if query.is_supernet != kind), len(queries))
    return queries[:end]
