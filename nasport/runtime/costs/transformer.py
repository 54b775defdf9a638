"""Cost of the layers of vision transformers, by the beginning of their description; all of them have biases."""

from __future__ import annotations

from nasport.runtime.costs.quantities import Cost, Shape, UnknownCostError, linear, whole
from nasport.schemas.operators import Operator


def self_attention(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Queries, keys and values by one linear layer, every position with every other, a linear layer (Vaswani et al. 2017)."""
    channels, positions = source.channels, source.positions
    heads = whole(operator, "heads")
    if source != target or channels % heads:
        raise UnknownCostError(f"{operator.text} with {heads} heads from {source} to {target}")
    products = Cost(0, 2 * positions * positions * channels)
    return linear(channels, 3 * channels, positions) + products + linear(channels, channels, positions)


def feed_forward(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Two linear layers, `expansion` times the input's width between them."""
    _check_positions(operator, source, target)
    hidden = round(source.channels * operator.attribute("expansion", 1))
    if hidden < 1:
        raise UnknownCostError(f"{operator.text} of {source.channels} channels")
    positions = source.positions
    return linear(source.channels, hidden, positions) + linear(hidden, target.channels, positions)


def gated_linear_unit(operator: Operator, source: Shape, target: Shape) -> Cost:
    """A linear layer, half of whose outputs gate the other half (Dauphin et al. 2017)."""
    _check_positions(operator, source, target)
    return linear(source.channels, 2 * target.channels, source.positions)


def patch_embedding(operator: Operator, source: Shape, target: Shape) -> Cost:
    """A linear layer of every patch (Dosovitskiy et al. 2021)."""
    kernel = whole(operator, "kernel")
    return linear(kernel * kernel * source.channels, target.channels, target.positions)


def _check_positions(operator: Operator, source: Shape, target: Shape) -> None:
    if (source.height, source.width) != (target.height, target.width):
        raise UnknownCostError(f"{operator.text} from {source} to {target}")
