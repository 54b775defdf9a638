"""Kinds of synthetic search spaces and their shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nasport.toolkit.laboratory.world import cells, chains
from nasport.toolkit.laboratory.world.draw import Draw, Json


class Kind(NamedTuple):
    """A kind of search space.

    Attributes:
        share: share of all spaces.
        document: function that draws the cells, choices and skeleton of a space.
        common_width: width of the first resolution in the common skeleton; 0 for chains, which have none. Free cells
            may split the width among their nodes.
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
"""Kinds by name. Recurrent cells are missing, because the evaluators run only image networks."""
