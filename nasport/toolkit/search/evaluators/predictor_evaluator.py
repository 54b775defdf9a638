"""The predictor as an evaluator: thousands of architectures or supernets per second."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nasport.runtime.bundle import MANIFEST
from nasport.runtime.bundle_limits import NO_PATH
from nasport.runtime.predictor import MAX_ADJACENCY, Predictor, Score
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.evaluators.evaluator import EvaluatedQuery, Evaluator
from nasport.toolkit.search.facts import facts_of_score
from nasport.toolkit.search.latency import LayerLatencies
from nasport.toolkit.search.query import Query

BATCH = 512


@dataclass
class PredictorEvaluator(Evaluator):
    """Scores of a bundle. An architecture without a path from input to output gets no score."""

    name = "predictor"
    supernets = True

    domain: Domain
    predictor: Predictor
    latency: LayerLatencies | None = None

    def __post_init__(self) -> None:
        self._batch = BATCH

    def evaluate(self, queries: Sequence[Query]) -> Iterator[list[EvaluatedQuery]]:
        start = 0
        while start < len(queries):
            run = _of_one_kind(queries[start : start + self._batch])
            scores = self._supernet_scores(run) if run[0].is_supernet else self._member_scores(run)
            yield [self._evaluated(query, score) for query, score in zip(run, scores, strict=True)]
            start += len(run)

    def to_json(self) -> dict[str, Any]:
        bundle = self.predictor.bundle
        manifest = (bundle.folder / MANIFEST).read_bytes()
        return {"name": bundle.name, "sha256": hashlib.sha256(manifest).hexdigest()}

    def _supernet_scores(self, queries: Sequence[Query]) -> list[Score]:
        return list(self.predictor.score_stream(self.domain.supernet(query.allowed) for query in queries))

    def _member_scores(self, queries: Sequence[Query]) -> list[Score]:
        batch = self.domain.encoded([query.member for query in queries])
        widest = batch.graphs.mask.shape[1]
        self._batch = max(1, min(BATCH, MAX_ADJACENCY // max(widest, 1) ** 2))
        return self.predictor.score_encoded(batch)

    def _evaluated(self, query: Query, score: Score) -> EvaluatedQuery:
        facts = facts_of_score(score)
        if self.latency is not None:
            document = (
                self.domain.supernet(query.allowed)
                if query.is_supernet
                else self.domain.architecture(query.member)
            )
            facts["latency"] = self.latency.latency(document)
        no_path = NO_PATH in score.warnings
        return EvaluatedQuery(score.hash, None if no_path else score.score, facts, NO_PATH if no_path else "")


def _of_one_kind(queries: Sequence[Query]) -> Sequence[Query]:
    """Return the longest beginning of the queries that contains either only members or only supernets."""
    kind = queries[0].is_supernet
    end = next((place for place, query in enumerate(queries) if query.is_supernet != kind), len(queries))
    return queries[:end]
