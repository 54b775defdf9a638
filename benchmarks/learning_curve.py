"""Measure the learning curve within NAS-Bench-101, figure 2 of the TG-NAS paper: how few labels are enough.

    NASPORT_DATA=FOLDER python benchmarks/learning_curve.py [--predictor NAME] [--shares .9 .1] [--seeds 5]
    python benchmarks/learning_curve.py summary

Trains on a share of the 30,001 labeled cells and ranks the others. The seed draws the share and also seeds the
training; a smaller share of a seed is part of its larger ones. One line for each training is appended to
results/evaluation/learning_curve.jsonl, and existing lines are skipped. `summary` makes the table and the picture of
docs/reports/evaluation.md, from aggregates only. Training settings are those of the shipped bundle, with more epochs
if 40 would give fewer than 400 steps. Nothing was chosen by this curve.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nasport.models.tgnas import TgnasConfig
from nasport.models.tgnas_training import TrainingConfig, TrainingGraphs, predict, train, training_graphs
from nasport.runtime.bundle import open_bundle
from nasport.runtime.embeddings import Embeddings
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.writing import replacing
from nasport.toolkit.laboratory.evaluation.document import write_between
from nasport.toolkit.laboratory.evaluation.metrics import METRICS, metrics
from nasport.toolkit.laboratory.evaluation.rows import fingerprint
from nasport.toolkit.laboratory.tables import NASBENCH101_LABEL, read_table
from nasport.toolkit.notations import notation

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "evaluation" / "learning_curve.jsonl"
DOCUMENT = ROOT / "docs" / "reports" / "evaluation.md"
PICTURE = ROOT / "docs" / "pictures" / "learning-curve-nasbench101.png"
BEGIN, END = "<!-- learning curve: begin -->", "<!-- learning curve: end -->"

SHARES = (0.9, 0.7, 0.5, 0.3, 0.1, 0.05, 0.02, 0.01)
LEAST_STEPS = 400

Floats = NDArray[np.floating[Any]]
Rows = NDArray[np.intp]
# From rows to train on, their labels, rows to score and a seed to scores.
Trainer = Callable[[Rows, Floats, Rows, int], Floats]


class Tgnas:
    """The predictor of the bundle `tgnas-nb101`."""

    def __init__(self, batch: EncodedBatch, training: TrainingConfig) -> None:
        self._graphs = training_graphs(canonicalize(batch.graphs), Embeddings(open_bundle("tgnas-nb101")))
        self._training = training

    def __call__(self, rows: Rows, labels: Floats, tested: Rows, seed: int) -> Floats:
        training = enough_steps(self._training, len(rows))
        trained = train(self._part(rows), np.asarray(labels, np.float64), TgnasConfig(), training, seed)
        return predict(trained.model, self._part(tested))

    def _part(self, rows: Rows) -> TrainingGraphs:
        return TrainingGraphs(*self._graphs.rows(torch.from_numpy(rows)))

    @staticmethod
    def settings(training: TrainingConfig) -> dict[str, Any]:
        """Return all settings that the curve depends on."""
        return {"model": asdict(TgnasConfig()), "training": asdict(training), "least_steps": LEAST_STEPS}


PREDICTORS = {"tgnas": Tgnas}


def enough_steps(training: TrainingConfig, labels: int) -> TrainingConfig:
    """Return the settings with enough epochs for at least `LEAST_STEPS` steps."""
    a_pass = -(-labels // training.batch)
    return replace(training, epochs=max(training.epochs, -(-LEAST_STEPS // a_pass)))


def split(size: int, share: float, seed: int) -> tuple[Rows, Rows]:
    """Return the rows to train on and the other rows, in the order in which the seed draws them."""
    order = np.random.default_rng(seed).permutation(size)
    count = round(size * share)
    return order[:count], order[count:]


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the measured rows; remove a line that a killed process left incomplete."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        path.write_bytes(whole)
    return [json.loads(line) for line in whole.splitlines()]


def measure(
    name: str, shares: list[float], seeds: int, *, path: Path, training: TrainingConfig, limit: int | None
) -> Iterator[dict[str, Any]]:
    """Yield the missing rows; each is appended to `path` first.

    Args:
        name: name of the predictor.
        shares: shares of the labels to train on.
        seeds: number of trainings of each share.
        path: file of the rows.
        training: settings of the training.
        limit: number of cells to use; None: all.
    """
    texts, labels = read_table("nasbench101").labeled(NASBENCH101_LABEL)
    texts, labels = texts[:limit], labels[:limit]
    batch = notation("nasbench101").encode_many(texts)
    assert batch is not None, "the notation has a fast way"
    recipe = fingerprint({**PREDICTORS[name].settings(training), "cells": len(texts)})
    keys = ("recipe", "predictor", "share", "seed")
    done = {tuple(row[key] for key in keys) for row in rows_of(path)}
    trainer: Trainer = PREDICTORS[name](batch, training)
    path.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds):
        for share in shares:
            if (recipe, name, share, seed) in done:
                continue
            rows, tested = split(len(labels), share, seed)
            found = metrics(trainer(rows, labels[rows], tested, seed), labels[tested])
            row = dict(zip(keys, (recipe, name, share, seed), strict=True))
            row |= {"trained": len(rows), "tested": len(tested), "metrics": found}
            with path.open("ab", buffering=0) as stream:
                stream.write(json.dumps(row).encode() + b"\n")
            yield row


Curve = dict[float, dict[str, tuple[float, float]]]


def curves(rows: list[dict[str, Any]]) -> dict[str, Curve]:
    """Return each metric's mean and sample deviation over seeds, by predictor and share (largest first).

    If a predictor has several recipes, the last measured one is used.
    """
    last = {row["predictor"]: row["recipe"] for row in rows}
    found: dict[str, Curve] = {}
    for name, recipe in last.items():
        chosen = [row for row in rows if row["recipe"] == recipe]
        shares = sorted({row["share"] for row in chosen}, reverse=True)
        found[name] = {
            share: {
                metric: spread([row["metrics"][metric] for row in chosen if row["share"] == share])
                for metric in METRICS
            }
            for share in shares
        }
    return found


def spread(values: list[float]) -> tuple[float, float]:
    """Return mean and sample standard deviation (0 for one value)."""
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table in Markdown."""
    lines = ["| predictor | labels | Spearman | Kendall tau-b | precision at 10 % |", "| --- " * 5 + "|"]
    trained = {row["share"]: row["trained"] for row in rows}
    for name, curve in curves(rows).items():
        for share, values in curve.items():
            texts = [
                f"{values[metric][0]:.3f} ({values[metric][1]:.3f})"
                for metric in ("spearman", "kendall", "precision_top10")
            ]
            lines.append(f"| {name} | {share:.0%}, {trained[share]:,} | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"


def draw(found: dict[str, Curve], path: Path) -> None:
    """Draw Spearman and Kendall's tau-b against the number of labels; needs matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    ax = figure.subplots()
    for name, curve in found.items():
        for metric, line in (("spearman", "-"), ("kendall", "--")):
            means, deviations = zip(*(values[metric] for values in curve.values()), strict=True)
            shares = [100 * share for share in curve]
            ax.errorbar(shares, means, deviations, linestyle=line, marker="o", label=f"{name}, {metric}")
    ax.set_xscale("log")
    ax.set_xlabel("training labels, % of 30,001; the others are ranked")
    ax.grid(alpha=0.3)
    ax.legend(frameon=False, fontsize=8)
    ax.spines[["top", "right"]].set_visible(False)
    with replacing(path) as stream:
        figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})


def main() -> None:
    """Measure the missing rows, or summarize."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", nargs="?", choices=["run", "summary"], default="run")
    parser.add_argument("--predictor", choices=PREDICTORS, default="tgnas")
    parser.add_argument("--shares", type=float, nargs="+", default=list(SHARES))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--epochs", type=int, default=TrainingConfig().epochs)
    parser.add_argument("--limit", type=int, help="use only this many cells, for a quick look")
    arguments = parser.parse_args()
    if arguments.action == "summary":
        rows = rows_of(arguments.out)
        write_between(DOCUMENT, BEGIN, END, table(rows))
        draw(curves(rows), PICTURE)
        return
    training = TrainingConfig(epochs=arguments.epochs)
    for row in measure(
        arguments.predictor,
        arguments.shares,
        arguments.seeds,
        path=arguments.out,
        training=training,
        limit=arguments.limit,
    ):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
