"""Labeled architectures on which scores are measured, with subsets of them and trivial baselines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.laboratory.evaluation.baselines import baselines
from nasport.toolkit.laboratory.evaluation.labels import label_words
from nasport.toolkit.laboratory.evaluation.tested_spaces import (
    ALL,
    TestedSpace,
    comparisons,
    load_space,
    path_subsets,
)
from nasport.toolkit.laboratory.tables import TABLES, data_folder, is_known_copy

Floats = NDArray[np.float64]

# Tables that are measured only on request, because image predictors cannot rank recurrent cells.
_ON_REQUEST = ("nasbench_nlp",)


@dataclass(frozen=True)
class Ground:
    """G labeled architectures.

    Attributes:
        name: name of the table or of the file.
        labels: by name, (G,) labels, higher is better; NaN if not measured.
        subsets: by name, (G,) whether an architecture belongs to the subset.
        baselines: by name, (G,) values, higher is meant to be better; NaN if unknown.
        space: the table with its architectures; None for a file of the user.
        known_copy: whether the table is the copy from which nasport's published results come; None if nasport has none.
    """

    name: str
    labels: Mapping[str, Floats]
    subsets: Mapping[str, NDArray[np.bool_]]
    baselines: Mapping[str, Floats]
    space: TestedSpace | None = None
    known_copy: bool | None = None

    def comparisons(self) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
        """Return every label with every subset, and the rows of the subset that have the label."""
        return comparisons(self.labels, self.subsets)

    def words(self, label: str) -> str:
        """Return the data set and split of a label."""
        return label_words(self.name, label)


def chosen_tables(requested: Sequence[str]) -> list[str]:
    """Return the requested tables; without a request, the tables in the folder of NASPORT_DATA.

    Raises:
        InputError: the folder is missing or holds no table.
    """
    if requested:
        return list(dict.fromkeys(requested))
    folder = data_folder()
    found = [
        name for name, table in TABLES.items() if (folder / table.file).is_file() and name not in _ON_REQUEST
    ]
    if not found:
        raise InputError(
            "holds none of the benchmark tables, expected at least one (see `nasport data`)", file=str(folder)
        )
    return found


def table_ground(name: str, labels: Sequence[str] = (), folder: Path | None = None) -> Ground:
    """Read a table with some of its labels.

    Args:
        name: name of the table.
        labels: names of labels; those that the table lacks are ignored; empty for all.
        folder: folder of the tables; None for that of NASPORT_DATA.

    Raises:
        InputError: the table is missing or wrong.
    """
    space = load_space(name, folder)
    chosen = {label: values for label, values in space.labels.items() if not labels or label in labels}
    known = is_known_copy(folder or data_folder(), TABLES[name].file) if name in TABLES else None
    return Ground(name, chosen, space.subsets, baselines(space), space, known)


def check_labels(labels: Sequence[str], tables: Sequence[str]) -> None:
    """Check that each label belongs to one of the tables; labels of an extension's table are not checked before it is read.

    Raises:
        InputError: a label belongs to none of the tables.
    """
    known = dict.fromkeys(label for name in tables if name in TABLES for label in TABLES[name].labels)
    for label in labels:
        if label not in known and all(name in TABLES for name in tables):
            near = did_you_mean(label, known)
            raise InputError(f"unknown label {label!r}{near}expected one of {', '.join(known)}")


def own_ground(name: str, labels: Mapping[str, Floats], batch: EncodedBatch | None) -> Ground:
    """Return labels of the user as a ground.

    Args:
        name: name for the output.
        labels: by name, (G,) labels, higher is better.
        batch: the G architectures; None if they are unknown, which leaves no baselines.
    """
    if batch is None:
        (first, *_) = labels.values()
        return Ground(name, labels, {ALL: np.ones(len(first), np.bool_)}, {})
    graphs = canonicalize(batch.graphs)
    subsets = path_subsets(graphs)
    return Ground(name, labels, subsets, baselines(TestedSpace(name, batch, graphs, labels, subsets, {})))
