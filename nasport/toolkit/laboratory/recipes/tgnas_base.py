"""How a bundle of the TG-NAS paper's predictor is made, whatever tables it is trained on.

A bundle is a declaration: which labels of which tables it learns (section 3.3: one; section 4.3: two tables together) and
which it is measured on. No label of a table that it is only measured on is used for training, nor for choosing an epoch,
a seed or a width: those labels are read after training.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nasport.export.predictor_bundle import shipped_encoder, write_predictor_bundle
from nasport.models.tgnas import TgnasConfig, principal_components
from nasport.models.training import Trained, TrainingConfig, joined, train, training_graphs
from nasport.runtime.encoder import Encoder
from nasport.runtime.features import Embed
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.batch import GraphBatch
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.operators import vocabulary
from nasport.toolkit.laboratory.recipes.amalgamation import amalgamated
from nasport.toolkit.laboratory.recipes.transfer import UnseenLabel, results
from nasport.toolkit.laboratory.tables import read_table
from nasport.toolkit.notations import notation

ENCODER = "minilm"
SEEDS = 5


@dataclass(frozen=True)
class TaughtTable:
    """A table to train on.

    Attributes:
        table: its name.
        labels: names of the labels; several are amalgamated to one.
        words: what the labels are, for the card.
    """

    table: str
    labels: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class _TrainingSet:
    """G canonical graphs of one table and their labels, (L, G)."""

    graphs: GraphBatch
    labels: NDArray[np.float64]


@dataclass(frozen=True)
class TgnasRecipe:
    """What one bundle is trained on and measured on.

    Attributes:
        name: of the bundle.
        description: in one sentence.
        notes: for the card, Markdown; `{model}` is where the network is described.
        taught: the tables to train on. A single label of a single table is learned as it is; otherwise each table's
            labels are amalgamated, so that no table's scale decides.
        never_saw: spaces and families of which no label was trained on.
        unseen: labels to measure on, where their tables are at hand.
        training: how what ships is trained.
    """

    name: str
    description: str
    notes: str
    taught: tuple[TaughtTable, ...]
    never_saw: tuple[str, ...]
    unseen: tuple[UnseenLabel, ...]
    training: TrainingConfig

    def make(
        self,
        out: Path,
        *,
        seeds: int | None = None,
        config: TgnasConfig | None = None,
        training: TrainingConfig | None = None,
    ) -> None:
        """Train with `seeds` seeds, measure all of them on what was not trained on, write seed 0.

        Args:
            out: folder of the bundle.
            seeds: how many trainings to measure; None: 5.
            config: of the model; None: what ships.
            training: how to train; None: what ships.

        Raises:
            InputError: NASPORT_DATA names no folder with the tables to train on.
        """
        config, training = config or TgnasConfig(), training or self.training
        texts = sorted({operator.text for operator in vocabulary().values()})
        embeddings = Encoder.load(ENCODER).encode(texts)
        embed = _lookup(texts, embeddings)
        sets = [_training_set(table) for table in self.taught]
        models = _train(sets, embed, config, training, seeds or SEEDS, _components(embeddings, config))
        write_predictor_bundle(
            out,
            models[0].model,
            texts=texts,
            embeddings=embeddings,
            encoder=shipped_encoder(ENCODER),
            manifest=self._manifest(sets, models, config, training, results(models, embed, self.unseen)),
            command=f"NASPORT_DATA=TABLES nasport train {self.name}{_options(config)} --out FOLDER",
            notes=self.notes.format(model=_model_sentence(config)),
        )

    def _manifest(
        self,
        sets: Sequence[_TrainingSet],
        models: Sequence[Trained],
        config: TgnasConfig,
        training: TrainingConfig,
        measured: list[dict[str, Any]],
    ) -> dict[str, Any]:
        counts = np.concatenate([part.graphs.mask.sum(axis=1) for part in sets])
        return {
            "name": self.name + _variant(config),
            "description": self.description,
            "license": "Apache-2.0",
            "trained_on": {
                "spaces": [
                    {"name": table.table, "architectures": part.labels.shape[1], "labels": table.words}
                    for table, part in zip(self.taught, sets, strict=True)
                ],
                "nodes": [int(counts.min()), int(counts.max())],
                "operators": sorted(set().union(*(_operators(part.graphs) for part in sets))),
            },
            "never_saw": list(self.never_saw),
            "seed": 0,
            "model": vars(config),
            "training": vars(training) | {"last_loss": [round(model.losses[-1], 4) for model in models]},
            "labels": {"mean": models[0].label_mean, "deviation": models[0].label_deviation},
            "results": measured,
        }


def _training_set(taught: TaughtTable) -> _TrainingSet:
    """The architectures that have all the labels."""
    table = read_table(taught.table)
    labels = np.stack([table.labels[name] for name in taught.labels])
    rows = np.flatnonzero(~np.isnan(labels).any(axis=0))
    batch = notation(table.notation).encoded([table.texts[row] for row in rows])
    return _TrainingSet(canonicalize(batch.graphs), labels[:, rows])


def _targets(tables: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """What is to be learned of all the tables' architectures, in order, in the unit of the first label.

    Args:
        tables: (L, G) labels of each table.
    """
    first: NDArray[np.float64] = tables[0][0]
    if len(tables) == len(tables[0]) == 1:
        return first
    return np.asarray(first.std() * np.concatenate([amalgamated(labels) for labels in tables]))


def _train(
    sets: Sequence[_TrainingSet],
    embed: Embed,
    config: TgnasConfig,
    training: TrainingConfig,
    seeds: int,
    components: Tensor | None,
) -> list[Trained]:
    graphs = joined([training_graphs(part.graphs, embed) for part in sets])
    targets = _targets([part.labels for part in sets])
    return [
        train(graphs, targets, config, training, seed, components=components, on_epoch=_progress(seed))
        for seed in range(seeds)
    ]


def _operators(graphs: GraphBatch) -> set[str]:
    """Descriptions of the operators that the graphs hold."""
    used = np.unique(graphs.index[graphs.mask])
    return {operator.text for row in used.tolist() for operator in graphs.kinds[row].operators}


def _components(embeddings: NDArray[np.float32], config: TgnasConfig) -> Tensor | None:
    """The principal components that embeddings are projected to, where the configuration wants some."""
    if config.projection is None:
        return None
    try:
        return principal_components(torch.from_numpy(embeddings), config.projection)
    except ValueError as error:
        raise InputError(f"projection {config.projection}: {error}") from error


def _variant(config: TgnasConfig) -> str:
    """What ships goes by the plain name; the paper's other variants say what they are."""
    projection = "" if config.projection is None else f"-pca{config.projection}"
    return projection + ("" if config.readout == TgnasConfig().readout else f"-{config.readout}")


def _options(config: TgnasConfig) -> str:
    """What makes this variant on the command line."""
    projection = "" if config.projection is None else f" --projection {config.projection}"
    return projection + ("" if config.readout == TgnasConfig().readout else f" --readout {config.readout}")


def _model_sentence(config: TgnasConfig) -> str:
    numbers = f"{config.embedding} numbers"
    if config.projection is not None:
        numbers += f", projected to {config.projection} principal components"
    readout = "a global node" if config.readout == "global" else "the mean of the nodes"
    return (
        f"(MiniLM, {numbers}), two graph convolutions, learned graph normalisation, {readout}, weight decay"
    )


def _lookup(texts: Sequence[str], embeddings: NDArray[np.float32]) -> Embed:
    table = dict(zip(texts, embeddings, strict=True))
    return lambda wanted: np.stack([table[text] for text in wanted])


def _progress(seed: int) -> Callable[[int, float], None]:
    def show(epoch: int, loss: float) -> None:
        print(f"seed {seed}, epoch {epoch}: loss {loss:.4f}", file=sys.stderr)

    return show
