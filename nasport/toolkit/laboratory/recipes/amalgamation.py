"""Combine several labels into one, for training on accuracies of several data sets or tables.

The TG-NAS paper (section 4.3) amalgamates the normalized accuracies of NAS-Bench-201's three data sets, and trains on them
together with those of NAS-Bench-101. It does not say how it normalizes, nor how it mixes labels on two scales. Here the
accuracies of every data set are standardized over their table, and their mean is standardized again: each data set has the same
weight within its table, and the unit of a table does not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def amalgamated(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of standardized labels, standardized again.

    Args:
        labels: (L, G), one or more labels of the same G architectures, in any units, higher is better.

    Returns:
        (G,) numbers of standard deviations above the mean of the table.
    """
    return _standardized(_standardized(labels).mean(axis=0))


def _standardized(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each row with mean 0 and standard deviation 1."""
    centered = labels - labels.mean(axis=-1, keepdims=True)
    return np.asarray(centered / centered.std(axis=-1, keepdims=True))
