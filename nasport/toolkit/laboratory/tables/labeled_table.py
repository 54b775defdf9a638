"""The result of every reader: architectures of one space with measured values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.graphs.canonical import canonicalize
from nasport.schemas.graphs.document_graph import GraphBatch
from nasport.toolkit.notations import notation


@dataclass(frozen=True)
class LabeledTable:
    """Architectures of one space with measured values.

    Attributes:
        space: name of the table.
        notation: name of the notation of `texts`.
        texts: G architectures, one line each.
        labels: by name, (G,) float64, NaN if not measured. In tables of the catalog, higher is better.
    """

    space: str
    notation: str
    texts: tuple[str, ...]
    labels: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.texts)

    def labeled(self, label: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Return the architectures that have a label, and the label."""
        chosen = self.with_labels((label,))
        return chosen.texts, chosen.labels[label]

    def with_labels(self, labels: Sequence[str]) -> LabeledTable:
        """Return the architectures that have all of these labels."""
        return self._rows(np.isfinite([self.labels[label] for label in labels]).all(axis=0))

    def with_any_label(self) -> LabeledTable:
        """Return the architectures that have at least one label."""
        return self._rows(np.isfinite(list(self.labels.values())).any(axis=0))

    def encoded(self) -> tuple[EncodedBatch, GraphBatch]:
        """Return the G architectures as input of predictors, and their canonical graphs."""
        batch = notation(self.notation).encoded(self.texts)
        return batch, canonicalize(batch.graphs)

    def _rows(self, chosen: NDArray[np.bool_] | np.bool_) -> LabeledTable:
        rows = np.flatnonzero(chosen)
        labels = {name: values[rows] for name, values in self.labels.items()}
        return replace(self, texts=tuple(self.texts[row] for row in rows), labels=labels)
