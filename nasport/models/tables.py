"""Benchmark tables to train on and to measure against: what somebody else trained, and how good it was.

The tables are no part of nasport. They are read from the folder that the environment variable NASPORT_DATA names; an
architecture stays the text that the benchmark writes it in, so that whoever reads a table chooses how to convert it.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import InputError

FOLDER_VARIABLE = "NASPORT_DATA"

NASBENCH101_FILE = "nasbench101.csv.gz"
NASBENCH201_FILE = "nasbench201.csv.gz"

# Accuracy on CIFAR-10's validation part after 108 epochs, the best of three runs, as a fraction.
NASBENCH101_LABEL = "vis_val_e108_best_of_3"
NASBENCH201_DATASETS = ("cifar10", "cifar100", "ImageNet16-120")


@dataclass(frozen=True)
class LabelledTable:
    """Architectures of one space and what was measured of them.

    Attributes:
        space: `nasbench101` or `nasbench201`, which is also the name of the notation of `texts`.
        texts: G architectures.
        labels: by name, (G,) float64, higher is better; NaN where nothing was measured.
    """

    space: str
    texts: tuple[str, ...]
    labels: Mapping[str, NDArray[np.float64]]

    def labelled(self, label: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """The architectures that have this label, and the label."""
        values = self.labels[label]
        rows = np.flatnonzero(~np.isnan(values))
        return tuple(self.texts[row] for row in rows), values[rows]


def data_folder() -> Path:
    """The folder of the tables.

    Raises:
        InputError: NASPORT_DATA is not set, or names no folder.
    """
    value = os.environ.get(FOLDER_VARIABLE)
    if not value:
        raise InputError(
            f"the environment variable {FOLDER_VARIABLE} must name the folder of benchmark tables"
        )
    folder = Path(value)
    if not folder.is_dir():
        raise InputError(f"{FOLDER_VARIABLE} names no folder", file=value)
    return folder


def read_nasbench101(folder: Path | None = None) -> LabelledTable:
    """NAS-Bench-101 cells as `n_vertices bits operators`, bits the upper triangle row by row, with `NASBENCH101_LABEL`.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing.
    """
    structure = ("n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool")
    rows = list(_rows(folder, NASBENCH101_FILE, (*structure, NASBENCH101_LABEL)))
    return LabelledTable(
        "nasbench101",
        tuple(" ".join(part for part in row[:3] if part) for row in rows),
        {NASBENCH101_LABEL: _numbers([row[3] for row in rows])},
    )


def read_nasbench201(folder: Path | None = None) -> LabelledTable:
    """All NAS-Bench-201 cells in the official order, with labels `DATASET_val` and `DATASET_test` in per cent.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing.
    """
    names = [f"{dataset}_{split}" for dataset in NASBENCH201_DATASETS for split in ("val", "test")]
    columns = ("arch_str", *(f"{name}_mean_seeds" for name in names))
    texts, *values = zip(*_rows(folder, NASBENCH201_FILE, columns), strict=True)
    labels = {name: _numbers(column) for name, column in zip(names, values, strict=True)}
    return LabelledTable("nasbench201", texts, labels)


def _rows(folder: Path | None, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The named columns of a gzipped CSV file, row by row."""
    path = (data_folder() if folder is None else folder) / name
    if not path.is_file():
        raise InputError(f"there is no such table in the folder that {FOLDER_VARIABLE} names", file=str(path))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            raise InputError(f"has no column {missing[0]!r}", file=str(path), line=1)
        places = [header.index(column) for column in columns]
        for row in reader:
            yield tuple(row[place] for place in places)


def _numbers(texts: tuple[str, ...] | list[str]) -> NDArray[np.float64]:
    return np.array([float(text) if text else np.nan for text in texts])
