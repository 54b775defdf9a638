"""Exact trainable parameters and multiply-accumulates of a whole network, from its document alone."""

from __future__ import annotations

from nasport.runtime.costs.live import LiveCosts, all_and_live, live_costs
from nasport.runtime.costs.skeleton import NetworkCost, network_cost
from nasport.runtime.operators.quantities import Cost, UnknownCostError
from nasport.schemas.architecture import Architecture

__all__ = ["Cost", "LiveCosts", "NetworkCost", "all_and_live", "costs", "flops", "live_costs", "parameters"]


def costs(architecture: Architecture) -> Cost | None:
    """Parameters and FLOPs; None where there is no skeleton or a part of the network has no known cost."""
    try:
        return network_cost(architecture).cost
    except UnknownCostError:
        return None


def parameters(architecture: Architecture) -> int | None:
    """Trainable parameters of the whole network; None where unknown."""
    cost = costs(architecture)
    return cost.parameters if cost else None


def flops(architecture: Architecture) -> int | None:
    """Multiply-accumulates of the whole network for one input; None where unknown."""
    cost = costs(architecture)
    return cost.flops if cost else None
