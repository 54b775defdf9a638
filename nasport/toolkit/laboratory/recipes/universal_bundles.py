"""The bundles of the universal predictor: `universal` and `universal-without-...`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from nasport.export.predictor_bundle import shipped_encoder, write_predictor_bundle
from nasport.models.tgnas import TgnasConfig
from nasport.models.tgnas_training import TrainingConfig
from nasport.runtime.features import EMBEDDING_WIDTH
from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.evaluation.summary import result_rows
from nasport.toolkit.laboratory.recipes import notes, universal
from nasport.toolkit.laboratory.recipes.teaching import CONFIG, EVALUATORS, TEACHING
from nasport.toolkit.laboratory.recipes.training_data import TaughtSpace, trained_on
from nasport.toolkit.laboratory.recipes.universal import LEFT_OUT, TAUGHT, prepared, taught, trained
from nasport.toolkit.laboratory.recipes.universal_tables import training_distance
from nasport.toolkit.laboratory.tables import TABLES
from nasport.toolkit.laboratory.world.evaluations import read_evaluations

NAME = "universal"
ENCODER = "minilm"
# Families with a shipped bundle. `nasbench201` also leaves out TransNAS micro, so that its zero-shot claim holds strictly.
SHIPPED = tuple(name for name in LEFT_OUT if name != "nasbench201-with-transnas")

SEEN = "The predictor has *seen* every table that it could be measured on, so this card has no zero-shot figure. The figures of the held-out bundles `universal-without-...` are in docs/reports/evaluation.md."
RECURRENT = "recurrent networks are not ranked: the score was at chance on NAS-Bench-NLP, rank correlation .03; nasport gennas ranks them"
UNSEEN = "Training used no label of the tables below, nor of the related tables of their family."


@dataclass(frozen=True)
class UniversalBundle:
    """A bundle of the universal predictor.

    Attributes:
        left_out: family that was left out of the training; None for no family.
        seed: seed of the training; 0 for shipped bundles.
    """

    left_out: str | None
    seed: int = 0

    @property
    def name(self) -> str:
        """Name of the bundle."""
        return NAME if self.left_out is None else f"{NAME}-without-{self.left_out}"

    def make(
        self,
        out: Path,
        *,
        seeds: int | None = None,
        config: TgnasConfig | None = None,
        training: TrainingConfig | None = None,
    ) -> None:
        """Train, export, prove parity and write the bundle, with the results recorded in `RESULTS_FOLDER`.

        Args:
            out: folder of the bundle.
            seeds: must be None, because `nasport evaluate` trains and measures further seeds.
            config: must be None or its default, because only TG-NAS predictors have a configuration.
            training: must be None, because only TG-NAS predictors have training settings.

        Raises:
            InputError: NASPORT_DATA is not a folder with the training tables, or an argument that must be None is given.
        """
        if seeds is not None:
            raise InputError(
                f"{self.name} trains one seed, expected no --seeds; use `nasport evaluate` to measure further seeds"
            )
        if config not in (None, TgnasConfig()) or training is not None:
            raise InputError(
                f"{self.name} has no projection and no readout, expected neither option; only tgnas-... have them"
            )
        tables = {name: prepared(name, None) for name in taught(self.left_out)}
        model = trained(self.left_out, self.seed)
        without = "" if self.left_out is None else f", without the family {self.left_out}"
        dropped = () if self.left_out is None else LEFT_OUT[self.left_out]
        spaces = [
            TaughtSpace(TABLES[name].title, TAUGHT[name].words, each.graphs) for name, each in tables.items()
        ]
        manifest = {
            "name": self.name,
            "description": f"Ranks architectures of any space: trained on every benchmark table{without}.",
            "license": "Apache-2.0",
            "trained_on": trained_on(spaces, smallest=1),
            "distance": training_distance(model, tables.values()).to_json(),
            "never_saw": [TABLES[name].title for name in dropped],
            "seed": self.seed,
            "judges": list(EVALUATORS),
            "refuses": {"recurrent": RECURRENT},
            "model": asdict(CONFIG),
            "training": {"taught": asdict(TEACHING), "head": asdict(universal.training(self.left_out))},
            "results": [] if self.left_out is None else result_rows(self.left_out, universal),
        }
        write_predictor_bundle(
            out,
            model,
            texts=[],
            embeddings=np.zeros((0, EMBEDDING_WIDTH), np.float32),
            encoder=shipped_encoder(ENCODER),
            manifest=manifest,
            command=f"NASPORT_DATA=TABLES nasport train {self.name} --out FOLDER",
            notes=self.notes(),
        )

    def notes(self) -> str:
        """Return the notes for the card."""
        claim = SEEN if self.left_out is None else UNSEEN
        return notes(NAME).format(claim=claim, evaluated=f"{len(read_evaluations().space):,}")


BUNDLES = {bundle.name: bundle for bundle in (UniversalBundle(None), *map(UniversalBundle, SHIPPED))}
