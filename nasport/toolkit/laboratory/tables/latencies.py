"""Latencies that HELP (Lee et al. 2021) publishes of NAS-Bench-201 and of FBNet's space, on phones, boards, CPUs and GPUs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.tables.text_files import csv_columns

# By space: the file, its column of architectures and their notation.
LATENCY_TABLES = {
    "nasbench201": ("latency_nasbench201.csv.gz", "arch_str", "nasbench201"),
    "fbnet": ("latency_fbnet.csv.gz", "ops22", "fbnet"),
}


@dataclass(frozen=True)
class LatencyTable:
    """How long architectures of one space take.

    Attributes:
        notation: name of the notation of `texts`.
        texts: G architectures, one line each.
        milliseconds: by device, with the batch size behind it where it has several; (G,) float64, lower is better.
    """

    notation: str
    texts: tuple[str, ...]
    milliseconds: Mapping[str, NDArray[np.float64]]


def read_latencies(space: str, folder: Path | None = None) -> LatencyTable:
    """All architectures of a space with their latencies.

    Args:
        space: a key of `LATENCY_TABLES`.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: no such space; the folder or the table is missing; a row is wrong.
    """
    if space not in LATENCY_TABLES:
        raise InputError(f"no latencies of {space!r:.80}, expected one of {', '.join(LATENCY_TABLES)}")
    file, key, notation = LATENCY_TABLES[space]
    columns = csv_columns(folder, file, (key,), with_others=True)
    milliseconds = {name: columns.numbers(name) for name in columns.values if name != key}
    return LatencyTable(notation, columns.texts(key), milliseconds)
