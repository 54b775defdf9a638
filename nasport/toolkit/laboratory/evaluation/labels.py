"""Labels of the tables: what they measure, their order, and groups of them."""

from __future__ import annotations

from typing import NamedTuple

from nasport.toolkit.laboratory.tables import TABLES, TRANSNAS_TASKS, LabelFacts


class Group(NamedTuple):
    """Labels whose mean is reported in addition.

    Attributes:
        name: name of the mean.
        members: pairs of space and label.
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
    """Return what a label of a table measures; for a label of an extension only its name."""
    return _known(space).get(label, LabelFacts(label))


def label_words(space: str, label: str) -> str:
    """Return data set and split of a label as text."""
    return " ".join(part for part in facts(space, label) if part)


def is_main(space: str, label: str) -> bool:
    """Return whether a label represents its table in pictures."""
    return space in TABLES and TABLES[space].main_label == label


def order(space: str, label: str) -> tuple[int, str]:
    """Return a sort key of a table's labels: data sets in the order of the table, the test before the validation."""
    datasets = [known.dataset for known in _known(space).values()]
    found = facts(space, label)
    return datasets.index(found.dataset) if label in _known(space) else len(datasets), found.split


def _known(space: str) -> dict[str, LabelFacts]:
    return dict(TABLES[space].labels) if space in TABLES else {}
