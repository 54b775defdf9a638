"""Test whether distant architectures rank worse: halves of every left-out space by `distance`; docs/reports/unfamiliar.md.

    NASPORT_DATA=FOLDER python benchmarks/unfamiliar.py            # measure, about three minutes
    python benchmarks/unfamiliar.py summary                        # the tables of docs/reports/unfamiliar.md again

The universal predictor is trained without a family (`nasport/toolkit/laboratory/recipes/universal.py`), and the
distance is that from its training tables. The half of a left-out space with the larger distance is flagged; ties are
broken at random. Spearman's rho of score and accuracy is computed within each half. A half whose accuracies are
closer together is harder to rank for every predictor, so these numbers are also computed:

- spread: standard deviation of the accuracies' ranks in the flagged half, divided by that in the other half
- matched: both halves thinned to the same number of architectures from each tenth of the accuracies
- size: Spearman's rho of the distance and the size of the network
- chance: twice the standard deviation of the difference between random halves

The distance is compared with obvious alternatives: size alone; Mahalanobis distance of the statistics from the
nearest table; distance to the nearest of 300 architectures of each table; disagreement of trainings with different
seeds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import rankdata

from nasport.models.taught_training import GraphArrays
from nasport.models.universal_predictor import STATISTICS, Seen
from nasport.runtime.distance import FAR, Distance
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.evaluation.document import write_between
from nasport.toolkit.laboratory.evaluation.tested_spaces import load_space
from nasport.toolkit.laboratory.recipes.teaching import graph_arrays
from nasport.toolkit.laboratory.recipes.universal import (
    LEFT_OUT,
    TESTED,
    prepared,
    settings,
    taught,
    trained,
)
from nasport.toolkit.laboratory.recipes.universal_tables import seen, training_distance
from nasport.toolkit.rank_correlation import spearman

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "unfamiliar.json"
DOCUMENT = ROOT / "docs" / "reports" / "unfamiliar.md"
BEGIN, END = "<!-- unfamiliar: begin -->", "<!-- unfamiliar: end -->"

SEEDS, DRAWS, NEIGHBORS, BINS = 3, 200, 300, 10
SIZE = STATISTICS.index("size")
# Fewest architectures on one side of the threshold.
LEAST = 30
# Tables that were not used to choose the form of the number; the others were.
UNTOUCHED = ("nasbench201",)

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Space:
    """A left-out space: G encoded architectures, and its (G,) labels by name (NaN if missing)."""

    arrays: GraphArrays
    labels: Mapping[str, Values]


@cache
def space(name: str) -> Space:
    """Read and encode a table."""
    loaded = load_space(name)
    return Space(graph_arrays(loaded.batch)[1], loaded.labels)


class Numbers:
    """Alternative numbers of G architectures, by name; larger is farther from the training."""

    def __init__(self, distance: Distance, tables: Sequence[Values]) -> None:
        self._distance, self._tables = distance, tables
        self._mean = np.mean([table.mean(axis=0) for table in tables], axis=0)
        self._deviation = np.sqrt(np.mean([table.var(axis=0) for table in tables], axis=0)) + 1e-6

    def of(self, values: Values, scores: Sequence[Values]) -> dict[str, Values]:
        """Return all numbers from (G, S) statistics and (G,) scores of several trainings."""
        return {
            "distance": self._distance.parts(values).max(axis=1),
            "size alone": values[:, SIZE],
            "Mahalanobis": self._mahalanobis(values),
            "nearest neighbor": self._nearest(values),
            "disagreement": np.std(scores, axis=0),
        }

    def _scaled(self, values: Values) -> Values:
        return np.asarray((values - self._mean) / self._deviation)

    def _mahalanobis(self, values: Values) -> Values:
        found = []
        for table in map(self._scaled, self._tables):
            spread = np.linalg.inv(np.cov(table.T) + 0.1 * np.eye(values.shape[1]))
            away = self._scaled(values) - table.mean(axis=0)
            found.append(np.einsum("gs,st,gt->g", away, spread, away))
        return np.asarray(np.min(found, axis=0))

    def _nearest(self, values: Values) -> Values:
        random = np.random.default_rng(0)
        kept = [table[random.permutation(len(table))[:NEIGHBORS]] for table in self._tables]
        away, _ = cKDTree(self._scaled(np.concatenate(kept))).query(self._scaled(values))
        return np.asarray(away)


def measure(left_out: str, seeds: int) -> Iterator[dict[str, Any]]:
    """Yield one row for each space and number, with means over labels and seeds."""
    tables = [prepared(name, None) for name in taught(left_out)]
    models = [trained(left_out, seed) for seed in range(seeds)]
    distance = training_distance(models[0], tables)
    numbers = Numbers(distance, [_statistics(seen(models[0], table.arrays)) for table in tables])
    for name in TESTED[left_out]:
        arrays, labels = space(name).arrays, space(name).labels
        sights = [seen(model, arrays) for model in models]
        statistics = _statistics(sights[0])  # the statistics are the same for all seeds
        scores = [model.head(sight).numpy() for model, sight in zip(models, sights, strict=True)]
        for number, values in numbers.of(statistics, scores).items():
            row = {"left_out": left_out, "space": name, "number": number, **halves(values, scores, labels)}
            if number == "distance":
                row |= warned(values, scores, labels)
                row["size"] = spearman(values, statistics[:, SIZE])
                row["chance"] = _chance(scores[0], next(iter(labels.values())))
            yield {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


def halves(values: Values, scores: Sequence[Values], labels: Mapping[str, Values]) -> dict[str, Any]:
    """Return rho in the flagged half and in the other, and the number of labels for which the flagged half is worse."""
    flagged = flag(values)
    rows = []
    for label in labels.values():
        known = ~np.isnan(label)
        rows.append(
            np.mean([_compare(score[known], label[known], flagged[known]) for score in scores], axis=0)
        )
    names = ("flagged", "other", "spread", "matched_flagged", "matched_other", "matched_share")
    found = dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))
    worse = sum(bool(row[0] < row[1]) for row in rows)
    return {"architectures": len(values), "labels": len(rows), "labels_worse": worse, **found}


def flag(values: Values, seed: int = 0) -> NDArray[np.bool_]:
    """Return a (G,) mask of the half with the larger numbers; ties are broken at random."""
    lots = np.random.default_rng(seed).random(len(values))
    flagged = np.zeros(len(values), np.bool_)
    flagged[np.lexsort((lots, values))[(len(values) + 1) // 2 :]] = True
    return flagged


def matched(label: Values, flagged: NDArray[np.bool_], seed: int = 0) -> NDArray[np.bool_]:
    """Return a (G,) mask of a subset with equally many architectures of both halves in each tenth of the label."""
    random = np.random.default_rng(seed)
    places = ((rankdata(label) - 0.5) / len(label) * BINS).astype(int)
    kept = np.zeros(len(label), np.bool_)
    for place in range(BINS):
        sides = [np.flatnonzero((places == place) & side) for side in (flagged, ~flagged)]
        for side in sides:
            kept[random.permutation(side)[: min(map(len, sides))]] = True
    return kept


def warned(values: Values, scores: Sequence[Values], labels: Mapping[str, Values]) -> dict[str, Any]:
    """Return rho beyond the warning's threshold and within it; None if a side has too few architectures."""
    far = values > FAR
    found: dict[str, Any] = {"warned": float(far.mean()), "median": float(np.median(values))}
    for name, side in (("warned_rho", far), ("unwarned_rho", ~far)):
        rhos = [
            spearman(score[side & ~np.isnan(label)], label[side & ~np.isnan(label)])
            for score in scores
            for label in labels.values()
        ]
        found[name] = float(np.mean(rhos)) if side.sum() >= LEAST else None
    return found


def _compare(score: Values, label: Values, flagged: NDArray[np.bool_]) -> list[float]:
    both = (flagged, ~flagged)
    ranks, kept = rankdata(label), matched(label, flagged)
    spread = ranks[flagged].std() / ranks[~flagged].std()
    plain = [spearman(score[side], label[side]) for side in both]
    thinned = [spearman(score[side & kept], label[side & kept]) for side in both]
    return [*plain, float(spread), *thinned, float(kept.mean())]


def _chance(score: Values, label: Values) -> float:
    known = ~np.isnan(label)
    score, label = score[known], label[known]
    gaps = []
    for seed in range(DRAWS):
        flagged = flag(np.zeros(len(label)), seed)
        gaps.append(spearman(score[~flagged], label[~flagged]) - spearman(score[flagged], label[flagged]))
    return float(2 * np.std(gaps))


def _statistics(sight: Seen) -> Values:
    return np.asarray(sight.statistics.numpy().astype(np.float64))


def summary(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the tables of docs/reports/unfamiliar.md."""
    chosen = [row for row in rows if row["number"] == "distance"]
    return "\n".join([*_lines(_HALVES, chosen), "", *_lines(_WARNED, chosen), "", *_others(rows)]) + "\n"


def _rho(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".replace("0.", ".", 1)


_Columns = Mapping[str, Callable[[Mapping[str, Any]], str]]
_WHERE: _Columns = {
    "left out": lambda row: row["left_out"],
    "space": lambda row: row["space"] + (" (untouched)" if row["space"] in UNTOUCHED else ""),
}
_HALVES: _Columns = {
    **_WHERE,
    "flagged half": lambda row: _rho(row["flagged"]),
    "other half": lambda row: _rho(row["other"]),
    "difference": lambda row: _rho(row["other"] - row["flagged"]),
    "chance": lambda row: "±" + _rho(row["chance"]),
    "labels": lambda row: f"{row['labels_worse']} of {row['labels']}",
    "size": lambda row: _rho(row["size"]),
    "spread": lambda row: f"{row['spread']:.2f}",
    "matched: flagged, other (share kept)": lambda row: (
        f"{_rho(row['matched_flagged'])}, {_rho(row['matched_other'])} ({row['matched_share']:.0%})"
    ),
}
_WARNED: _Columns = {
    **_WHERE,
    "median distance": lambda row: f"{row['median']:.2f}",
    "warned": lambda row: f"{row['warned']:.0%}",
    "rho of the warned": lambda row: _rho(row["warned_rho"]),
    "rho of the others": lambda row: _rho(row["unwarned_rho"]),
}


def _lines(columns: _Columns, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    cells = [[text(row) for text in columns.values()] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in [list(columns), ["---"] * len(columns), *cells]]


def _others(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return in how many spaces each number flags the worse half; each space counts once, without its own family."""
    first = {name: row["left_out"] for row in reversed(rows) for name in [row["space"]]}
    own = [row for row in rows if first[row["space"]] == row["left_out"]]
    lines = [
        "| number | flagged half worse | matched: worse | mean difference |",
        "| --- | --- | --- | --- |",
    ]
    for number in dict.fromkeys(row["number"] for row in rows):
        mine = [row for row in own if row["number"] == number]
        worse = sum(row["flagged"] < row["other"] for row in mine)
        fair = sum(row["matched_flagged"] < row["matched_other"] for row in mine)
        mean = float(np.mean([row["other"] - row["flagged"] for row in mine]))
        lines.append(f"| {number} | {worse} of {len(mine)} | {fair} of {len(mine)} | {_rho(mean)} |")
    return lines


def main() -> None:
    """Measure, or write the document's tables from the recorded results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("action", nargs="?", choices=["measure", "summary"], default="measure")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    chosen = parser.parse_args()
    if chosen.action == "measure":
        rows = [row for left_out in LEFT_OUT for row in measure(left_out, chosen.seeds)]
        content = {"recipe": settings(None), "seeds": chosen.seeds, "rows": rows}
        write_atomically(RESULTS, (json.dumps(content, indent=1) + "\n").encode())
    write_between(DOCUMENT, BEGIN, END, summary(json.loads(RESULTS.read_text("utf-8"))["rows"]))


if __name__ == "__main__":
    main()
