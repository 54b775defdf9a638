"""NAS-Bench-Macro (Su et al. 2021): eight layers of three choices, each network trained three times on CIFAR-10."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import checked_object, finite, json_object

NASBENCH_MACRO_FILE = "nasbench_macro.json.gz"
NASBENCH_MACRO_LABEL = "cifar10_test"
_RUNS = 3


def read_nasbench_macro(folder: Path | None = None) -> LabelledTable:
    """All 6,561 networks with `NASBENCH_MACRO_LABEL`, test accuracy in per cent, the mean of three runs.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder or the table is missing; an entry is wrong.
    """
    file, entries = json_object(folder, NASBENCH_MACRO_FILE)
    values = np.array([_mean(file, text, entry) for text, entry in entries.items()], np.float64)
    return LabelledTable("nasbench_macro", "nasbench_macro", tuple(entries), {NASBENCH_MACRO_LABEL: values})


def _mean(file: str, text: str, entry: Any) -> float:
    path = (text, "test_acc")
    runs = checked_object(entry, file, (text,)).get("test_acc")
    if not isinstance(runs, list) or len(runs) != _RUNS:
        raise InputError(f"{runs!r:.60}, expected the accuracies of {_RUNS} runs", file=file, path=path)
    return sum(finite(run, file, (*path, place)) for place, run in enumerate(runs)) / _RUNS
