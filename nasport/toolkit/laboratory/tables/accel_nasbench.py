"""Accel-NASBench (Ahmad et al. 2024): MnasNet's blocks, trained on ImageNet with a short recipe that all share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import csv_columns

ACCEL_NASBENCH_FILE = "accel_nasbench.csv.gz"
ACCEL_NASBENCH_LABEL = "imagenet_val_top1"
_BLOCKS = 7
_KEYS = ("e", "k", "l", "se")


def read_accel_nasbench(folder: Path | None = None) -> LabelledTable:
    """5,125 networks with `ACCEL_NASBENCH_LABEL`, top-1 accuracy in per cent; of the 13 measured twice the mean.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    names = [[f"block{place}_{key}" for place in range(_BLOCKS)] for key in _KEYS]
    columns = csv_columns(
        folder, ACCEL_NASBENCH_FILE, (*(name for row in names for name in row), ACCEL_NASBENCH_LABEL)
    )
    # Of each network the lists of its expansions, kernels, layers and squeezes.
    lists = [[", ".join(row) for row in zip(*map(columns.texts, row), strict=True)] for row in names]
    texts = [f"[[{'], ['.join(row)}]]" for row in zip(*lists, strict=True)]
    measured: dict[str, list[float]] = {}
    for text, value in zip(texts, columns.numbers(ACCEL_NASBENCH_LABEL), strict=True):
        measured.setdefault(text, []).append(float(value))
    labels = {ACCEL_NASBENCH_LABEL: np.array([np.mean(values) for values in measured.values()], np.float64)}
    return LabelledTable("accel_nasbench", "accel_nasbench", tuple(measured), labels)
