"""Rows of an audit: how well scores rank architectures by a label, compared with trivial baselines on the same architectures."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle
from nasport.toolkit.laboratory.audit.grounds import Ground
from nasport.toolkit.laboratory.evaluation.baselines import COUNTS, known_throughout
from nasport.toolkit.laboratory.evaluation.bootstrap import Interval, Resampled, resampled
from nasport.toolkit.laboratory.evaluation.metrics import AUDIT_METRICS, Record, metrics
from nasport.toolkit.laboratory.evaluation.results import CORRELATIONS
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL
from nasport.toolkit.laboratory.tables import TABLES

Floats = NDArray[np.float64]
FEWEST = 2

measured = partial(metrics, which=AUDIT_METRICS)


class Scores(NamedTuple):
    """Scores of the architectures of a ground.

    Attributes:
        name: name of a bundle, a file or a column.
        values: (G,) scores, higher is better; NaN if there is none.
        trained_on: whether the predictor was trained on the ground; None if unknown.
    """

    name: str
    values: NDArray[np.floating[Any]]
    trained_on: bool | None = None


class _Shared(NamedTuple):
    """Rows of a ground, and all scores that are known for exactly these rows.

    Attributes:
        label: name of the label.
        subset: name of the subset.
        of: number of architectures in the subset with the label.
        rows: those that have a score.
        sharing: their scores.
    """

    label: str
    subset: str
    of: int
    rows: NDArray[np.intp]
    sharing: list[Scores]


@dataclass(frozen=True)
class AuditRow:
    """How well scores rank the architectures of a ground by one label.

    Attributes:
        scores: name of the scores.
        table: name of the ground.
        label: name of the label.
        words: data set and split of the label.
        subset: name of the subset.
        architectures: number of architectures with a score and the label.
        of: number of architectures with the label.
        trained_on: see `Scores`.
        metrics: by name, see `AUDIT_METRICS`.
        baselines: the same metrics of each baseline that is known for all these architectures.
        best_count: the one of `COUNTS` with the highest Spearman here, chosen in hindsight; None if none is known.
        intervals: confidence intervals of `spearman` and `kendall`, and of their `gap_...`; None if unknown.
    """

    scores: str
    table: str
    label: str
    words: str
    subset: str
    architectures: int
    of: int
    trained_on: bool | None
    metrics: Record
    baselines: Mapping[str, Record]
    best_count: str | None
    intervals: Mapping[str, Interval | None]

    def gap(self, metric: str = "spearman") -> float | None:
        """Return a correlation minus that of the best count, negative if the count ranks better; None if one is missing."""
        own = self.metrics[metric]
        count = None if self.best_count is None else self.baselines[self.best_count][metric]
        return None if own is None or count is None else round(own - count, 6)

    def to_json(self) -> dict[str, Any]:
        """Return the record that `nasport audit --json` prints."""
        return {
            **{name: value for name, value in vars(self).items() if name != "intervals"},
            "gap": {name: self.gap(name) for name in CORRELATIONS},
            "intervals": {
                name: None if each is None else list(each) for name, each in self.intervals.items()
            },
        }


def audit_rows(ground: Ground, several: Sequence[Scores], resamples: int, seed: int) -> Iterator[AuditRow]:
    """Return a row for each label, subset and scores with at least two known architectures.

    If several subsets have the same architectures with a score, only the first one gives a row.

    Args:
        ground: labeled architectures.
        several: scores of them.
        resamples: number of bootstrap resamples for the intervals; 0 for no intervals.
        seed: seed of the resamples.
    """
    for label, subset, of, rows, sharing in _shared(ground, several):
        labels = ground.labels[label][rows]
        counted = known_throughout(ground.baselines, rows)
        by_baseline = {name: measured(values, labels) for name, values in counted.items()}
        best = best_count(by_baseline)
        by_number = {str(at): scores.values[rows].astype(np.float64) for at, scores in enumerate(sharing)}
        drawn = resampled(by_number | ({best: counted[best]} if best else {}), labels, resamples, seed)
        for (at, values), scores in zip(by_number.items(), sharing, strict=True):
            yield AuditRow(
                scores.name,
                ground.name,
                label,
                ground.words(label),
                subset,
                len(rows),
                of,
                scores.trained_on,
                measured(values, labels),
                by_baseline,
                best,
                _intervals(drawn[at], drawn[best] if best else None),
            )


def _shared(ground: Ground, several: Sequence[Scores]) -> Iterator[_Shared]:
    """Group scores that are known for the same architectures, because the baselines are the same for all of them."""
    done: set[tuple[int, str, bytes]] = set()
    for label, subset, members in ground.comparisons():
        found = defaultdict[bytes, list[Scores]](list)
        for place, scores in enumerate(several):
            rows = members[np.isfinite(scores.values[members])]
            key = place, label, rows.tobytes()
            if len(rows) >= FEWEST and key not in done:
                found[rows.tobytes()].append(scores)
                done.add(key)
        for chosen, sharing in found.items():
            yield _Shared(label, subset, len(members), np.frombuffer(chosen, np.intp), sharing)


def best_count(records: Mapping[str, Record]) -> str | None:
    """Return the trivial count with the highest Spearman; None if none has one."""
    known = {name: records[name]["spearman"] for name in COUNTS if name in records}
    ranked = {name: value for name, value in known.items() if value is not None}
    return max(ranked, key=ranked.__getitem__) if ranked else None


def losses_first(rows: Iterable[AuditRow]) -> list[AuditRow]:
    """Sort rows by their gap to the best count, the lowest first; rows without a gap come last."""
    return sorted(rows, key=lambda row: math.inf if (gap := row.gap()) is None else gap)


class Standing(NamedTuple):
    """Comparison of scores with the best counts in hindsight.

    It covers every label on all architectures of the tables on which the scores were not trained.

    Attributes:
        scores: name of the scores.
        labels: number of labels with a gap.
        below: number of these on which the count is better.
        worst: row with the lowest gap.
        mean: mean gap in Spearman's rho.
    """

    scores: str
    labels: int
    below: int
    worst: AuditRow
    mean: float


def standings(rows: Iterable[AuditRow]) -> list[Standing]:
    """Return the standing of all scores that have one, in the order of `rows`."""
    found = defaultdict[str, list[AuditRow]](list)
    for row in rows:
        if row.subset == ALL and not row.trained_on and row.gap() is not None:
            found[row.scores].append(row)
    return [
        Standing(
            name,
            len(several),
            sum((row.gap() or 0.0) < 0 for row in several),
            losses_first(several)[0],
            float(np.mean([row.gap() for row in several])),
        )
        for name, several in found.items()
    ]


def has_seen(bundle: Bundle, table: str) -> bool | None:
    """Return whether a bundle was trained on a table; None if its manifest lacks the training data."""
    spaces = bundle.manifest.get("trained_on", {}).get("spaces")
    if spaces is None:
        return None
    titles = {table, TABLES[table].title} if table in TABLES else {table}
    return any(space["name"] in titles for space in spaces)


def _intervals(own: Resampled, count: Resampled | None) -> dict[str, Interval | None]:
    intervals = {name: Interval.of(getattr(own, name)) for name in CORRELATIONS}
    for name in CORRELATIONS:
        gaps = None if count is None else getattr(own, name) - getattr(count, name)
        intervals[f"gap_{name}"] = None if gaps is None else Interval.of(gaps)
    return intervals
