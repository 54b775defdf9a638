"""Measure training settings on held-out NAS-Bench-101 cells; those of `tgnas-nb101` were chosen this way.

    NASPORT_DATA=FOLDER python benchmarks/tgnas_holdout.py [--epochs 25]

Trains on 24,001 of the 30,001 labeled cells and measures on the other 6,000 (split by seed 0), with one line for each
setting. No other space is used. About a minute for each setting on one core.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

import numpy as np
import torch
from scipy.stats import kendalltau, spearmanr

from nasport.models.tgnas import TgnasConfig
from nasport.models.tgnas_training import TrainingConfig, TrainingGraphs, predict, train, training_graphs
from nasport.runtime.bundle import open_bundle
from nasport.runtime.embeddings import Embeddings
from nasport.schemas.graphs.canonical import canonicalize
from nasport.toolkit.laboratory.tables import NASBENCH101_LABEL, read_table
from nasport.toolkit.notations import notation

HELD_OUT = 6_000


def settings(epochs: int) -> list[TrainingConfig]:
    """Return the settings; each changes one thing of the second."""
    base = {"epochs": epochs, "batch": 256, "learning_rate": 1e-2, "weight_decay": 1e-2}
    changes = [{"learning_rate": 3e-3}, {}, {"learning_rate": 2e-2}, {"weight_decay": 1e-1}, {"batch": 128}]
    return [TrainingConfig(**(base | change)) for change in changes]  # type: ignore[arg-type]


def part(graphs: TrainingGraphs, rows: np.ndarray) -> TrainingGraphs:
    """Return some of the graphs."""
    return TrainingGraphs(*graphs.rows(torch.from_numpy(rows)))


def main() -> None:
    """Train and print one JSON object for each setting."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=25)
    arguments = parser.parse_args()
    texts, labels = read_table("nasbench101").labeled(NASBENCH101_LABEL)
    batch = notation("nasbench101").encode_many(texts)
    assert batch is not None
    graphs = training_graphs(canonicalize(batch.graphs), Embeddings(open_bundle("tgnas-nb101")))
    order = np.random.default_rng(0).permutation(len(labels))
    held_out, kept = order[:HELD_OUT], order[HELD_OUT:]
    for training in settings(arguments.epochs):
        trained = train(part(graphs, kept), labels[kept], TgnasConfig(), training, seed=0)
        scores = predict(trained.model, part(graphs, held_out))
        errors = (scores + trained.label_mean - labels[held_out]) / trained.label_deviation
        record = {
            **asdict(training),
            "mean_squared_error": round(float((errors**2).mean()), 4),
            "spearman": round(float(spearmanr(scores, labels[held_out]).statistic), 4),
            "kendall": round(float(kendalltau(scores, labels[held_out]).statistic), 4),
        }
        print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
