"""What the labels of the tables are, in which order they stand, and which belong together."""

from __future__ import annotations

from typing import NamedTuple

from nasport.toolkit.laboratory.tables import TABLES, TRANSNAS_TASKS, LabelFacts


class Group(NamedTuple):
    """Labels whose mean is reported besides.

    Attributes:
        name: of the mean.
        members: (space, label).
    """

    name: str
    members: tuple[tuple[str, str], ...]


GROUPS = (
    *(
        Group("mean of the 7 tasks", tuple((space, task) for task in TRANSNAS_TASKS))
        for space in ("transnas_micro", "transnas_macro")
    ),
    Group(
        "mean of DARTS, ENAS and ResNeXt-A",
        tuple((space, "minus_top1_error") for space in ("nds_darts", "nds_enas", "nds_resnext_a")),
    ),
)


def facts(space: str, label: str) -> LabelFacts:
    """What a label of a table is; of one that is not known here, its name."""
    return _known(space).get(label, LabelFacts(label))


def label_words(space: str, label: str) -> str:
    """Data set and split of a label."""
    return " ".join(part for part in facts(space, label) if part)


def is_main(space: str, label: str) -> bool:
    """Whether a label is the one that stands for its table in pictures."""
    return space in TABLES and TABLES[space].main_label == label


def order(space: str, label: str) -> tuple[int, str]:
    """Sorts the labels of a table: data sets as the table has them, of each the test before the validation."""
    datasets = [known.dataset for known in _known(space).values()]
    found = facts(space, label)
    return datasets.index(found.dataset) if label in _known(space) else len(datasets), found.split


def _known(space: str) -> dict[str, LabelFacts]:
    return dict(TABLES[space].labels) if space in TABLES else {}
