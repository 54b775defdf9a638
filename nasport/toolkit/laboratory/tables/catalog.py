"""The tables: which file, how it is written, and on what each of their labels was measured. Higher labels are better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from nasport.schemas.plugins import Registry, not_callable
from nasport.toolkit.laboratory.tables import layouts
from nasport.toolkit.laboratory.tables.labeled_table import LabeledTable


class LabelFacts(NamedTuple):
    """On what a label was measured.

    Attributes:
        dataset: the data set, or TransNAS-Bench-101's task.
        split: `val` or `test`; empty where the table does not say.
    """

    dataset: str
    split: str = ""


@dataclass(frozen=True)
class Table:
    """One benchmark.

    Attributes:
        file: its name, one of `FILES`, which say whose it is.
        title: what manifests and cards call it.
        architectures: how many have a label.
        layout: reads the file.
        labels: by name, what they are.
        main: the label that stands for the table in pictures; empty: its first.
        notation: of the architectures; empty: the one with the table's name.
        column: of a label in the file, with `{}` for the label's name.
        lower_is_better: in the file; the label is minus the column.
    """

    file: str
    title: str
    architectures: int
    layout: layouts.Layout
    labels: Mapping[str, LabelFacts]
    main: str = ""
    notation: str = ""
    column: str = "{}"
    lower_is_better: bool = False

    @property
    def main_label(self) -> str:
        """The label that stands for the table in pictures."""
        return self.main or next(iter(self.labels))

    @property
    def columns(self) -> tuple[str, ...]:
        """Where the labels stand in the file, in their order."""
        return tuple(map(self.column.format, self.labels))


NASBENCH101_LABEL = "vis_val_e108_best_of_3"
NASBENCH201_DATASETS = ("cifar10", "cifar100", "ImageNet16-120")
TRANSNAS_TASKS = (
    "class_scene",
    "class_object",
    "autoencoder",
    "normal",
    "jigsaw",
    "room_layout",
    "segmentsemantic",
)
_NDS_SPACES = {
    "nds_darts": ("DARTS_in", 121),
    "nds_enas": ("ENAS_in", 117),
    "nds_resnext_a": ("ResNeXt-A_in", 130),
    "nds_darts_fixed": ("DARTS_fix-w-d_in", 499),  # trained for 5 epochs only
}

TABLES: Mapping[str, Table] = {
    # Ying et al. 2019: cells of at most seven vertices, accuracy as a fraction after 108 epochs, the best of three runs.
    "nasbench101": Table(
        "nasbench101.csv.gz",
        "NAS-Bench-101",
        30_001,
        layouts.nasbench101,
        {NASBENCH101_LABEL: LabelFacts("cifar10", "val")},
    ),
    # Dong and Yang 2020: all cells in the official order; per cent.
    "nasbench201": Table(
        "nasbench201.csv.gz",
        "NAS-Bench-201",
        15_625,
        layouts.csv_table("arch_str"),
        {
            f"{name}_{split}": LabelFacts(name, split)
            for name in NASBENCH201_DATASETS
            for split in ("val", "test")
        },
        main="cifar10_test",
        column="{}_mean_seeds",
    ),
    # TransNAS-Bench-101 (Duan et al. 2021), at the best epoch of the validation part. Accuracies and the segmentation's
    # in per cent, `autoencoder` and `normal` structural similarity, `room_layout` minus the loss.
    "transnas_micro": Table(
        "transnasbench101_micro.csv.gz",
        "TransNAS-Bench-101 micro",
        4_096,
        layouts.csv_table("arch_str"),
        {task: LabelFacts(task, "val") for task in TRANSNAS_TASKS},
        main="class_object",
        column="{}_val_best_epoch",
    ),
    # 3,255 of the 3,256 networks. The source does not say of which split.
    "transnas_macro": Table(
        "transnasbench101_macro.csv.gz",
        "TransNAS-Bench-101 macro",
        3_255,
        layouts.csv_table("arch_str"),
        {task: LabelFacts(task) for task in TRANSNAS_TASKS},
        main="class_object",
    ),
    # Su et al. 2021: eight layers of three choices; per cent, the mean of three runs.
    "nasbench_macro": Table(
        "nasbench_macro.json.gz",
        "NAS-Bench-Macro",
        6_561,
        layouts.nasbench_macro,
        {"cifar10_test": LabelFacts("cifar10", "test")},
        column="test_acc",
    ),
    # Zela et al. 2022: DARTS cells with the accuracy in per cent that its surrogate predicts; they were never trained.
    "nasbench301": Table(
        "nasbench301_surrogate.json.gz",
        "NAS-Bench-301",
        725,
        layouts.nasbench301,
        {"val_accuracy": LabelFacts("cifar10 (surrogate)", "val")},
    ),
    # From the code of SWAP-NAS, which does not describe the training: 10 to 87 per cent. Normal and reduction cell are the
    # same; two thirds hold the operator `none`, which the published search leaves out.
    "darts_small": Table(
        "darts_small.csv.gz",
        "DARTS small trainings",
        498,
        layouts.csv_table("genotype"),
        {"cifar10_accuracy": LabelFacts("cifar10")},
        notation="darts",
    ),
    # Ahmad et al. 2024: MnasNet's blocks, trained on ImageNet with a short recipe that all share; per cent.
    "accel_nasbench": Table(
        "accel_nasbench.csv.gz",
        "Accel-NASBench",
        5_125,
        layouts.accel_nasbench,
        {"imagenet_val_top1": LabelFacts("imagenet", "val")},
    ),
    # Wei et al. 2024: vision transformers of AutoFormer's space; per cent. From scratch (`base`), distilled (`kd`), and
    # with the weights of a supernet that are not trained any further.
    "vit_bench_101": Table(
        "autoformer_100.json.gz",
        "AutoFormer",
        100,
        layouts.vit_bench_101,
        {
            "c100_base_acc": LabelFacts("cifar100"),
            "c100_kd_acc": LabelFacts("cifar100 (distilled)"),
            "flower_base_acc": LabelFacts("flowers"),
            "flower_kd_acc": LabelFacts("flowers (distilled)"),
            "chaoyang_base_acc": LabelFacts("chaoyang"),
            "chaoyang_kd_acc": LabelFacts("chaoyang (distilled)"),
            "imagenet_super_acc": LabelFacts("imagenet (inherited weights)"),
        },
    ),
    # Radosavovic et al. 2019: networks trained on ImageNet; minus the least top-1 error over the epochs, in per cent. The
    # other spaces of the file vary the optimizer at random or repeat trainings, and are left aside.
    **{
        table: Table(
            "nds_public.jsonl.gz",
            f"NDS {space}",
            count,
            layouts.nds(space),
            {"minus_top1_error": LabelFacts("imagenet", "test")},
            notation="nds",
            column="min_test_top1_err",
            lower_is_better=True,
        )
        for table, (space, count) in _NDS_SPACES.items()
    },
    # Klyuchnikov et al. 2020: recurrent cells, minus the final test loss on the Penn Treebank. Cells whose training broke
    # off, and those trained on WikiText-2, are left aside.
    "nasbench_nlp": Table(
        "nasbench_nlp_public.jsonl.gz",
        "NAS-Bench-NLP",
        5_862,
        layouts.nasbench_nlp,
        {"minus_test_loss": LabelFacts("ptb", "test")},
        column="test_loss_final",
        lower_is_better=True,
    ),
}


def read_table(name: str, folder: Path | None = None) -> LabeledTable:
    """The table of this name.

    Args:
        name: one of `READERS`.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: no such table is known, an extension's cannot be loaded, or the table's file is missing or wrong.
    """
    return READERS[name](folder)


def _shipped_table(name: str, folder: Path | None) -> LabeledTable:
    table = TABLES[name]
    texts, columns = table.layout(folder, table.file, table.columns)
    labels = (-values if table.lower_is_better else values for values in columns)
    return LabeledTable(
        name, table.notation or name, tuple(texts), dict(zip(table.labels, labels, strict=True))
    )


# Other packages add tables of their own (docs/guides/extending.md).
READERS: Registry[Callable[[Path | None], LabeledTable]] = Registry(
    "nasport.tables", "table", {name: partial(_shipped_table, name) for name in TABLES}, not_callable
)
