"""The predictors of the TG-NAS paper.

- `tgnas-nb101` (section 3.3) is trained on the NAS-Bench-101 table. It is zero-shot on NAS-Bench-201, whose labels are used
  only to measure it after the training.
- `tgnas-nb101-nb201` (section 4.3), for DARTS cells, is trained on NAS-Bench-101 together with NAS-Bench-201, whose label
  amalgamates CIFAR-10, CIFAR-100 and ImageNet16-120. So it has seen both benchmarks and is measured on others, above all on
  DARTS-like cells.
"""

from __future__ import annotations

from nasport.models.tgnas_training import TrainingConfig
from nasport.toolkit.laboratory.recipes.tgnas_recipe import TaughtTable, TgnasRecipe
from nasport.toolkit.laboratory.recipes.transfer import UnseenLabel
from nasport.toolkit.laboratory.tables import NASBENCH101_LABEL, NASBENCH201_DATASETS, TRANSNAS_TASKS

_NASBENCH101 = TaughtTable(
    "nasbench101", (NASBENCH101_LABEL,), "CIFAR-10 validation accuracy after 108 epochs, best of three runs"
)
_NASBENCH201 = TaughtTable(
    "nasbench201",
    tuple(f"{dataset}_val" for dataset in NASBENCH201_DATASETS),
    "validation accuracy after 200 epochs, mean over seeds, amalgamated from CIFAR-10, CIFAR-100 and ImageNet16-120",
)
_OTHERS = (
    "nasbench301",
    "transnas_micro",
    "transnas_macro",
    "nasbench_macro",
    "nds",
    "darts",
    "nasbench_nlp",
)
_NDS = "minus_top1_error"

_RECIPES = (
    TgnasRecipe(
        name="tgnas-nb101",
        description="The predictor of the TG-NAS paper, trained on NAS-Bench-101.",
        taught=(_NASBENCH101,),
        training=TrainingConfig(),
        never_saw=("nasbench201", *_OTHERS),
        unseen=tuple(
            UnseenLabel("nasbench201", f"{dataset}_{split}", "nasbench201", dataset, split)
            for dataset in NASBENCH201_DATASETS
            for split in ("test", "val")
        ),
    ),
    TgnasRecipe(
        name="tgnas-nb101-nb201",
        description="The predictor of the TG-NAS paper's section 4.3, trained on NAS-Bench-101 and NAS-Bench-201, for DARTS cells.",
        taught=(_NASBENCH101, _NASBENCH201),
        # About as many steps as `tgnas-nb101` takes in 40 epochs on its 30,001 cells.
        training=TrainingConfig(epochs=26),
        never_saw=_OTHERS,
        unseen=(
            UnseenLabel("nds_darts", _NDS, "nds DARTS_in", "ImageNet", "test"),
            UnseenLabel("nds_enas", _NDS, "nds ENAS_in", "ImageNet", "test"),
            UnseenLabel("nasbench301", "val_accuracy", "nasbench301 surrogate", "cifar10", "val"),
            *(
                UnseenLabel("transnas_micro", task, "transnas_micro (sibling of nasbench201)", task, "val")
                for task in TRANSNAS_TASKS
            ),
        ),
    ),
)
BUNDLES = {recipe.name: recipe for recipe in _RECIPES}
