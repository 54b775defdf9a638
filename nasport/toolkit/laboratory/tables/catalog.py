"""The benchmark tables: their files, their layouts, and what each label measures. Higher labels are better."""

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
    """What a label measures.

    Attributes:
        dataset: data set, or task of TransNAS-Bench-101.
        split: `val` or `test`; empty if the table does not say.
    """

    dataset: str
    split: str = ""


@dataclass(frozen=True)
class Table:
    """A benchmark table.

    Attributes:
        file: name of the file, a key of `FILES`.
        title: name in manifests and cards.
        architectures: number of architectures with a label.
        layout: function that reads the file.
        labels: by name, what they measure.
        main: label that represents the table in pictures; empty for the first.
        notation: notation of the architectures; empty for the one with the name of the table.
        column: column of a label in the file, with `{}` for the name of the label.
        lower_is_better: whether lower values of the columns are better; the labels are then minus the columns.
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
        """Label that represents the table in pictures."""
        return self.main or next(iter(self.labels))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the labels in the file, in their order."""
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
    # Ying et al. 2019: cells of at most seven vertices; accuracy as a fraction after 108 epochs, best of three runs.
    "nasbench101": Table(
        "nasbench101.csv.gz",
        "NAS-Bench-101",
        30_001,
        layouts.nasbench101,
        {NASBENCH101_LABEL: LabelFacts("cifar10", "val")},
    ),
    # Dong and Yang 2020: all cells in the official order; accuracy in percent.
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
    # TransNAS-Bench-101 (Duan et al. 2021), best epoch on the validation data: accuracy and segmentation in percent,
    # structural similarity for `autoencoder` and `normal`, minus the loss for `room_layout`.
    "transnas_micro": Table(
        "transnasbench101_micro.csv.gz",
        "TransNAS-Bench-101 micro",
        4_096,
        layouts.csv_table("arch_str"),
        {task: LabelFacts(task, "val") for task in TRANSNAS_TASKS},
        main="class_object",
        column="{}_val_best_epoch",
    ),
    # 3,255 of the 3,256 networks. The source does not name the split.
    "transnas_macro": Table(
        "transnasbench101_macro.csv.gz",
        "TransNAS-Bench-101 macro",
        3_255,
        layouts.csv_table("arch_str"),
        {task: LabelFacts(task) for task in TRANSNAS_TASKS},
        main="class_object",
    ),
    # Su et al. 2021: eight layers with three choices each; accuracy in percent, mean of three runs.
    "nasbench_macro": Table(
        "nasbench_macro.json.gz",
        "NAS-Bench-Macro",
        6_561,
        layouts.nasbench_macro,
        {"cifar10_test": LabelFacts("cifar10", "test")},
        column="test_acc",
    ),
    # Zela et al. 2022: DARTS cells with the accuracy in percent that the surrogate predicts; they were not trained.
    "nasbench301": Table(
        "nasbench301_surrogate.json.gz",
        "NAS-Bench-301",
        725,
        layouts.nasbench301,
        {"val_accuracy": LabelFacts("cifar10 (surrogate)", "val")},
    ),
    # From the code of SWAP-NAS, which does not describe the training; accuracies of 10 to 87 percent. Normal and reduction
    # cell are equal; two thirds of the cells have the operator `none`, which the published search excludes.
    "darts_small": Table(
        "darts_small.csv.gz",
        "DARTS small trainings",
        498,
        layouts.csv_table("genotype"),
        {"cifar10_accuracy": LabelFacts("cifar10")},
        notation="darts",
    ),
    # Ahmad et al. 2024: MnasNet's blocks, all trained on ImageNet with the same short schedule; accuracy in percent.
    "accel_nasbench": Table(
        "accel_nasbench.csv.gz",
        "Accel-NASBench",
        5_125,
        layouts.accel_nasbench,
        {"imagenet_val_top1": LabelFacts("imagenet", "val")},
    ),
    # Wei et al. 2024: vision transformers of AutoFormer's space; accuracy in percent when trained from scratch (`base`),
    # distilled (`kd`), or with the weights of a supernet.
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
    # Radosavovic et al. 2019: networks trained on ImageNet; minus the lowest top-1 error of all epochs, in percent. The
    # other spaces of the file are ignored, because they vary the optimizer at random or repeat trainings.
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
    # Klyuchnikov et al. 2020: recurrent cells, minus the final test loss on the Penn Treebank. Cells with an incomplete
    # training and cells trained on WikiText-2 are ignored.
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
    """Read a table.

    Args:
        name: name of the table, a key of `READERS`.
        folder: folder of the tables; None for that of NASPORT_DATA.

    Raises:
        InputError: an unknown table, an extension that cannot be loaded, or a file that is missing or wrong.
    """
    return READERS[name](folder)


def _shipped_table(name: str, folder: Path | None) -> LabeledTable:
    table = TABLES[name]
    texts, columns = table.layout(folder, table.file, table.columns)
    labels = (-values if table.lower_is_better else values for values in columns)
    return LabeledTable(
        name, table.notation or name, tuple(texts), dict(zip(table.labels, labels, strict=True))
    )


# Other packages can add tables (docs/guides/extending.md).
READERS: Registry[Callable[[Path | None], LabeledTable]] = Registry(
    "nasport.tables", "table", {name: partial(_shipped_table, name) for name in TABLES}, not_callable
)
