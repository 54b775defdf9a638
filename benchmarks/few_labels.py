"""Measure how many labels `ArchitectureRegressor` needs to rank better than the score alone; docs/reports/panel.md.

    NASPORT_DATA=FOLDER python benchmarks/few_labels.py            # some minutes; prints the table

The bundle was trained without the space. 1,500 architectures are drawn from a table. Some of them, drawn again 20
times, get labels, and the others are ranked. The figures are the mean of Spearman's rho, by the score, by Huber's
regression (the default), by ridge regression and by a random forest.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nasport.toolkit.adapters.scikit_learn import ArchitectureFeatures, robust_regressor
from nasport.toolkit.laboratory.tables import read_table

SPACES = {
    "NAS-Bench-201": ("nasbench201", "cifar10_test", "universal-without-nasbench201"),
    "NAS-Bench-101": ("nasbench101", "vis_val_e108_best_of_3", "universal-without-nasbench101"),
    "NAS-Bench-Macro": ("nasbench_macro", "cifar10_test", "universal-without-nasbench-macro"),
    "NAS-Bench-301": ("nasbench301", "val_accuracy", "universal-without-darts"),
}
LABELS = (10, 20, 50, 100, 200)
DRAWN, TIMES = 1_500, 20
MODELS = (robust_regressor(), Ridge(), RandomForestRegressor(random_state=0))


def main() -> None:
    """Print a Markdown table with one line for each space."""
    print("| held-out space, label | score alone |" + "".join(f" {count} labels |" for count in LABELS))
    print("|---|---|" + "---|" * len(LABELS))
    for name, (table_name, label, bundle) in SPACES.items():
        table, rng = read_table(table_name), np.random.default_rng(0)
        texts, values = table.labeled(label)
        rows = rng.permutation(len(texts))[:DRAWN]
        labels = values[rows]
        features = ArchitectureFeatures(bundle, table.notation).fit_transform([texts[row] for row in rows])
        cells = [f"{name}, {label}", _words(spearmanr(features[:, 0], labels).statistic)]
        for count in LABELS:
            found = [_ranked(features, labels, rng.permutation(len(rows)), count) for _ in range(TIMES)]
            cells.append(" / ".join(map(_words, np.mean(found, axis=0))))
        print(f"| {' | '.join(cells)} |", flush=True)


def _ranked(features: np.ndarray, labels: np.ndarray, order: np.ndarray, count: int) -> list[float]:
    """Return Spearman's rho of each model, trained on the first `count` architectures of the order, on the others."""
    known, others = order[:count], order[count:]
    models = [make_pipeline(StandardScaler(), clone(model)) for model in MODELS]
    predicted = [model.fit(features[known], labels[known]).predict(features[others]) for model in models]
    return [spearmanr(each, labels[others]).statistic for each in predicted]


def _words(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".")


if __name__ == "__main__":
    main()
