"""How the universal predictor is trained: on every table, or on all but one family.

What is left out goes out with its siblings: NAS-Bench-201 and TransNAS-Bench-101 micro share a cell, the
NAS-Bench-301 surrogate and the DARTS networks of NDS share a space.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.models.path_predictor import STATISTICS, PathConfig, PathPredictor
from nasport.models.path_training import RankedTable, RankingConfig, train_to_rank
from nasport.runtime.encoding import EncodedBatch
from nasport.toolkit.laboratory.recipes.universal_tables import (
    PreparedTable,
    common_scale,
    prepare,
    scores,
)

# Labels to train on; empty: all of the table's. The validation accuracies of NAS-Bench-201 at 200 epochs.
TAUGHT: Mapping[str, tuple[str, ...]] = {
    "nasbench101": (),
    "nasbench201": ("cifar10_val", "cifar100_val", "ImageNet16-120_val"),
    "transnas_micro": (),
    "nasbench_macro": (),
    "nasbench301": (),
    "nds_darts": (),
    "nds_enas": (),
    "nds_resnext_a": (),
}

# Tables that are not read. Five epochs of training (`nds_darts_fixed`) are no label to learn, but a space to test on.
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "nasbench201": ("nasbench201", "transnas_micro"),
    "nasbench201-with-transnas": ("nasbench201",),
    "nasbench101": ("nasbench101",),
    "transnas-micro": ("transnas_micro", "nasbench201"),
    "nasbench-macro": ("nasbench_macro",),
    "nds": ("nds_darts", "nds_enas", "nds_resnext_a", "nasbench301"),
    "darts": ("nds_darts", "nasbench301"),
}

TESTED: Mapping[str, tuple[str, ...]] = {
    "nasbench201": ("nasbench201",),
    "nasbench201-with-transnas": ("nasbench201",),
    "nasbench101": ("nasbench101",),
    "transnas-micro": ("transnas_micro",),
    "nasbench-macro": ("nasbench_macro",),
    "nds": ("nds_darts", "nds_enas", "nds_resnext_a", "nasbench301", "nds_darts_fixed"),
    "darts": ("nds_darts", "nasbench301", "nds_darts_fixed"),
}

CONFIG = PathConfig()
TRAINING = RankingConfig()


def settings(left_out: str | None) -> Mapping[str, Any]:
    """JSON values on which the trained predictor depends, seed and tables' contents aside."""
    return {
        "tables": {name: list(TAUGHT[name]) for name in taught(left_out)},
        "statistics": list(STATISTICS),
        "model": asdict(CONFIG),
        "training": asdict(TRAINING),
    }


def train_seed(
    left_out: str | None, seed: int, folder: Path | None = None
) -> Callable[[EncodedBatch], NDArray[np.float32]]:
    """Train; what comes back gives (B,) scores, higher is better.

    Args:
        left_out: the family whose tables are not read; None: all are.
        seed: of the training.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: a table is missing or wrong.
    """
    model = trained(left_out, seed, folder)
    return lambda batch: scores(model, batch)


def trained(left_out: str | None, seed: int, folder: Path | None = None) -> PathPredictor:
    """The trained predictor; arguments as for `train_seed`."""
    tables = [prepared(name, folder) for name in taught(left_out)]
    scale = common_scale(tables)
    ranked = [RankedTable(table.statistics, table.targets) for table in tables]
    return train_to_rank(ranked, scale, CONFIG, TRAINING, seed)


def taught(left_out: str | None) -> list[str]:
    """Names of the tables to train on."""
    dropped = () if left_out is None else LEFT_OUT[left_out]
    return [name for name in TAUGHT if name not in dropped]


@cache
def prepared(name: str, folder: Path | None) -> PreparedTable:
    """A table as it is trained on, read once."""
    return prepare(name, TAUGHT[name], CONFIG, folder)
