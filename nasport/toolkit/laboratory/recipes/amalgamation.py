"""One label from several: what to train on where accuracies were measured on several data sets, or in several tables.

The TG-NAS paper (section 4.3) amalgamates the normalized accuracies of NAS-Bench-201's three data sets and trains on them
together with NAS-Bench-101's. It does not say how it normalizes, nor how labels on two scales are mixed. Here every data
set's accuracies are standardized over their table, and the mean over the data sets is standardized again: each data set
weighs the same within its table, and no table's unit decides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def amalgamated(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of standardized labels, with mean 0 and standard deviation 1 itself.

    Args:
        labels: (L, G), one or more labels of the same G architectures, each in any unit, higher is better.

    Returns:
        (G,): standard deviations above the table's mean architecture.
    """
    return _standardized(_standardized(labels).mean(axis=0))


def _standardized(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row with mean 0 and standard deviation 1."""
    centered = labels - labels.mean(axis=-1, keepdims=True)
    return np.asarray(centered / centered.std(axis=-1, keepdims=True))
