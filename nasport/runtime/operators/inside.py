"""What is inside an operator: the layers that the rule of its cost counts, so that a drawing says what is counted."""

from __future__ import annotations

from nasport.runtime.operators import RULES
from nasport.runtime.operators.quantities import Cost, Layer, UnknownCostError, watched_layers
from nasport.runtime.operators.rule import Place
from nasport.schemas.operators import Operator


def reason_without_cost(kind: str) -> str:
    """Why operators of a kind have no exact cost; empty where they have one."""
    cost = RULES[kind].cost
    return cost if isinstance(cost, str) else ""


def layers_inside(operator: Operator, place: Place) -> tuple[Cost, tuple[Layer, ...]]:
    """What an operator costs at a place, and its layers in the order of the network.

    The layers' costs add up to the operator's. None where it is a single step that trains nothing and that its name
    says: a sum, an activation.

    Raises:
        UnknownCostError: it has no exact cost, or cannot stand there.
    """
    cost = RULES[operator.kind].cost
    if isinstance(cost, str):
        raise UnknownCostError(cost)
    with watched_layers() as layers:
        total = cost(operator, place)
    return total, tuple(layers)
