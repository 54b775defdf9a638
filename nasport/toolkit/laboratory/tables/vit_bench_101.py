"""ViT-Bench-101 (Wei et al. 2024): vision transformers of AutoFormer's space, trained on three small data sets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import checked_number, checked_object, json_array

VIT_BENCH_101_FILE = "autoformer_100.json.gz"
# From scratch (`base`), distilled (`kd`), and with the weights of a supernet that are not trained any further.
VIT_BENCH_101_LABELS = (
    "c100_base_acc",
    "c100_kd_acc",
    "flower_base_acc",
    "flower_kd_acc",
    "chaoyang_base_acc",
    "chaoyang_kd_acc",
    "imagenet_super_acc",
)


def read_vit_bench_101(folder: Path | None = None) -> LabelledTable:
    """100 networks with `VIT_BENCH_101_LABELS`, accuracies in per cent.

    Args:
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder or the table is missing; an entry is wrong.
    """
    file, entries = json_array(folder, VIT_BENCH_101_FILE)
    texts, rows = [], []
    for place, entry in enumerate(entries):
        record = checked_object(entry, file, (place,))
        texts.append(json.dumps(checked_object(record.get("arch"), file, (place, "arch"))))
        rows.append([checked_number(record, label, file, (place,)) for label in VIT_BENCH_101_LABELS])
    values = np.array(rows, np.float64).reshape(-1, len(VIT_BENCH_101_LABELS))
    labels = {label: values[:, column] for column, label in enumerate(VIT_BENCH_101_LABELS)}
    return LabelledTable("vit_bench_101", "vit_bench_101", tuple(texts), labels)
