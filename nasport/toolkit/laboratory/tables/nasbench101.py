"""NAS-Bench-101 (Ying et al. 2019): cells of at most seven vertices, trained on CIFAR-10."""

from __future__ import annotations

from pathlib import Path

from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import csv_columns

NASBENCH101_FILE = "nasbench101.csv.gz"

# Accuracy on CIFAR-10's validation part after 108 epochs, the best of three runs, as a fraction.
NASBENCH101_LABEL = "vis_val_e108_best_of_3"

_VERTICES, _BITS, _OPERATORS = "n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool"


def read_nasbench101(folder: Path | None = None) -> LabelledTable:
    """Cells as `n_vertices bits operators`, bits the upper triangle row by row, with `NASBENCH101_LABEL`.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    columns = csv_columns(folder, NASBENCH101_FILE, (_VERTICES, _BITS, _OPERATORS, NASBENCH101_LABEL))
    # A cell of two vertices has no operators.
    parts = (columns.texts(_VERTICES), columns.texts(_BITS), columns.values[_OPERATORS])
    texts = tuple(" ".join(part for part in row if part) for row in zip(*parts, strict=True))
    labels = {NASBENCH101_LABEL: columns.numbers(NASBENCH101_LABEL)}
    return LabelledTable("nasbench101", "nasbench101", texts, labels)
