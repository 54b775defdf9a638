"""How a bundle of the TG-NAS paper's predictor is made, for any choice of training tables.

The recipe of a bundle declares the labels that the bundle learns (section 3.3: one table; section 4.3: two tables together) and
the labels on which it is measured. The latter are read after the training: they do not influence the weights or the choice of
an epoch, a seed or a width.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from nasport.export.predictor_bundle import shipped_encoder, write_predictor_bundle
from nasport.models.tgnas import TgnasConfig, principal_components
from nasport.models.tgnas_training import TrainingConfig, joined, train, training_graphs
from nasport.runtime.encoder import Encoder
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary
from nasport.toolkit.laboratory.recipes import notes
from nasport.toolkit.laboratory.recipes.amalgamation import amalgamated
from nasport.toolkit.laboratory.recipes.training_data import TaughtSpace, trained_on
from nasport.toolkit.laboratory.recipes.transfer import UnseenLabel, results
from nasport.toolkit.laboratory.tables import read_table

ENCODER = "minilm"
SEEDS = 5


@dataclass(frozen=True)
class TaughtTable:
    """A table to train on.

    Attributes:
        table: name of the table.
        labels: names of its labels; several are amalgamated into one.
        words: what the labels are, for the card.
    """

    table: str
    labels: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class TgnasRecipe:
    """Training and test data of a bundle.

    Attributes:
        name: name of the bundle.
        description: description in one sentence.
        taught: tables to train on. A single label of a single table is learned unchanged; otherwise the labels of each table are
            amalgamated, so that the unit of a table does not matter.
        never_saw: spaces and families without a label in the training.
        unseen: labels on which the predictor is measured, if their tables are available.
        training: training settings of the shipped bundle.
    """

    name: str
    description: str
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
        """Train with several seeds, measure all of them on the unseen labels, and write the bundle of seed 0.

        Args:
            out: folder of the bundle.
            seeds: number of seeds; None for 5.
            config: configuration of the model; None for that of the shipped bundle.
            training: training settings; None for those of the shipped bundle.

        Raises:
            InputError: NASPORT_DATA is not a folder with the training tables.
        """
        config, training = config or TgnasConfig(), training or self.training
        texts = sorted({operator.text for operator in vocabulary().values()})
        embeddings = Encoder.load(ENCODER).encode(texts)
        rows = {text: row for row, text in enumerate(texts)}

        def embed(wanted: Sequence[str]) -> NDArray[np.float32]:
            return embeddings[[rows[text] for text in wanted]]

        components = None
        if config.projection is not None:
            try:
                components = principal_components(torch.from_numpy(embeddings), config.projection)
            except ValueError as error:
                raise InputError(f"projection {config.projection}: {error}") from error
        spaces, labels = zip(*map(_training_set, self.taught), strict=True)
        graphs = joined([training_graphs(space.graphs, embed) for space in spaces])
        targets = _targets(labels)
        models = [
            train(graphs, targets, config, training, seed, components=components, on_epoch=_progress(seed))
            for seed in range(seeds or SEEDS)
        ]
        variant = _variant(config)
        manifest = {
            "name": self.name + variant.suffix,
            "description": self.description,
            "license": "Apache-2.0",
            "trained_on": trained_on(spaces),
            "never_saw": list(self.never_saw),
            "seed": 0,
            "model": vars(config),
            "training": vars(training) | {"last_loss": [round(model.losses[-1], 4) for model in models]},
            "labels": {"mean": models[0].label_mean, "deviation": models[0].label_deviation},
            "results": results(models, embed, self.unseen),
        }
        write_predictor_bundle(
            out,
            models[0].model,
            texts=texts,
            embeddings=embeddings,
            encoder=shipped_encoder(ENCODER),
            manifest=manifest,
            command=f"NASPORT_DATA=TABLES nasport train {self.name}{variant.options} --out FOLDER",
            notes=self.notes(config),
        )

    def notes(self, config: TgnasConfig) -> str:
        """Return the notes for the card of a model."""
        return notes(self.name).format(model=_variant(config).sentence)


def _training_set(taught: TaughtTable) -> tuple[TaughtSpace, NDArray[np.float64]]:
    """Return the G architectures that have all labels, and the (L, G) labels."""
    table = read_table(taught.table).with_labels(taught.labels)
    _, graphs = table.encoded()
    return TaughtSpace(taught.table, taught.words, graphs), np.stack(
        [table.labels[name] for name in taught.labels]
    )


def _targets(tables: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the training targets of all tables together, in the unit of the first label.

    Args:
        tables: (L, G) labels of each table.
    """
    first: NDArray[np.float64] = tables[0][0]
    if len(tables) == len(tables[0]) == 1:
        return first
    return np.asarray(first.std() * np.concatenate([amalgamated(labels) for labels in tables]))


def _progress(seed: int) -> Callable[[int, float], None]:
    return lambda epoch, loss: print(f"seed {seed}, epoch {epoch}: loss {loss:.4f}", file=sys.stderr)


class _Variant(NamedTuple):
    """How a configuration is described: suffix of the bundle's name, options of the command line, and a sentence of the card."""

    suffix: str
    options: str
    sentence: str


def _variant(config: TgnasConfig) -> _Variant:
    """Return the description of a configuration; only that of the shipped bundle has no suffix."""
    suffix = options = ""
    numbers = f"{config.embedding} numbers"
    readout = "a global node" if config.readout == "global" else "the mean of the nodes"
    if config.projection is not None:
        suffix = f"-pca{config.projection}"
        options = f" --projection {config.projection}"
        numbers += f", projected to {config.projection} principal components"
    if config.readout != TgnasConfig().readout:
        suffix += f"-{config.readout}"
        options += f" --readout {config.readout}"
    return _Variant(
        suffix,
        options,
        f"(MiniLM, {numbers}), two graph convolutions, learned graph normalization, {readout}, weight decay",
    )
