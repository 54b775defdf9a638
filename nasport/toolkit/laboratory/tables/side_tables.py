"""Further measurements of a space's architectures: latencies, and published zero-cost proxies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.tables.labeled_table import LabeledTable
from nasport.toolkit.laboratory.tables.text_files import csv_columns

# By space: file and column of the architectures.
_LATENCIES = {
    "nasbench201": ("latency_nasbench201.csv.gz", "arch_str"),
    "fbnet": ("latency_fbnet.csv.gz", "ops22"),
}
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


def read_latencies(space: str, folder: Path | None = None) -> LabeledTable:
    """Read latencies that HELP (Lee et al. 2021) publishes, on phones, boards, CPUs and GPUs.

    The labels are milliseconds, lower is better. Their names are devices, followed by the batch size if a device has several.

    Args:
        space: `nasbench201` or `fbnet`.
        folder: folder of the tables; None for that of NASPORT_DATA.

    Raises:
        InputError: an unknown space, a missing folder or table, or a wrong row.
    """
    if space not in _LATENCIES:
        raise InputError(f"no latencies for the space {space!r:.80}, expected one of {', '.join(_LATENCIES)}")
    file, key = _LATENCIES[space]
    columns = csv_columns(folder, file, (key,), with_others=True)
    milliseconds = {name: columns.numbers(name) for name in columns.values if name != key}
    return LabeledTable(space, space, columns.texts(key), milliseconds)


def read_proxies(folder: Path | None = None) -> LabeledTable:
    """Read the 13 proxies of NAS-Bench-Suite-Zero (Krishnakumar et al. 2022) for its 9,445 cells of NAS-Bench-201.

    They were computed on CIFAR-10. Higher values are meant to be better, but the correlation of a proxy may be negative.

    Args:
        folder: folder of the tables; None for that of NASPORT_DATA.

    Raises:
        InputError: a missing folder, table or column, or a wrong row.
    """
    columns = csv_columns(folder, PROXIES_FILE, ("net_str", *PROXIES))
    proxies = {name: columns.numbers(name) for name in PROXIES}
    return LabeledTable("nasbench201", "nasbench201", columns.texts("net_str"), proxies)


SIDE_READERS: Mapping[str, Callable[[Path], LabeledTable]] = {
    PROXIES_FILE: read_proxies,
    **{file: partial(read_latencies, space) for space, (file, _) in _LATENCIES.items()},
}
"""Readers by file."""
