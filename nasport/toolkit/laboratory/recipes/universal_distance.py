"""How far an architecture is from the tables that a universal bundle was trained on, see `runtime/distance.py`."""

from __future__ import annotations

from collections.abc import Iterable

from nasport.models.paths import STATISTICS
from nasport.runtime.distance import Distance, fitted
from nasport.toolkit.laboratory.recipes.universal_tables import PreparedTable

# Counts from the small end upwards; chosen on left-out tables other than NAS-Bench-201, docs/unfamiliar.md.
GROWS = ("capacity",)


def training_distance(tables: Iterable[PreparedTable]) -> Distance:
    """The distance from these tables, whole networks, without their labels."""
    return fitted(STATISTICS, [table.statistics.numpy() for table in tables], GROWS)
