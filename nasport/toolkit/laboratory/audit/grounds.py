"""What scores are measured on: labels of architectures, subsets of them, and the baselines beside."""

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

# Scores of recurrent cells do not compare with others, and predictors of networks for images say nothing of them.
_ASKED_FOR = ("nasbench_nlp",)


@dataclass(frozen=True)
class Ground:
    """Labeled architectures.

    Attributes:
        name: of the table, or of the file.
        labels: by name, (G,) higher is better; NaN where not measured.
        subsets: by name, (G,) which architectures.
        baselines: by name, (G,) higher is meant to be better; NaN where not known.
        space: the table's architectures; None: they are not known, or not of a table.
        known_copy: whether the table is the copy that nasport's figures were measured with; None: it has no such copy.
    """

    name: str
    labels: Mapping[str, Floats]
    subsets: Mapping[str, NDArray[np.bool_]]
    baselines: Mapping[str, Floats]
    space: TestedSpace | None = None
    known_copy: bool | None = None

    def comparisons(self) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
        """Every label with every subset, and the rows of it that have the label."""
        return comparisons(self.labels, self.subsets)

    def words(self, label: str) -> str:
        """What a label is, for people."""
        return label_words(self.name, label)


def chosen_tables(asked: Sequence[str]) -> list[str]:
    """The tables that were asked for; of none, those in the folder of NASPORT_DATA.

    Raises:
        InputError: there is no such folder, or none of the tables in it.
    """
    if asked:
        return list(dict.fromkeys(asked))
    folder = data_folder()
    found = [
        name for name, table in TABLES.items() if (folder / table.file).is_file() and name not in _ASKED_FOR
    ]
    if not found:
        raise InputError("holds none of the tables (`nasport data`)", file=str(folder))
    return found


def table_ground(name: str, labels: Sequence[str] = (), folder: Path | None = None) -> Ground:
    """A table, with some of its labels.

    Args:
        name: of the table.
        labels: of which those that the table has are measured; none: all.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the table is missing or wrong.
    """
    space = load_space(name, folder)
    chosen = {label: values for label, values in space.labels.items() if not labels or label in labels}
    known = is_known_copy(folder or data_folder(), TABLES[name].file) if name in TABLES else None
    return Ground(name, chosen, space.subsets, baselines(space), space, known)


def check_labels(labels: Sequence[str], tables: Sequence[str]) -> None:
    """Raises InputError where a label is one of none of these tables; an extension's are not known before it is read."""
    known = dict.fromkeys(label for name in tables if name in TABLES for label in TABLES[name].labels)
    for label in labels:
        if label not in known and all(name in TABLES for name in tables):
            near = did_you_mean(label, known)
            raise InputError(f"no label {label!r}{near}expected one of {', '.join(known)}")


def own_ground(name: str, labels: Mapping[str, Floats], batch: EncodedBatch | None) -> Ground:
    """Labels of one's own.

    Args:
        name: what to call them.
        labels: by name, (G,) higher is better.
        batch: the G architectures; None: nothing is known of them, so that there are no baselines.
    """
    if batch is None:
        (first, *_) = labels.values()
        return Ground(name, labels, {ALL: np.ones(len(first), np.bool_)}, {})
    graphs = canonicalize(batch.graphs)
    subsets = path_subsets(graphs)
    return Ground(name, labels, subsets, baselines(TestedSpace(name, batch, graphs, labels, subsets, {})))
