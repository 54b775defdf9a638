"""How well a trained predictor ranks spaces that it was not trained on, beside the trivial baselines on the same rows.

Spearman's rho and Kendall's tau-b over all architectures of the space, mean and spread over the training seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr

from nasport.models.training import Trained, predict, training_graphs
from nasport.runtime.features import Embed
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.graphs.canonical import canonicalize
from nasport.toolkit.laboratory.tables import TABLE_FILES, data_folder, read_table
from nasport.toolkit.notations import notation

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class UnseenLabel:
    """A label that a bundle is measured on and that was not trained on.

    Attributes:
        table: its name.
        label: its name in the table.
        space: what the results call the space.
        dataset: on which the label was measured.
        split: `val` or `test`.
    """

    table: str
    label: str
    space: str
    dataset: str
    split: str


def results(models: Sequence[Trained], embed: Embed, unseen: Sequence[UnseenLabel]) -> list[dict[str, Any]]:
    """A manifest's `results`, in the order of `unseen`; labels whose tables are not at hand are left out.

    Args:
        models: one a training seed.
        embed: descriptions to embeddings, (len(texts), F) float32.
        unseen: labels of one table side by side, so that it is read and scored once.
    """
    rows = []
    for table, labels in groupby(unseen, lambda label: label.table):
        if (data_folder() / TABLE_FILES[table]).is_file():
            rows += _table_results(table, models, embed, list(labels))
    return rows


def _table_results(
    name: str, models: Sequence[Trained], embed: Embed, unseen: Sequence[UnseenLabel]
) -> list[dict[str, Any]]:
    table = read_table(name)
    batch = notation(table.notation).encoded(table.texts)
    graphs = canonicalize(batch.graphs)
    inputs = training_graphs(graphs, embed)
    scores = [predict(model.model, inputs) for model in models]
    baselines = {
        "parameters": np.array(batch.parameters, np.float64),
        "reachable_parameters": reachable_parameters(graphs),
        "flops": np.array(batch.flops, np.float64),
    }
    return [
        correlation_row(
            one.space, one.dataset, one.split, table.labels[one.label], scores=scores, baselines=baselines
        )
        for one in unseen
    ]


def correlation_row(
    space: str,
    dataset: str,
    split: str,
    labels: Values,
    scores: Sequence[Values],
    baselines: Mapping[str, Values],
) -> dict[str, Any]:
    """One entry of a manifest's `results`.

    Args:
        space: name of the space.
        dataset: on which the labels were measured.
        split: `val` or `test`.
        labels: (G,) accuracies.
        scores: (G,) of each training seed.
        baselines: name to (G,) values that rank without any training.
    """
    pairs = [rank_correlations(values, labels) for values in scores]
    return {
        "space": space,
        "dataset": dataset,
        "split": split,
        "architectures": len(labels),
        "spearman": _spread([rho for rho, _ in pairs]),
        "kendall": _spread([tau for _, tau in pairs]),
        "baselines": {
            name: dict(zip(("spearman", "kendall"), rank_correlations(values, labels), strict=True))
            for name, values in baselines.items()
        },
    }


def rank_correlations(scores: Values, labels: Values) -> tuple[float, float]:
    """Spearman's rho and Kendall's tau-b, to four digits."""
    rho = float(spearmanr(scores, labels).statistic)
    tau = float(kendalltau(scores, labels).statistic)
    return round(rho, 4), round(tau, 4)


def _spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean and sample standard deviation over seeds, and each seed's value in order."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "std": round(deviation, 4), "values": list(values)}
