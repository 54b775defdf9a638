"""TransNAS-Bench-101 (Duan et al. 2021): a space of cells, micro, and one of networks of blocks, macro, trained for seven tasks."""

from __future__ import annotations

from pathlib import Path

from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import csv_columns

TRANSNAS_MICRO_FILE = "transnasbench101_micro.csv.gz"
TRANSNAS_MACRO_FILE = "transnasbench101_macro.csv.gz"
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


def read_transnas_macro(folder: Path | None = None) -> LabelledTable:
    """3,255 of the 3,256 networks; a label for each task, as of the micro space. The source does not say of which split.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder, the table or a column is missing; a row is wrong.
    """
    columns = csv_columns(folder, TRANSNAS_MACRO_FILE, ("arch_str", *TRANSNAS_TASKS))
    labels = {task: columns.numbers(task) for task in TRANSNAS_TASKS}
    return LabelledTable("transnas_macro", "transnas_macro", columns.texts("arch_str"), labels)
