"""Benchmark tables to train on and to measure against: what somebody else trained, and how good it was.

The tables are no part of nasport. They are read from the folder that the environment variable NASPORT_DATA names; an
architecture stays the text that the benchmark writes it in, so that whoever reads a table chooses how to convert it.
Other packages add tables of their own (docs/extending.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nasport.schemas.plugins import Registry, not_callable
from nasport.toolkit.laboratory.tables.accel_nasbench import (
    ACCEL_NASBENCH_FILE,
    ACCEL_NASBENCH_LABEL,
    read_accel_nasbench,
)
from nasport.toolkit.laboratory.tables.darts_small import (
    DARTS_SMALL_FILE,
    DARTS_SMALL_LABEL,
    read_darts_small,
)
from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.latencies import LATENCY_TABLES, LatencyTable, read_latencies
from nasport.toolkit.laboratory.tables.nasbench101 import (
    NASBENCH101_FILE,
    NASBENCH101_LABEL,
    read_nasbench101,
)
from nasport.toolkit.laboratory.tables.nasbench201 import (
    NASBENCH201_DATASETS,
    NASBENCH201_FILE,
    PROXIES,
    PROXIES_FILE,
    ProxyTable,
    read_nasbench201,
    read_proxies,
)
from nasport.toolkit.laboratory.tables.nasbench301 import (
    NASBENCH301_FILE,
    NASBENCH301_LABEL,
    read_nasbench301,
)
from nasport.toolkit.laboratory.tables.nasbench_macro import (
    NASBENCH_MACRO_FILE,
    NASBENCH_MACRO_LABEL,
    read_nasbench_macro,
)
from nasport.toolkit.laboratory.tables.nds import NDS_FILE, NDS_LABEL, NDS_READERS, NDS_SPACES, read_nds
from nasport.toolkit.laboratory.tables.text_files import FOLDER_VARIABLE, data_folder
from nasport.toolkit.laboratory.tables.transnas import (
    TRANSNAS_MACRO_FILE,
    TRANSNAS_MICRO_FILE,
    TRANSNAS_TASKS,
    read_transnas_macro,
    read_transnas_micro,
)
from nasport.toolkit.laboratory.tables.vit_bench_101 import (
    VIT_BENCH_101_FILE,
    VIT_BENCH_101_LABELS,
    read_vit_bench_101,
)

__all__ = [
    "ACCEL_NASBENCH_FILE",
    "ACCEL_NASBENCH_LABEL",
    "DARTS_SMALL_FILE",
    "DARTS_SMALL_LABEL",
    "FOLDER_VARIABLE",
    "LATENCY_TABLES",
    "NASBENCH101_FILE",
    "NASBENCH101_LABEL",
    "NASBENCH201_DATASETS",
    "NASBENCH201_FILE",
    "NASBENCH301_FILE",
    "NASBENCH301_LABEL",
    "NASBENCH_MACRO_FILE",
    "NASBENCH_MACRO_LABEL",
    "NDS_FILE",
    "NDS_LABEL",
    "NDS_SPACES",
    "PROXIES",
    "PROXIES_FILE",
    "TABLES",
    "TABLE_FILES",
    "TRANSNAS_MACRO_FILE",
    "TRANSNAS_MICRO_FILE",
    "TRANSNAS_TASKS",
    "VIT_BENCH_101_FILE",
    "VIT_BENCH_101_LABELS",
    "LabelledTable",
    "LatencyTable",
    "ProxyTable",
    "data_folder",
    "read_accel_nasbench",
    "read_darts_small",
    "read_latencies",
    "read_nasbench101",
    "read_nasbench201",
    "read_nasbench301",
    "read_nasbench_macro",
    "read_nds",
    "read_proxies",
    "read_table",
    "read_transnas_macro",
    "read_transnas_micro",
    "read_vit_bench_101",
]

TABLES: Registry[Callable[[Path | None], LabelledTable]] = Registry(
    "nasport.tables",
    "table",
    {
        "nasbench101": read_nasbench101,
        "nasbench201": read_nasbench201,
        "transnas_micro": read_transnas_micro,
        "transnas_macro": read_transnas_macro,
        "nasbench_macro": read_nasbench_macro,
        "nasbench301": read_nasbench301,
        "darts_small": read_darts_small,
        "accel_nasbench": read_accel_nasbench,
        "vit_bench_101": read_vit_bench_101,
        **NDS_READERS,
    },
    not_callable,
)

# The file of each shipped table.
TABLE_FILES = {
    "nasbench101": NASBENCH101_FILE,
    "nasbench201": NASBENCH201_FILE,
    "transnas_micro": TRANSNAS_MICRO_FILE,
    "transnas_macro": TRANSNAS_MACRO_FILE,
    "nasbench_macro": NASBENCH_MACRO_FILE,
    "nasbench301": NASBENCH301_FILE,
    "darts_small": DARTS_SMALL_FILE,
    "accel_nasbench": ACCEL_NASBENCH_FILE,
    "vit_bench_101": VIT_BENCH_101_FILE,
    **dict.fromkeys(NDS_SPACES, NDS_FILE),
}


def read_table(name: str, folder: Path | None = None) -> LabelledTable:
    """The table of this name.

    Args:
        name: one of `TABLES`.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: no such table is known, an extension's cannot be loaded, or the table's file is missing or wrong.
    """
    return TABLES[name](folder)
