"""A space on which predictors are tested: its table as arrays, its labels, and subsets of its architectures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.laboratory.tables import PROXIES_FILE, data_folder, read_proxies, read_table

# Spaces with their (G,) scores.
Scored = Sequence[tuple["TestedSpace", NDArray[np.floating[Any]]]]

ALL, WITH_A_PATH, WITH_PROXIES = "all", "with a path", "with proxies"
PROXIED_SPACE = "nasbench201"


@dataclass(frozen=True)
class TestedSpace:
    """The architectures of one table that have at least one label.

    Attributes:
        name: name of the table.
        batch: G encoded architectures, the input of predictors.
        graphs: their canonical graphs.
        labels: by name, (G,) labels, higher is better; NaN if not measured.
        subsets: by name, (G,) whether an architecture belongs to it; `with a path` only if some have none, `with proxies` only if
            there are published proxies.
        proxies: by name, (G,) published zero-cost proxies; NaN outside of `with proxies`.
        texts: the architectures in the notation of the table.
        notation: name of the notation.
    """

    __test__ = False  # pytest must not collect this class as tests

    name: str
    batch: EncodedBatch
    graphs: GraphBatch
    labels: Mapping[str, NDArray[np.float64]]
    subsets: Mapping[str, NDArray[np.bool_]]
    proxies: Mapping[str, NDArray[np.float64]]
    texts: tuple[str, ...] = ()
    notation: str = ""

    def comparisons(self) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
        """Return every label with every subset, and the rows of the subset that have the label."""
        return comparisons(self.labels, self.subsets)


def comparisons(
    labels: Mapping[str, NDArray[np.float64]], subsets: Mapping[str, NDArray[np.bool_]]
) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
    """Return every label with every subset, and the rows of the subset that have the label."""
    for label, values in labels.items():
        for subset, members in subsets.items():
            rows = np.flatnonzero(members & ~np.isnan(values))
            if len(rows):
                yield label, subset, rows


def load_space(name: str, folder: Path | None = None) -> TestedSpace:
    """Read and encode a table.

    Args:
        name: name of the table.
        folder: folder of the tables; None for that of NASPORT_DATA.

    Raises:
        InputError: the table is missing or wrong.
    """
    table = read_table(name, folder).with_any_label()
    batch, graphs = table.encoded()
    proxies: dict[str, NDArray[np.float64]] = {}
    if name == PROXIED_SPACE and ((data_folder() if folder is None else folder) / PROXIES_FILE).is_file():
        found = read_proxies(folder)
        rows = {text: row for row, text in enumerate(found.texts)}
        places = np.array([rows.get(text, -1) for text in table.texts])
        proxies = {
            name: np.where(places >= 0, values[places], np.nan) for name, values in found.labels.items()
        }
    subsets = path_subsets(graphs)
    if proxies:
        subsets[WITH_PROXIES] = np.isfinite(np.stack(list(proxies.values())).sum(axis=0))
    return TestedSpace(name, batch, graphs, table.labels, subsets, proxies, table.texts, table.notation)


def path_subsets(graphs: GraphBatch) -> dict[str, NDArray[np.bool_]]:
    """Return the subsets of (G,) canonical graphs: all, and those with a path from input to output if some have none."""
    with_path = np.asarray(graphs.mask.any(axis=1))
    some = {} if with_path.all() else {WITH_A_PATH: with_path}
    return {ALL: np.ones(len(graphs), np.bool_), **some}
