"""Measure how independent evaluators are (TG-NAS, section 4.1, Figure 10): proxies, predictor, GenNAS, accuracy.

    nasport proxies --space nasbench201 --sample 1000 --images CIFAR10.npz --out PROXIES.jsonl        # half an hour on a core
    python benchmarks/independence.py PROXIES.jsonl --cells 150 > CELLS.txt
    nasport gennas --from nasbench201 CELLS.txt --task search-N --iterations 30 --out GENNAS.jsonl    # ten minutes on a core
    NASPORT_DATA=TABLES python benchmarks/independence.py PROXIES.jsonl GENNAS.jsonl                  # seconds

Computes Kendall's tau-b of every pair over the cells that both evaluated, with the sign that the authors of each
evaluator intend. For pairs it computes the gain in Spearman with CIFAR-10 test accuracy of the mean of both ranks
over the better one. It also measures how well the predictor predicts the evaluators. Writes
benchmarks/results/independence.json and docs/pictures/independence.png; needs matplotlib.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

import nasport
from nasport.runtime.encoding import encode
from nasport.runtime.predictor import Predictor
from nasport.schemas.writing import replacing, write_atomically
from nasport.toolkit.laboratory.evaluation.plots import new_figure, write_png
from nasport.toolkit.laboratory.tables import read_table
from nasport.toolkit.notations import notation
from nasport.toolkit.rank_correlation import kendall, spearman

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "independence.json"
PICTURE = ROOT / "docs" / "pictures" / "independence.png"
TABLE, ACCURACY = "nasbench201", "cifar10_test"
BUNDLE = "universal-without-nasbench201"
TRUTH, PREDICTOR, GENNAS = "accuracy", BUNDLE, "gennas:search-N"
PAIRS = 12  # number of best pairs

Column: TypeAlias = NDArray[np.float64]


def main() -> None:
    """Measure and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("proxies", type=Path)
    parser.add_argument("gennas", type=Path, nargs="?")
    parser.add_argument("--cells", type=int, help="print this many cells of the sample and measure nothing")
    options = parser.parse_args()
    sample = records(options.proxies)
    cells = [record["name"] for record in sample]
    if options.cells:
        print(*cells[: options.cells], sep="\n")
        return
    evaluated = columns(sample, cells, options.gennas)
    names = sorted(evaluated, key=lambda name: -agreement(evaluated[name], evaluated[TRUTH]))
    matrix = [[round(agreement(evaluated[one], evaluated[other]), 3) for other in names] for one in names]
    found: dict[str, Any] = {
        "cells": len(evaluated[TRUTH]),
        "evaluated": {name: int(np.isfinite(evaluated[name]).sum()) for name in names},
        "spearman": {name: round(alone(evaluated, name), 3) for name in names if name != TRUTH},
        "names": names,
        "kendall": matrix,
        "opinions": opinions(cells, evaluated),
        "pairs": list(pairs(evaluated)),
    }
    write_atomically(RESULTS, (json.dumps(found, indent=1) + "\n").encode())
    draw(names, np.array(matrix), found["evaluated"])
    for pair in found["pairs"]:
        print(json.dumps(pair))


def records(results: Path) -> list[dict[str, Any]]:
    """Return the records of a results file without its header."""
    return [json.loads(line) for line in results.read_text("utf-8").splitlines()[1:]]


def columns(sample: Sequence[dict[str, Any]], cells: Sequence[str], gennas: Path | None) -> dict[str, Column]:
    """Return for each evaluator its values for the cells of the sample; NaN if there is none."""
    found = {
        name: _numbers(record["proxies"].get(name) for record in sample) for name in sample[0]["proxies"]
    }
    found = {name: column for name, column in found.items() if np.nanstd(column) > 0}
    table = read_table(TABLE).with_labels([ACCURACY])
    accuracy = dict(zip(table.texts, table.labels[ACCURACY].tolist(), strict=True))
    found[TRUTH] = _numbers(accuracy[cell] for cell in cells)
    found[PREDICTOR] = _numbers(
        result.score for result in nasport.score(list(cells), notation=TABLE, bundle=BUNDLE)
    )
    if gennas is not None:
        losses = {run["name"]: -run["loss"] for run in records(gennas) if run.get("loss") is not None}
        found[GENNAS] = _numbers(losses.get(cell) for cell in cells)
    return found


def opinions(cells: Sequence[str], evaluated: Mapping[str, Column]) -> dict[str, dict[str, float]]:
    """Return for each evaluator Spearman of its predicted and measured values, and of parameters with either."""
    foretold = Predictor.load(BUNDLE).opinions(encode([notation(TABLE).parse(cell) for cell in cells]))
    found = {}
    for evaluator in sorted(evaluated.keys() & foretold.keys()):
        rows = np.isfinite(evaluated[evaluator])
        opinion, verdict = foretold[evaluator].opinions[rows].astype(np.float64), evaluated[evaluator][rows]
        size = evaluated["parameters"][rows]
        found[evaluator] = {
            "opinion_and_verdict": round(spearman(opinion, verdict), 3),
            "parameters_and_opinion": round(spearman(size, opinion), 3),
            "parameters_and_verdict": round(spearman(size, verdict), 3),
        }
    return found


def agreement(one: Column, other: Column) -> float:
    """Return Kendall's tau-b over the cells that both evaluated."""
    both = np.isfinite(one) & np.isfinite(other)
    return kendall(one[both], other[both])


def alone(evaluated: Mapping[str, Column], *names: str) -> float:
    """Return Spearman with accuracy of the mean rank of some evaluators, over the cells that all evaluated."""
    rows = np.isfinite(np.stack([evaluated[name] for name in names])).all(axis=0)
    mean = np.mean([rankdata(evaluated[name][rows]) for name in names], axis=0)
    return spearman(mean, evaluated[TRUTH][rows])


def pairs(evaluated: Mapping[str, Column]) -> Iterator[dict[str, Any]]:
    """Yield the pairs that add most to the better of the two."""
    found = []
    for one, other in combinations([name for name in evaluated if name != TRUTH], 2):
        rows = np.isfinite(evaluated[one]) & np.isfinite(evaluated[other])
        here = {name: evaluated[name][rows] for name in (one, other, TRUTH)}
        best = max(alone(here, one), alone(here, other))
        found.append((alone(here, one, other) - best, one, other, alone(here, one, other), int(rows.sum())))
    for added, one, other, together, count in sorted(found, reverse=True)[:PAIRS]:
        yield {
            "pair": [one, other],
            "spearman": round(together, 3),
            "over_the_better": round(added, 3),
            "cells": count,
        }


def draw(names: list[str], matrix: NDArray[np.float64], evaluated: Mapping[str, int]) -> None:
    """Draw the matrix as a heat map, with the evaluators ordered by their agreement with the accuracy."""
    figure, axes = new_figure(0.42 * len(names) + 2.5, 0.42 * len(names) + 1.5, 1)
    axis, places = axes[0], range(len(names))
    axis.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    few = max(evaluated.values())
    words = [name if evaluated[name] == few else f"{name} ({evaluated[name]} cells)" for name in names]
    axis.set_xticks(places, words, rotation=90, fontsize=8)
    axis.set_yticks(places, words, fontsize=8)
    for row in places:
        for column in places:
            value = matrix[row, column]
            shade = "white" if abs(value) > 0.6 else "black"
            axis.text(
                column,
                row,
                f"{value:.2f}".replace("0.", "."),
                ha="center",
                va="center",
                fontsize=6,
                color=shade,
            )
    axis.set_title("Kendall's tau-b between evaluators, NAS-Bench-201", fontsize=9)
    with replacing(PICTURE) as stream:
        write_png(figure, stream)


def _numbers(values: Any) -> Column:
    return np.array([np.nan if value is None else value for value in values], np.float64)


if __name__ == "__main__":
    main()
