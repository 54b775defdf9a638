"""NAS-Bench-201 (Dong and Yang 2020), and zero-cost proxies of its cells (NAS-Bench-Suite-Zero, Krishnakumar et al. 2022)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import csv_columns

NASBENCH201_FILE = "nasbench201.csv.gz"
NASBENCH201_DATASETS = ("cifar10", "cifar100", "ImageNet16-120")

PROXIES_FILE = "nasbench201_zero_cost_proxies.csv.gz"
PROXIES = (
    "epe_nas",
    "fisher",
    "flops",
    "grad_norm",
    "grasp",
    "jacov",
    "l2_norm",
    "nwot",
    "params",
    "plain",
    "snip",
    "synflow",
    "zen",
)


def read_nasbench201(folder: Path | None = None) -> LabelledTable:
    """All cells in the official order, with labels `DATASET_val` and `DATASET_test` in per cent.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    names = [f"{dataset}_{split}" for dataset in NASBENCH201_DATASETS for split in ("val", "test")]
    measured = {name: f"{name}_mean_seeds" for name in names}
    columns = csv_columns(folder, NASBENCH201_FILE, ("arch_str", *measured.values()))
    labels = {name: columns.numbers(column) for name, column in measured.items()}
    return LabelledTable("nasbench201", "nasbench201", columns.texts("arch_str"), labels)


@dataclass(frozen=True)
class ProxyTable:
    """What zero-cost proxies say of NAS-Bench-201 cells, computed on CIFAR-10.

    Attributes:
        texts: G cells in NAS-Bench-201's notation.
        proxies: by name, (G,) float64, as the table has them: a proxy is meant to be higher for better cells, and one
            that is not has a negative correlation.
    """

    texts: tuple[str, ...]
    proxies: Mapping[str, NDArray[np.float64]]


def read_proxies(folder: Path | None = None) -> ProxyTable:
    """The 13 proxies of those cells for which the table has them.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    columns = csv_columns(folder, PROXIES_FILE, ("net_str", *PROXIES))
    return ProxyTable(columns.texts("net_str"), {name: columns.numbers(name) for name in PROXIES})
