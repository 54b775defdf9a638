"""`universal` and `universal-without-...`: the bundles of the universal predictor."""

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
from nasport.toolkit.laboratory.world.judgements import read_judgements

NAME = "universal"
ENCODER = "minilm"
# Families that ship a bundle without them. The strict one carries the claim on NAS-Bench-201.
SHIPPED = tuple(name for name in LEFT_OUT if name != "nasbench201-with-transnas")

SEEN = "It has *seen* every table that it could be measured on here, so this card claims no zero-shot figure: `docs/reports/evaluation.md` has those of its siblings `universal-without-...`."
RECURRENT = "recurrent networks are not ranked: the score was at chance on NAS-Bench-NLP, rank correlation .03; nasport gennas ranks them"
UNSEEN = "No label of what it is measured on below was trained on; its siblings went out with it."


@dataclass(frozen=True)
class UniversalBundle:
    """One bundle.

    Attributes:
        left_out: the family that it never saw; None: it saw every table.
        seed: of the training; those that are shipped have 0.
    """

    left_out: str | None
    seed: int = 0

    @property
    def name(self) -> str:
        """Of the bundle."""
        return NAME if self.left_out is None else f"{NAME}-without-{self.left_out}"

    def make(
        self,
        out: Path,
        *,
        seeds: int | None = None,
        config: TgnasConfig | None = None,
        training: TrainingConfig | None = None,
    ) -> None:
        """Train, export, prove and write the bundle; its results are those recorded in `RESULTS_FOLDER`.

        Args:
            out: folder of the bundle.
            seeds: None: `nasport evaluate` trains and measures the others.
            config: of the TG-NAS predictor, which this is not: None or its default.
            training: likewise.

        Raises:
            InputError: NASPORT_DATA names no folder with the tables to train on, or a choice was made that there is not.
        """
        if seeds is not None:
            raise InputError(
                f"{self.name} trains one seed, expected no --seeds; `nasport evaluate` measures others"
            )
        if config not in (None, TgnasConfig()) or training is not None:
            raise InputError(
                f"{self.name} has no projection and no readout to choose, the TG-NAS predictors have"
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
            notes=notes(NAME).format(
                claim=SEEN if self.left_out is None else UNSEEN,
                evaluated=f"{len(read_judgements().space):,}",
            ),
        )


BUNDLES = {bundle.name: bundle for bundle in (UniversalBundle(None), *map(UniversalBundle, SHIPPED))}
