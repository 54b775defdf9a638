"""A space to test on: its table as arrays, its labels, and which of its architectures are looked at on their own."""

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

# Spaces, each with its (G,) scores.
Scored = Sequence[tuple["TestedSpace", NDArray[np.floating[Any]]]]

ALL, WITH_A_PATH, WITH_PROXIES = "all", "with a path", "with proxies"
PROXIED_SPACE = "nasbench201"


@dataclass(frozen=True)
class TestedSpace:
    """The architectures of one table of which anything was measured.

    Attributes:
        name: of the table.
        batch: the G architectures as every predictor takes them.
        graphs: the same in canonical form.
        labels: by name, (G,) higher is better; NaN where not measured.
        subsets: by name, (G,) which architectures; `with a path` only where some have none, `with proxies` only where
            there are any.
        proxies: by name, (G,) zero-cost proxies; NaN outside of `with proxies`.
        texts: the architectures in the table's notation.
        notation: its name.
    """

    __test__ = False  # pytest takes classes called Test... for tests

    name: str
    batch: EncodedBatch
    graphs: GraphBatch
    labels: Mapping[str, NDArray[np.float64]]
    subsets: Mapping[str, NDArray[np.bool_]]
    proxies: Mapping[str, NDArray[np.float64]]
    texts: tuple[str, ...] = ()
    notation: str = ""

    def comparisons(self) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
        """Every label with every subset: their names, and the rows that are in the subset and have the label."""
        return comparisons(self.labels, self.subsets)


def comparisons(
    labels: Mapping[str, NDArray[np.float64]], subsets: Mapping[str, NDArray[np.bool_]]
) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
    """Every label with every subset: their names, and the rows that are in the subset and have the label."""
    for label, values in labels.items():
        for subset, members in subsets.items():
            rows = np.flatnonzero(members & ~np.isnan(values))
            if len(rows):
                yield label, subset, rows


def load_space(name: str, folder: Path | None = None) -> TestedSpace:
    """Read and encode a table.

    Args:
        name: of the table.
        folder: of the tables; None: that of NASPORT_DATA.

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
    """All of (G,) canonical graphs, and those with a path from input to output where some have none."""
    with_path = np.asarray(graphs.mask.any(axis=1))
    some = {} if with_path.all() else {WITH_A_PATH: with_path}
    return {ALL: np.ones(len(graphs), np.bool_), **some}
