"""`universal` and `universal-without-...`: the bundles of the universal predictor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nasport.export.predictor_bundle import shipped_encoder, write_predictor_bundle
from nasport.models.text_attributes import TextAttributes, train_text_attributes
from nasport.models.tgnas import TgnasConfig
from nasport.models.training import TrainingConfig
from nasport.runtime.encoder import Encoder
from nasport.runtime.features import EMBEDDING_WIDTH
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.batch import GraphBatch
from nasport.toolkit.laboratory.evaluation.summary import result_rows
from nasport.toolkit.laboratory.recipes.universal import CONFIG, LEFT_OUT, TRAINING, prepared, taught, trained
from nasport.toolkit.laboratory.recipes.universal_distance import training_distance
from nasport.toolkit.laboratory.recipes.universal_tables import PreparedTable

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

NOTES = """
A score says which of two architectures is better, within a space and across its skeletons; its value means nothing, and
scores of two bundles do not compare. It weighs four numbers of a network, nothing else: capacity (log parameters
averaged over the resolutions, with a tenth of log parameters of the whole), and on a walk from the output of a cell back
to its input, to each of a node's inputs with equal probability: expected poolings, expected identities, and the
expectation of 1/2 to the power of the layers passed. An operator counts by its kind and numbers, so that one that no table
holds needs no guess; where a document gives only a description, they are read from its embedding. What a document does
not tell it cannot read: without a skeleton capacity is guessed from the cells.

Labels were used as ranks within their table, every table weighs the same, the last step of seed 0 ships.
{claim}

What is disclosed: that graph networks over embeddings transfer badly, that poolings on paths and short paths matter, that
parameters should be averaged over resolutions, the weight of the whole network's parameters, the clamp at the edge of
what was seen and the width of the bounded part were all found by leaving spaces out, every table but NAS-Bench-201.
NAS-Bench-201's labels were looked at three times, each time after a round of that was over, and nothing was changed for
them (docs/predictor.md tells the story). So a row of a `universal-without-...` card is
zero-shot in training, but blind in design only for NAS-Bench-201.
"""
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
        """Train, export, prove and write the bundle; its results are those that `nasport evaluate` recorded.

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
        write_predictor_bundle(
            out,
            model,
            texts=[],
            embeddings=np.zeros((0, EMBEDDING_WIDTH), np.float32),
            encoder=shipped_encoder(ENCODER),
            manifest=self._manifest(tables),
            command=f"NASPORT_DATA=TABLES nasport train {self.name} --out FOLDER",
            notes=NOTES.format(claim=SEEN if self.left_out is None else UNSEEN),
        )

    def _manifest(self, tables: Mapping[str, PreparedTable]) -> dict[str, Any]:
        without = "" if self.left_out is None else f", without the family {self.left_out}"
        return {
            "name": self.name,
            "description": f"Ranks architectures of any space: trained on every benchmark table{without}.",
            "license": "Apache-2.0",
            "trained_on": {
                "spaces": [_space(name, table) for name, table in tables.items()],
                "nodes": _node_range([table.graphs for table in tables.values()]),
                "operators": sorted(set().union(*(_operators(table.graphs) for table in tables.values()))),
            },
            "distance": training_distance(tables.values()).to_json(),
            "never_saw": []
            if self.left_out is None
            else [_SPACES[name][0] for name in LEFT_OUT[self.left_out]],
            "seed": self.seed,
            "model": asdict(CONFIG),
            "training": asdict(TRAINING),
            "results": [] if self.left_out is None else result_rows(self.left_out),
        }


@cache
def _text_attributes() -> TextAttributes:
    """Of all bundles the same; most of its time goes into embedding the descriptions."""
    return train_text_attributes(Encoder.load(ENCODER).encode)


def bundles() -> dict[str, UniversalBundle]:
    """All of them by name."""
    found = [UniversalBundle(None), *map(UniversalBundle, SHIPPED)]
    return {bundle.name: bundle for bundle in found}


def _space(name: str, table: PreparedTable) -> dict[str, Any]:
    title, labels = _SPACES[name]
    return {"name": title, "architectures": len(table.graphs), "labels": labels}


def _node_range(batches: Sequence[GraphBatch]) -> list[int]:
    counts = np.concatenate([batch.mask.sum(axis=1) for batch in batches])
    return [int(counts[counts > 0].min()), int(counts.max())]


def _operators(graphs: GraphBatch) -> set[str]:
    """Descriptions of the operators that the graphs hold."""
    used = np.unique(graphs.index[graphs.mask])
    return {operator.text for row in used.tolist() for operator in graphs.kinds[row].operators}
