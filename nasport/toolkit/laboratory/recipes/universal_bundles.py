"""`universal` and `universal-without-...`: the bundles of the universal predictor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from nasport.export.predictor_bundle import shipped_encoder, write_predictor_bundle
from nasport.models.text_attributes import TextAttributes, train_text_attributes
from nasport.models.tgnas import TgnasConfig
from nasport.models.tgnas_training import TrainingConfig
from nasport.runtime.encoder import Encoder
from nasport.runtime.features import EMBEDDING_WIDTH
from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.evaluation.summary import result_rows
from nasport.toolkit.laboratory.recipes import notes, universal
from nasport.toolkit.laboratory.recipes.training_data import TaughtSpace, trained_on
from nasport.toolkit.laboratory.recipes.universal import CONFIG, LEFT_OUT, TRAINING, prepared, taught, trained
from nasport.toolkit.laboratory.recipes.universal_tables import training_distance

NAME = "universal"
ENCODER = "minilm"
# Families that ship a bundle without them. The strict one carries the claim on NAS-Bench-201.
SHIPPED = tuple(name for name in LEFT_OUT if name != "nasbench201-with-transnas")

_SPACES: Mapping[str, tuple[str, str]] = {
    "nasbench101": ("NAS-Bench-101", "CIFAR-10 validation accuracy after 108 epochs, best of three runs"),
    "nasbench201": ("NAS-Bench-201", "validation accuracy on CIFAR-10, CIFAR-100 and ImageNet16-120"),
    "transnas_micro": ("TransNAS-Bench-101 micro", "seven tasks, validation, best epoch"),
    "nasbench_macro": ("NAS-Bench-Macro", "CIFAR-10 test accuracy, mean of three runs"),
    "nasbench301": ("NAS-Bench-301", "CIFAR-10 accuracy predicted by the surrogate"),
    "nds_darts": ("NDS DARTS_in", "ImageNet top-1 error"),
    "nds_enas": ("NDS ENAS_in", "ImageNet top-1 error"),
    "nds_resnext_a": ("NDS ResNeXt-A_in", "ImageNet top-1 error"),
}

SEEN = "It has *seen* every table that it could be measured on here, so this card claims no zero-shot figure: `docs/evaluation.md` has those of its siblings `universal-without-...`."
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
        model.text = _text_attributes()
        without = "" if self.left_out is None else f", without the family {self.left_out}"
        dropped = () if self.left_out is None else LEFT_OUT[self.left_out]
        manifest = {
            "name": self.name,
            "description": f"Ranks architectures of any space: trained on every benchmark table{without}.",
            "license": "Apache-2.0",
            "trained_on": trained_on(
                [TaughtSpace(*_SPACES[name], table.graphs) for name, table in tables.items()], smallest=1
            ),
            "distance": training_distance(tables.values()).to_json(),
            "never_saw": [_SPACES[name][0] for name in dropped],
            "seed": self.seed,
            "model": asdict(CONFIG),
            "training": asdict(TRAINING),
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
            notes=notes(NAME).format(claim=SEEN if self.left_out is None else UNSEEN),
        )


@cache
def _text_attributes() -> TextAttributes:
    """Of all bundles the same; most of its time goes into embedding the descriptions."""
    return train_text_attributes(Encoder.load(ENCODER).encode)


BUNDLES = {bundle.name: bundle for bundle in (UniversalBundle(None), *map(UniversalBundle, SHIPPED))}
