"""DARTS cells trained on CIFAR-10 in a way that their source (the code of SWAP-NAS) does not describe: 10 to 87 per cent.

Normal and reduction cell are the same. Two thirds hold the operator `none`, which the published search leaves out.
"""

from __future__ import annotations

from pathlib import Path

from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import csv_columns

DARTS_SMALL_FILE = "darts_small.csv.gz"
DARTS_SMALL_LABEL = "cifar10_accuracy"


def read_darts_small(folder: Path | None = None) -> LabelledTable:
    """498 genotypes with `DARTS_SMALL_LABEL` in per cent.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    columns = csv_columns(folder, DARTS_SMALL_FILE, ("genotype", DARTS_SMALL_LABEL))
    labels = {DARTS_SMALL_LABEL: columns.numbers(DARTS_SMALL_LABEL)}
    return LabelledTable("darts_small", "darts", columns.texts("genotype"), labels)
