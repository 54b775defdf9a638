"""`tgnas-nb101`: the predictor of the TG-NAS paper (section 3.3), trained on the NAS-Bench-101 table.

Zero-shot on NAS-Bench-201: no label of it is used but to measure, after training.
"""

from __future__ import annotations

from nasport.models.training import TrainingConfig
from nasport.toolkit.laboratory.recipes.tgnas_base import TaughtTable, TgnasRecipe
from nasport.toolkit.laboratory.recipes.transfer import UnseenLabel
from nasport.toolkit.laboratory.tables import NASBENCH101_LABEL, NASBENCH201_DATASETS

NASBENCH101 = TaughtTable(
    "nasbench101", (NASBENCH101_LABEL,), "CIFAR-10 validation accuracy after 108 epochs, best of three runs"
)

NOTES = """
The TG-NAS predictor as its paper states it: sentence embeddings of the operators' short descriptions {model}; the
convolutions use D^-1/2 (A+I) D^-1/2. Where it differs from the paper's public code or leaves the paper: cells are
scored in canonical form (`none` and what lies on no input-output path are dropped), the labels are those 30,001 of the
423,624 cells that are public outside the original file, and the last epoch of seed 0 ships (the public code keeps the
epoch that ranks NAS-Bench-201 best, which uses its labels).

A score is the predicted CIFAR-10 validation accuracy less the mean of the training labels, as a fraction: good for
ranking, not for its value. The predictor reads cells, all of a document's, not widths, depths or resolutions. Compare
it with the trivial baselines in the table below before you rely on it: it is here to reproduce the paper.

The learning rate and the weight decay were chosen on held-out NAS-Bench-101 cells
(`NASPORT_DATA=TABLES python benchmarks/tgnas_holdout.py`), the width by the runtime's throughput, the 40 epochs by the
time of training.
"""

make = TgnasRecipe(
    name="tgnas-nb101",
    description="The predictor of the TG-NAS paper, trained on NAS-Bench-101.",
    notes=NOTES,
    taught=(NASBENCH101,),
    training=TrainingConfig(),
    never_saw=(
        "nasbench201",
        "nasbench301",
        "transnas_micro",
        "transnas_macro",
        "nasbench_macro",
        "nds",
        "darts",
        "nasbench_nlp",
    ),
    unseen=tuple(
        UnseenLabel("nasbench201", f"{dataset}_{split}", "nasbench201", dataset, split)
        for dataset in NASBENCH201_DATASETS
        for split in ("test", "val")
    ),
).make
