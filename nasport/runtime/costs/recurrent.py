"""Cost of a network of recurrent cells (NAS-Bench-NLP)."""

from __future__ import annotations

from nasport.runtime.costs.quantities import Cost, UnknownCostError
from nasport.schemas.architecture import Architecture


def recurrent_network(architecture: Architecture) -> Cost:
    """Cost of a whole network whose cells are recurrent.

    Raises:
        UnknownCostError: the cost is not known.
    """
    raise UnknownCostError("recurrent cells")
