"""TransNAS-Bench-101, micro (Duan et al. 2021): one cell space, trained for seven tasks."""

from __future__ import annotations

from pathlib import Path

from nasport.models.tables.files import csv_columns
from nasport.models.tables.labelled import LabelledTable

TRANSNAS_MICRO_FILE = "transnasbench101_micro.csv.gz"
TRANSNAS_TASKS = (
    "class_scene",
    "class_object",
    "autoencoder",
    "normal",
    "jigsaw",
    "room_layout",
    "segmentsemantic",
)


def read_transnas_micro(folder: Path | None = None) -> LabelledTable:
    """All 4,096 cells; a label for each task, on the validation part at its best epoch.

    Accuracies and the segmentation's in per cent, `autoencoder` and `normal` structural similarity, `room_layout` minus
    the loss.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    measured = {task: f"{task}_val_best_epoch" for task in TRANSNAS_TASKS}
    columns = csv_columns(folder, TRANSNAS_MICRO_FILE, ("arch_str", *measured.values()))
    labels = {task: columns.numbers(column) for task, column in measured.items()}
    return LabelledTable("transnas_micro", "transnas_micro", columns.texts("arch_str"), labels)
