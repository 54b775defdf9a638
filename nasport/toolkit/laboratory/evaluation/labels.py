"""What the labels of the tables are: data set and split as manifests and tables say them, and which belong together."""

from __future__ import annotations

from typing import NamedTuple

from nasport.toolkit.laboratory.tables import (
    ACCEL_NASBENCH_LABEL,
    DARTS_SMALL_LABEL,
    NASBENCH101_LABEL,
    NASBENCH201_DATASETS,
    NASBENCH301_LABEL,
    NASBENCH_MACRO_LABEL,
    NDS_LABEL,
    NDS_SPACES,
    TRANSNAS_TASKS,
    VIT_BENCH_101_LABELS,
)


class LabelFacts(NamedTuple):
    """On what a label was measured.

    Attributes:
        dataset: the data set, or TransNAS-Bench-101's task.
        split: `val` or `test`; empty where the table does not say.
    """

    dataset: str
    split: str


VIT_DATASETS = (
    "cifar100",
    "cifar100 (distilled)",
    "flowers",
    "flowers (distilled)",
    "chaoyang",
    "chaoyang (distilled)",
    "imagenet (inherited weights)",
)

FACTS: dict[tuple[str, str], LabelFacts] = {
    ("nasbench101", NASBENCH101_LABEL): LabelFacts("cifar10", "val"),
    **{
        ("nasbench201", f"{dataset}_{split}"): LabelFacts(dataset, split)
        for dataset in NASBENCH201_DATASETS
        for split in ("test", "val")
    },
    **{("transnas_micro", task): LabelFacts(task, "val") for task in TRANSNAS_TASKS},
    ("nasbench_macro", NASBENCH_MACRO_LABEL): LabelFacts("cifar10", "test"),
    ("nasbench301", NASBENCH301_LABEL): LabelFacts("cifar10 (surrogate)", "val"),
    **{(space, NDS_LABEL): LabelFacts("imagenet", "test") for space in NDS_SPACES},
    **{("transnas_macro", task): LabelFacts(task, "") for task in TRANSNAS_TASKS},
    ("darts_small", DARTS_SMALL_LABEL): LabelFacts("cifar10", ""),
    ("accel_nasbench", ACCEL_NASBENCH_LABEL): LabelFacts("imagenet", "val"),
    **{
        ("vit_bench_101", label): LabelFacts(dataset, "")
        for label, dataset in zip(VIT_BENCH_101_LABELS, VIT_DATASETS, strict=True)
    },
}

# The label that stands for its space in pictures.
MAIN_LABEL = {
    "nasbench101": NASBENCH101_LABEL,
    "nasbench201": "cifar10_test",
    "transnas_micro": "class_object",
    "transnas_macro": "class_object",
    "darts_small": DARTS_SMALL_LABEL,
    "accel_nasbench": ACCEL_NASBENCH_LABEL,
    "vit_bench_101": "c100_base_acc",
    "nasbench_macro": NASBENCH_MACRO_LABEL,
    "nasbench301": NASBENCH301_LABEL,
    **dict.fromkeys(NDS_SPACES, NDS_LABEL),
}


class Group(NamedTuple):
    """Labels whose mean is reported besides.

    Attributes:
        name: of the mean.
        members: (space, label).
    """

    name: str
    members: tuple[tuple[str, str], ...]


GROUPS = (
    Group("mean of the 7 tasks", tuple(("transnas_micro", task) for task in TRANSNAS_TASKS)),
    Group(
        "mean of DARTS, ENAS and ResNeXt-A",
        tuple((space, NDS_LABEL) for space in ("nds_darts", "nds_enas", "nds_resnext_a")),
    ),
)


def facts(space: str, label: str) -> LabelFacts:
    """What a label of a table is; of one that is not known here, its name."""
    return FACTS.get((space, label), LabelFacts(label, ""))


def order(space: str, label: str) -> int:
    """Where a label stands in tables: tests before validation, the rest as listed above."""
    known = list(FACTS)
    return known.index((space, label)) if (space, label) in FACTS else len(known)
