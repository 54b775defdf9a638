"""What every reader returns: architectures of one space, and what somebody measured of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelledTable:
    """Architectures of one space and what was measured of them.

    Attributes:
        space: name of the table.
        notation: name of the notation of `texts`.
        texts: G architectures, one line each.
        labels: by name, (G,) float64, NaN where nothing was measured. Of the tables of the catalogue, higher is better.
    """

    space: str
    notation: str
    texts: tuple[str, ...]
    labels: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.texts)

    def labelled(self, label: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """The architectures that have this label, and the label."""
        values = self.labels[label]
        rows = np.flatnonzero(~np.isnan(values))
        return tuple(self.texts[row] for row in rows), values[rows]

    def with_any_label(self) -> LabelledTable:
        """The table without the architectures of which nothing was measured."""
        rows = np.flatnonzero(~np.isnan(list(self.labels.values())).all(axis=0))
        labels = {name: values[rows] for name, values in self.labels.items()}
        return LabelledTable(self.space, self.notation, tuple(self.texts[row] for row in rows), labels)
