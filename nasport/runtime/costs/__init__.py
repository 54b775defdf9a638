"""Exact trainable parameters and multiply-accumulates of a whole network, computed from its document."""

from __future__ import annotations

from nasport.runtime.costs.reachable import ReachableCosts, reachable_costs, written_and_reachable
from nasport.runtime.costs.skeleton import NetworkCost, network_cost
from nasport.runtime.operators.quantities import Cost, UnknownCostError
from nasport.schemas.architecture import Architecture

__all__ = [
    "Cost",
    "NetworkCost",
    "ReachableCosts",
    "costs",
    "flops",
    "parameters",
    "reachable_costs",
    "written_and_reachable",
]


def costs(architecture: Architecture) -> Cost | None:
    """Return parameters and FLOPs; None if there is no skeleton or the cost of some part is unknown."""
    try:
        return network_cost(architecture).cost
    except UnknownCostError:
        return None


def parameters(architecture: Architecture) -> int | None:
    """Return the trainable parameters of the whole network; None if unknown."""
    cost = costs(architecture)
    return cost.parameters if cost else None


def flops(architecture: Architecture) -> int | None:
    """Return the multiply-accumulates of the whole network for one input; None if unknown."""
    cost = costs(architecture)
    return cost.flops if cost else None
