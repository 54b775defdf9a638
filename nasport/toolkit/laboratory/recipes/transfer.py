"""How well a trained predictor ranks spaces that it was not trained on, beside the trivial baselines on the same rows.

Spearman's rho and Kendall's tau-b over all architectures of the space, mean and spread over the training seeds.
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
            truth = table.labels[one.label]
            ours = [_correlations(values, truth) for values in scores]
            seeds = {metric: [found[metric] for found in ours] for metric in CORRELATIONS}
            trivial = {name: _correlations(values, truth) for name, values in baselines.items()}
            rows.append(result(one.space, one.dataset, one.split, len(truth), seeds, trivial))
    return rows


def _correlations(scores: Values, labels: Values) -> dict[str, float]:
    """To four digits, of which the mean over seeds is taken."""
    return {"spearman": round(spearman(scores, labels), 4), "kendall": round(kendall(scores, labels), 4)}
