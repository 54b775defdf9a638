"""How the universal predictor is trained: on every table, or on all but one family.

Tables that share cells or a space with the left-out tables are left out too: NAS-Bench-201 and TransNAS-Bench-101 micro share a
cell; the NAS-Bench-301 surrogate, the DARTS networks of NDS and the small DARTS trainings share a space. The taught network
(`teaching.py`) learns without labels and is the same for all families.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.models.ranking import RankedTable, RankingConfig, train_to_rank
from nasport.models.universal_predictor import STATISTICS, UniversalPredictor
from nasport.runtime.encoding import EncodedBatch
from nasport.toolkit.laboratory.recipes.teaching import CONFIG, EVALUATORS, TEACHING, taught_predictor
from nasport.toolkit.laboratory.recipes.universal_tables import PreparedTable, prepare, scores, seen
from nasport.toolkit.laboratory.world.evaluations import FILE


@dataclass(frozen=True)
class TaughtTable:
    """A table to train on.

    Attributes:
        family: family of the table; tables of one family share a weight in the training.
        words: what the labels are, for the card.
        labels: names of the labels; empty for all.
    """

    family: str
    words: str
    labels: tuple[str, ...] = ()


# Training tables by name.
TAUGHT: Mapping[str, TaughtTable] = {
    "nasbench101": TaughtTable(
        "nasbench101", "CIFAR-10 validation accuracy after 108 epochs, best of three runs"
    ),
    "nasbench201": TaughtTable(
        "nasbench201",
        "validation accuracy on CIFAR-10, CIFAR-100 and ImageNet16-120",
        ("cifar10_val", "cifar100_val", "ImageNet16-120_val"),
    ),
    "transnas_micro": TaughtTable("nasbench201", "seven tasks, validation, best epoch"),
    "nasbench_macro": TaughtTable("mobile", "CIFAR-10 test accuracy, mean of three runs"),
    "accel_nasbench": TaughtTable("mobile", "ImageNet top-1 accuracy after a short training"),
    "transnas_macro": TaughtTable("transnas-macro", "seven tasks"),
    "nasbench301": TaughtTable("darts", "CIFAR-10 accuracy predicted by the surrogate"),
    "nds_darts": TaughtTable("darts", "ImageNet top-1 error"),
    "darts_small": TaughtTable("darts", "CIFAR-10 accuracy after small trainings"),
    "nds_enas": TaughtTable("enas", "ImageNet top-1 error"),
    "nds_resnext_a": TaughtTable("resnext", "ImageNet top-1 error"),
    "vit_bench_101": TaughtTable("autoformer", "CIFAR-100 accuracy, distilled", ("c100_kd_acc",)),
}

# By family: tables that are left out of the training.
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "nasbench201": ("nasbench201", "transnas_micro"),
    "nasbench201-with-transnas": ("nasbench201",),
    "nasbench101": ("nasbench101",),
    "transnas-micro": ("transnas_micro", "nasbench201"),
    "mobile": ("nasbench_macro", "accel_nasbench"),
    "transnas-macro": ("transnas_macro",),
    "darts": ("nasbench301", "nds_darts", "darts_small"),
    "nds": ("nds_darts", "nds_enas", "nds_resnext_a"),
    "autoformer": ("vit_bench_101",),
}
# By family: tables that are tested. The labels of `nds_darts_fixed` (five epochs) are tested but not trained on.
TESTED: Mapping[str, tuple[str, ...]] = {
    **LEFT_OUT,
    "nasbench201": ("nasbench201",),
    "transnas-micro": ("transnas_micro",),
    "darts": (*LEFT_OUT["darts"], "nds_darts_fixed"),
    "nds": (*LEFT_OUT["nds"], "nds_darts_fixed"),
}
# By family: evaluators that depend on its labels. The GenNAS task `search-N` was found with twenty labels of NAS-Bench-101.
TAINTED: Mapping[str, tuple[str, ...]] = {"nasbench101": ("gennas:search-N",)}

# The rule from which the training of the head starts: weights of predicted evaluator values (in standard deviations of the
# evaluator's values within one synthetic search space) and of statistics of the network.
CELL_OPINIONS = {"gennas:search-N": 0.3, "synflow": 0.2, "az_progressivity": 0.1}
CHAIN_OPINIONS = {"gennas:search-N": 0.2, "nwot": 0.2, "synflow": 0.1}
START = (
    {
        "size": 0.4,
        "skeleton": 0.6,
        "cell": 0.6,
        "poolings": -1.0,
        "short_paths": 3.5,
        "trained_depth": 1.0,
        **CELL_OPINIONS,
    },
    {"size": 1.0, **CHAIN_OPINIONS},
)
LEARNED = ("size", "cell", "poolings", "short_paths", "trained_depth", *CELL_OPINIONS)
TRAINING = RankingConfig(start=START, learned=(LEARNED, ()))


def settings(left_out: str | None) -> Mapping[str, Any]:
    """Return the JSON values that determine the trained predictor, besides the seed and the contents of the tables."""
    return {
        "tables": {name: asdict(TAUGHT[name]) for name in taught(left_out)},
        "statistics": list(STATISTICS),
        "judges": list(EVALUATORS),
        "judgements": hashlib.sha256(FILE.read_bytes()).hexdigest(),
        "model": asdict(CONFIG),
        "teaching": asdict(TEACHING),
        "training": asdict(training(left_out)),
    }


def training(left_out: str | None) -> RankingConfig:
    """Return the training settings of the head for a left-out family; None for no left-out family."""
    return TRAINING.without(TAINTED.get(left_out or "", ()))


def train_seed(
    left_out: str | None, seed: int, folder: Path | None = None
) -> Callable[[EncodedBatch], NDArray[np.float32]]:
    """Train a predictor and return the function that gives (B,) scores, higher is better.

    Args:
        left_out: family whose tables are not read; None to read all.
        seed: seed of the training.
        folder: folder of the tables; None for that of NASPORT_DATA.

    Raises:
        InputError: a table is missing or wrong.
    """
    model = trained(left_out, seed, folder)
    return lambda batch: scores(model, batch)


def trained(left_out: str | None, seed: int, folder: Path | None = None) -> UniversalPredictor:
    """Return the trained predictor; arguments as for `train_seed`."""
    tables = [
        RankedTable(TAUGHT[name].family, _seen(name, seed, folder), prepared(name, folder).targets)
        for name in taught(left_out)
    ]
    model = deepcopy(taught_predictor(seed))
    train_to_rank(model, tables, training(left_out), seed)
    return model


def taught(left_out: str | None) -> list[str]:
    """Return the names of the tables to train on."""
    dropped = () if left_out is None else LEFT_OUT[left_out]
    return [name for name in TAUGHT if name not in dropped]


@cache
def prepared(name: str, folder: Path | None) -> PreparedTable:
    """Return a table for the training, which is read once."""
    return prepare(name, TAUGHT[name].labels, folder)


@cache
def _seen(name: str, seed: int, folder: Path | None) -> Any:
    """Return the inputs of the head of a seed for a table."""
    return seen(taught_predictor(seed), prepared(name, folder).arrays)
