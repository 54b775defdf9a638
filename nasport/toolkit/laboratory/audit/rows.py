"""Rows of an audit: how scores rank the architectures of a ground by one label, and what counting says of the same ones."""

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
    """What is audited on one ground.

    Attributes:
        name: of a bundle, a file or a column.
        values: (G,) higher is better; NaN where there is none.
        trained_on: whether the ground was; None: not known.
    """

    name: str
    values: NDArray[np.floating[Any]]
    trained_on: bool | None = None


class _Shared(NamedTuple):
    """Rows of a ground, and what scores all of them.

    Attributes:
        label, subset: that they are of.
        of: how many architectures there are.
        rows: those that are scored.
        sharing: their scores.
    """

    label: str
    subset: str
    of: int
    rows: NDArray[np.intp]
    sharing: list[Scores]


@dataclass(frozen=True)
class AuditRow:
    """How scores rank the architectures of a ground by one label.

    Attributes:
        scores: their name.
        table: name of the ground.
        label: of it.
        words: what the label is.
        subset: which architectures.
        architectures: how many of them have a score and the label.
        of: how many have the label.
        trained_on: see `Scores`.
        metrics: by name, see `AUDIT_METRICS`.
        baselines: the same of each baseline that is known of all these architectures.
        best_count: the one of `COUNTS` with the highest Spearman here, chosen in hindsight; None where none is known.
        intervals: of `spearman` and `kendall`, and of their `gap_...`; None where there is none.
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
        """How much higher a correlation is than that of the best count; below 0 it loses; None where one is missing."""
        ours = self.metrics[metric]
        count = None if self.best_count is None else self.baselines[self.best_count][metric]
        return None if ours is None or count is None else round(ours - count, 6)

    def to_json(self) -> dict[str, Any]:
        """The record that `nasport audit --json` prints."""
        return {
            **{name: value for name, value in vars(self).items() if name != "intervals"},
            "gap": {name: self.gap(name) for name in CORRELATIONS},
            "intervals": {
                name: None if each is None else list(each) for name, each in self.intervals.items()
            },
        }


def audit_rows(ground: Ground, several: Sequence[Scores], resamples: int, seed: int) -> Iterator[AuditRow]:
    """A row for each label, subset and scores of which at least two architectures are known; of subsets in which the same
    ones are known the first alone.

    Args:
        ground: on which they are measured.
        several: scores of its architectures.
        resamples: for the intervals; 0: none are told.
        seed: of the resamples.
    """
    for label, subset, of, rows, sharing in _shared(ground, several):
        truth = ground.labels[label][rows]
        counted = known_throughout(ground.baselines, rows)
        beside = {name: measured(values, truth) for name, values in counted.items()}
        best = best_count(beside)
        ours = {str(at): scores.values[rows].astype(np.float64) for at, scores in enumerate(sharing)}
        drawn = resampled(ours | ({best: counted[best]} if best else {}), truth, resamples, seed)
        for (at, values), scores in zip(ours.items(), sharing, strict=True):
            yield AuditRow(
                scores.name,
                ground.name,
                label,
                ground.words(label),
                subset,
                len(rows),
                of,
                scores.trained_on,
                measured(values, truth),
                beside,
                best,
                _intervals(drawn[at], drawn[best] if best else None),
            )


def _shared(ground: Ground, several: Sequence[Scores]) -> Iterator[_Shared]:
    """Those that score the same architectures share the counts."""
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
    """The trivial count with the highest Spearman; None where none has one."""
    known = {name: records[name]["spearman"] for name in COUNTS if name in records}
    ranked = {name: value for name, value in known.items() if value is not None}
    return max(ranked, key=ranked.__getitem__) if ranked else None


def losses_first(rows: Iterable[AuditRow]) -> list[AuditRow]:
    """By the gap to the best count, the lowest first; rows without one last."""
    return sorted(rows, key=lambda row: math.inf if (gap := row.gap()) is None else gap)


class Standing(NamedTuple):
    """How scores stand against the best count of hindsight, over every label on all architectures of the tables that they
    were not trained on.

    Attributes:
        scores: their name.
        labels: how many have a gap.
        below: on how many of them the count is better.
        worst: the row with the lowest gap.
        mean: of the gaps in Spearman's rho.
    """

    scores: str
    labels: int
    below: int
    worst: AuditRow
    mean: float


def standings(rows: Iterable[AuditRow]) -> list[Standing]:
    """Of each scores that have such a gap, in the order of `rows`."""
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
    """Whether a bundle was trained on a table; None where its manifest does not say what it was trained on."""
    spaces = bundle.manifest.get("trained_on", {}).get("spaces")
    if spaces is None:
        return None
    titles = {table, TABLES[table].title} if table in TABLES else {table}
    return any(space["name"] in titles for space in spaces)


def _intervals(ours: Resampled, count: Resampled | None) -> dict[str, Interval | None]:
    found = {name: Interval.of(getattr(ours, name)) for name in CORRELATIONS}
    for name in CORRELATIONS:
        gaps = None if count is None else getattr(ours, name) - getattr(count, name)
        found[f"gap_{name}"] = None if gaps is None else Interval.of(gaps)
    return found
