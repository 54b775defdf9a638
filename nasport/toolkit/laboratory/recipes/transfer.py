"""How well a trained predictor ranks spaces on which it was not trained, with trivial baselines on the same architectures.

Spearman's rho and Kendall's tau-b over all architectures of the space, with mean and standard deviation over training seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from nasport.models.tgnas_training import Trained, predict, training_graphs
from nasport.runtime.features import Embed
from nasport.runtime.predictor import reachable_parameters
from nasport.toolkit.laboratory.evaluation.results import CORRELATIONS, result
from nasport.toolkit.laboratory.tables import TABLES, data_folder, read_table
from nasport.toolkit.rank_correlation import Values, kendall, spearman


@dataclass(frozen=True)
class UnseenLabel:
    """A label on which a bundle is measured and not trained.

    Attributes:
        table: name of the table.
        label: name of the label in the table.
        space: name of the space in the results.
        dataset: data set of the label.
        split: `val` or `test`.
    """

    table: str
    label: str
    space: str
    dataset: str
    split: str


def results(models: Sequence[Trained], embed: Embed, unseen: Sequence[UnseenLabel]) -> list[dict[str, Any]]:
    """Return a manifest's `results` in the order of `unseen`; labels whose table is missing are left out.

    Args:
        models: one model for each training seed.
        embed: function from descriptions to embeddings, (len(texts), F) float32.
        unseen: labels; those of one table must be adjacent, so that the table is read and scored once.
    """
    rows = []
    for name, labels in groupby(unseen, lambda label: label.table):
        if not (data_folder() / TABLES[name].file).is_file():
            continue
        table = read_table(name)
        batch, graphs = table.encoded()
        inputs = training_graphs(graphs, embed)
        scores = [predict(model.model, inputs) for model in models]
        baselines = {
            "parameters": np.array(batch.parameters, np.float64),
            "reachable_parameters": reachable_parameters(graphs),
            "flops": np.array(batch.flops, np.float64),
        }
        for one in labels:
            values_of_label = table.labels[one.label]
            correlations = [_correlations(values, values_of_label) for values in scores]
            seeds = {metric: [each[metric] for each in correlations] for metric in CORRELATIONS}
            trivial = {name: _correlations(values, values_of_label) for name, values in baselines.items()}
            rows.append(result(one.space, one.dataset, one.split, len(values_of_label), seeds, trivial))
    return rows


def _correlations(scores: Values, labels: Values) -> dict[str, float]:
    """Return the correlations rounded to four digits; the mean over seeds is the mean of the rounded values."""
    return {"spearman": round(spearman(scores, labels), 4), "kendall": round(kendall(scores, labels), 4)}
