"""What a walk through a cell meets: statistics of a graph that need no training and mean the same in every space.

A walk starts at the output of a cell, with equal chance at each where there are several, and goes on to each of a node's
inputs with equal probability until it reaches an input. Its means solve linear systems (I - M) h = b. M is nilpotent since
cells have no cycles, so that the inverse is the finite product (I + M)(I + M^2)(I + M^4)...: matrix products only, exact
for paths of up to 63 operators.
"""

from __future__ import annotations

import torch
from torch import Tensor

# log2 of the longest path whose every operator counts.
SQUARINGS = 6
# Factor of the short-path statistic for each trained layer on a path.
HALVING = 0.5


def met(adjacency: Tensor, numbers: Tensor, ends: Tensor) -> Tensor:
    """The sum of numbers of the nodes that a walk passes, on average.

    Args:
        adjacency: (B, N, N), 1 at [b, v, u] if u feeds v.
        numbers: (B, N, C) of the nodes, two or more: a matrix product must not see a single column.
        ends: (B, N), 1 for an output.

    Returns:
        (B, C).
    """
    return _from(ends, resolved(_walk(adjacency), numbers))


def short_paths(adjacency: Tensor, layers: Tensor, inputs: Tensor, ends: Tensor) -> Tensor:
    """The mean of 1/2 to the power of the trained layers that a walk passes: near 1 where some ways through are short.

    Args:
        adjacency, ends: as for `met`.
        layers: (B, N), how many trained layers a node is.
        inputs: (B, N), 1 for an input.

    Returns:
        (B,); a walk that reaches no input counts as 0.
    """
    halved = (HALVING**layers).unsqueeze(2)
    entered = torch.stack([inputs, inputs], dim=2)
    return _from(ends, resolved(halved * _walk(adjacency), halved * entered))[:, 0]


def resolved(step: Tensor, source: Tensor) -> Tensor:
    """h = source + step @ h for a nilpotent step: (B, N, N) and (B, N, C) to (B, N, C)."""
    h = source
    for squaring in range(SQUARINGS):
        h = h + step @ h
        if squaring < SQUARINGS - 1:
            step = step @ step
    return h


def _walk(adjacency: Tensor) -> Tensor:
    return adjacency / adjacency.sum(dim=2, keepdim=True).clamp(min=1.0)


def _from(ends: Tensor, values: Tensor) -> Tensor:
    """(B, C): values (B, N, C) at the outputs, averaged; 0 without one."""
    start = ends / ends.sum(dim=1, keepdim=True).clamp(min=1.0)
    # Two equal rows: a matrix of one row is multiplied by other kernels, which add in another order.
    found: Tensor = (torch.stack([start, start], dim=1) @ values)[:, 0]
    return found
