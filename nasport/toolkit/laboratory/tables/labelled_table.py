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
        space: name of the table, one of `TABLES`.
        notation: name of the notation of `texts`.
        texts: G architectures, one line each.
        labels: by name, (G,) float64, higher is better; NaN where nothing was measured.
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
        measured = np.zeros(len(self), np.bool_)
        for values in self.labels.values():
            measured |= ~np.isnan(values)
        rows = np.flatnonzero(measured)
        labels = {name: values[rows] for name, values in self.labels.items()}
        return LabelledTable(self.space, self.notation, tuple(self.texts[row] for row in rows), labels)
