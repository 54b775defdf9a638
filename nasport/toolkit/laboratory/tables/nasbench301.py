"""NAS-Bench-301 (Zela et al. 2022): DARTS cells with the accuracy that its surrogate predicts; nobody trained these."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import checked_number, checked_object, json_object

NASBENCH301_FILE = "nasbench301_surrogate.json.gz"
NASBENCH301_LABEL = "val_accuracy"
_DATASET = "cifar10"


def read_nasbench301(folder: Path | None = None) -> LabelledTable:
    """725 pairs of cells with `NASBENCH301_LABEL`, predicted CIFAR-10 validation accuracy in per cent.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder or the table is missing; an entry is wrong.
    """
    file, datasets = json_object(folder, NASBENCH301_FILE)
    entries = checked_object(datasets.get(_DATASET), file, (_DATASET,))
    values = np.array(
        [
            checked_number(
                checked_object(entry, file, (_DATASET, text)), NASBENCH301_LABEL, file, (_DATASET, text)
            )
            for text, entry in entries.items()
        ],
        np.float64,
    )
    return LabelledTable("nasbench301", "nasbench301", tuple(entries), {NASBENCH301_LABEL: values})
