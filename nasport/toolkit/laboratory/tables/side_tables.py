"""What is known of a space's architectures besides their quality: latencies, and zero-cost proxies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.tables.labeled_table import LabeledTable
from nasport.toolkit.laboratory.tables.text_files import csv_columns

# By space: the file and its column of architectures.
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
    """Latencies that HELP (Lee et al. 2021) publishes, on phones, boards, CPUs and GPUs.

    The labels are milliseconds by device, with the batch size behind it where it has several; lower is better.

    Args:
        space: `nasbench201` or `fbnet`.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: no such space; the folder or the table is missing; a row is wrong.
    """
    if space not in _LATENCIES:
        raise InputError(f"no latencies of {space!r:.80}, expected one of {', '.join(_LATENCIES)}")
    file, key = _LATENCIES[space]
    columns = csv_columns(folder, file, (key,), with_others=True)
    milliseconds = {name: columns.numbers(name) for name in columns.values if name != key}
    return LabeledTable(space, space, columns.texts(key), milliseconds)


def read_proxies(folder: Path | None = None) -> LabeledTable:
    """The 13 proxies of NAS-Bench-Suite-Zero (Krishnakumar et al. 2022), of those cells of NAS-Bench-201 that it has.

    They were computed on CIFAR-10. A proxy is meant to be higher for better cells; one that is not has a negative
    correlation.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    columns = csv_columns(folder, PROXIES_FILE, ("net_str", *PROXIES))
    proxies = {name: columns.numbers(name) for name in PROXIES}
    return LabeledTable("nasbench201", "nasbench201", columns.texts("net_str"), proxies)


SIDE_READERS: Mapping[str, Callable[[Path], LabeledTable]] = {
    PROXIES_FILE: read_proxies,
    **{file: partial(read_latencies, space) for space, (file, _) in _LATENCIES.items()},
}
"""By file."""
