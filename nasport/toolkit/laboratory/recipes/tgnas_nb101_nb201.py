"""`tgnas-nb101-nb201`: the predictor of the TG-NAS paper's section 4.3, for DARTS cells.

Trained on NAS-Bench-101 together with NAS-Bench-201, whose label amalgamates CIFAR-10, CIFAR-100 and ImageNet16-120. So it
has seen both benchmarks and is measured on others, above all on DARTS-like cells.
"""

from __future__ import annotations

from nasport.models.training import TrainingConfig
from nasport.toolkit.laboratory.recipes.tgnas_base import TaughtTable, TgnasRecipe
from nasport.toolkit.laboratory.recipes.tgnas_nb101 import NASBENCH101
from nasport.toolkit.laboratory.recipes.transfer import UnseenLabel
from nasport.toolkit.laboratory.tables import (
    NASBENCH201_DATASETS,
    NASBENCH301_LABEL,
    NDS_LABEL,
    TRANSNAS_TASKS,
)

NASBENCH201 = TaughtTable(
    "nasbench201",
    tuple(f"{dataset}_val" for dataset in NASBENCH201_DATASETS),
    "validation accuracy after 200 epochs, mean over seeds, amalgamated from CIFAR-10, CIFAR-100 and ImageNet16-120",
)

# About as many steps as `tgnas-nb101` takes in 40 epochs on its 30,001 cells.
TRAINING = TrainingConfig(epochs=26)

NOTES = """
The TG-NAS predictor as section 4.3 of its paper states it, for DARTS cells: sentence embeddings of the operators' short
descriptions {model}, trained on the tables of NAS-Bench-101 and NAS-Bench-201 together. Both are *seen*: no figure for
them is given here, and none would be zero-shot.

The paper amalgamates the normalised accuracies of NAS-Bench-201's three data sets, and does not say how, nor how labels
on two scales are mixed. Here the validation accuracy on each data set is standardised over the table (less its mean,
over its standard deviation), the mean of the three is standardised again, and so is NAS-Bench-101's label; a cell counts
the same whichever table it is from. All three data sets are in it: the paper's public code means to sum three normalised
columns and leaves ImageNet16-120 out. A score says how many standard deviations an architecture should lie above the
mean of its table, times that of NAS-Bench-101's accuracies, .038, so that scores are as large as those of `tgnas-nb101`:
good for ranking, not for its value. The parity below is in this unit; in standard deviations it is 7e-5, rounding on
random graphs whose scores go down to -50.

Everything else is as in `tgnas-nb101`: 30,001 public labels of NAS-Bench-101, cells of every space in the same canonical
form, the last epoch of seed 0, and its training settings, with 26 epochs for about as many steps as there. Nothing was
chosen on the spaces below.

The predictor reads cells, all of a document's (of a DARTS network both), not widths, depths or resolutions. On the
DARTS-like cells for which the paper trained it, it loses to counting parameters by far, and none of its mean correlations
is above zero: those graphs are larger than any it was trained on, and hold operators that it knows by their descriptions
alone. Count parameters there; this bundle is here to reproduce the paper. Trained without NAS-Bench-201 (seed 0 of
`tgnas-nb101`), Spearman's rho on the first three rows is .08, -.03 and .30.

TransNAS-Bench-101's micro cells were not trained on, but are those of NAS-Bench-201 without average pooling, in another
skeleton and on other tasks: a sibling, not an unseen topology. NAS-Bench-301's labels are a surrogate's predictions: nobody
trained those 725 networks.
"""

make = TgnasRecipe(
    name="tgnas-nb101-nb201",
    description="The predictor of the TG-NAS paper's section 4.3, trained on NAS-Bench-101 and NAS-Bench-201, for DARTS cells.",
    notes=NOTES,
    taught=(NASBENCH101, NASBENCH201),
    training=TRAINING,
    never_saw=(
        "nasbench301",
        "transnas_micro",
        "transnas_macro",
        "nasbench_macro",
        "nds",
        "darts",
        "nasbench_nlp",
    ),
    unseen=(
        UnseenLabel("nds_darts", NDS_LABEL, "nds DARTS_in", "ImageNet", "test"),
        UnseenLabel("nds_enas", NDS_LABEL, "nds ENAS_in", "ImageNet", "test"),
        UnseenLabel("nasbench301", NASBENCH301_LABEL, "nasbench301 surrogate", "cifar10", "val"),
        *(
            UnseenLabel("transnas_micro", task, "transnas_micro (sibling of nasbench201)", task, "val")
            for task in TRANSNAS_TASKS
        ),
    ),
).make
