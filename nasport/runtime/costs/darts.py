"""Cost of a DARTS cell: two inputs, each preprocessed to the stage's width, outputs concatenated."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.costs.quantities import Cost, Shape, UnknownCostError
from nasport.schemas.architecture import Architecture, Cell


def stack_cell(
    cell: Cell, architecture: Architecture, features: Sequence[Shape], width: int, stride: int
) -> tuple[Cost, Shape]:
    """As `cells.cell_cost`, for a cell whose `channels` is `stack`."""
    raise UnknownCostError("cells of the DARTS kind")
