"""The kinds of spaces and their shares of the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nasport.toolkit.laboratory.world import cells, chains
from nasport.toolkit.laboratory.world.draw import Draw, Json


class Kind(NamedTuple):
    """One kind of space.

    Attributes:
        share: of the world.
        document: draws the cells, choices and skeleton of a space.
        common_width: of the first resolution in the common skeleton of cells; 0: of chains, which have none. Free
            cells may split it among their nodes.
    """

    share: float
    document: Callable[[Draw], Json]
    common_width: int = 0


KINDS = {
    "free cells": Kind(0.20, cells.free_cells, common_width=16),
    "edge cells": Kind(0.25, cells.edge_cells, common_width=8),
    "pair cells": Kind(0.20, cells.pair_cells, common_width=8),
    "mobile chains": Kind(0.12, chains.mobile_chains),
    "residual chains": Kind(0.12, chains.residual_chains),
    "transformer chains": Kind(0.06, chains.transformer_chains),
    "mixed chains": Kind(0.05, chains.mixed_chains),
}
"""By name. Recurrent cells read sequences, which no judge of images can run: a kind of their own, when one can."""
