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
        table: its name.
        labels: names of the labels; several are amalgamated to one.
        words: what the labels are, for the card.
    """

    table: str
    labels: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class TgnasRecipe:
    """What one bundle is trained on and measured on.

    Attributes:
        name: of the bundle.
        description: in one sentence.
        taught: the tables to train on. A single label of a single table is learned as it is; otherwise each table's
            labels are amalgamated, so that no table's scale decides.
        never_saw: spaces and families of which no label was trained on.
        unseen: labels to measure on, where their tables are at hand.
        training: how what ships is trained.
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
            notes=notes(self.name).format(model=variant.sentence),
        )


def _training_set(taught: TaughtTable) -> tuple[TaughtSpace, NDArray[np.float64]]:
    """The G architectures that have all the labels, and those, (L, G)."""
    table = read_table(taught.table).with_labels(taught.labels)
    _, graphs = table.encoded()
    return TaughtSpace(taught.table, taught.words, graphs), np.stack(
        [table.labels[name] for name in taught.labels]
    )


def _targets(tables: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """What is to be learned of all the tables' architectures, in order, in the unit of the first label.

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
    """How a configuration is told: behind the bundle's name, as options of the command line, for the card."""

    suffix: str
    options: str
    sentence: str


def _variant(config: TgnasConfig) -> _Variant:
    """What ships goes by the plain name; the paper's other variants say what they are."""
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
