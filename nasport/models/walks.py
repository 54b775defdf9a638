"""Statistics of random walks through a cell: they need no training and are comparable between search spaces.

A walk starts at an output of the cell; if there are several, each has the same probability. From each node it continues to
one of the nodes that feed it, again with equal probabilities, until it reaches an input of the cell. Expected values over
walks solve linear systems (I - M) h = b. Cells have no cycles, so M is nilpotent, and the inverse is the finite product
(I + M)(I + M^2)(I + M^4)... This needs only matrix products and is exact for paths of up to 63 nodes.
"""

from __future__ import annotations

import torch
from torch import Tensor

# Number of factors of the product; a path of up to 2^SQUARINGS - 1 nodes counts completely.
SQUARINGS = 6
# Factor of `short_paths` for each trainable layer on a path.
HALVING = 0.5


def walk_sums(adjacency: Tensor, numbers: Tensor, ends: Tensor) -> Tensor:
    """Return the expected sums of numbers over the nodes of a walk.

    Args:
        adjacency: (B, N, N), 1 at [b, v, u] if u feeds v.
        numbers: (B, N, C) numbers of the nodes. C is at least 2, because the order of summation in a product with a single
            column depends on the padding.
        ends: (B, N), 1 for an output.

    Returns:
        (B, C) expected sums.
    """
    return _mean_at_ends(ends, solve_nilpotent(_transition(adjacency), numbers))


def short_paths(adjacency: Tensor, layers: Tensor, inputs: Tensor, ends: Tensor) -> Tensor:
    """Return the expected value of 1/2 to the power of the number of trainable layers on a walk.

    The value is near 1 if many walks pass few trainable layers.

    Args:
        adjacency: (B, N, N), 1 at [b, v, u] if u feeds v.
        layers: (B, N), number of trainable layers in each node.
        inputs: (B, N), 1 for an input.
        ends: (B, N), 1 for an output.

    Returns:
        (B,) expected values; a walk that reaches no input counts as 0.
    """
    halved = (HALVING**layers).unsqueeze(2)
    entered = torch.stack([inputs, inputs], dim=2)
    return _mean_at_ends(ends, solve_nilpotent(halved * _transition(adjacency), halved * entered))[:, 0]


def solve_nilpotent(step: Tensor, source: Tensor) -> Tensor:
    """Solve h = source + step @ h for a nilpotent matrix: (B, N, N) and (B, N, C) to (B, N, C)."""
    h = source
    for squaring in range(SQUARINGS):
        h = h + step @ h
        if squaring < SQUARINGS - 1:
            step = step @ step
    return h


def _transition(adjacency: Tensor) -> Tensor:
    """Return the transition probabilities of a walk, (B, N, N)."""
    return adjacency / adjacency.sum(dim=2, keepdim=True).clamp(min=1.0)


def _mean_at_ends(ends: Tensor, values: Tensor) -> Tensor:
    """Return the mean (B, C) of values (B, N, C) over the outputs; 0 if a graph has no output."""
    start = ends / ends.sum(dim=1, keepdim=True).clamp(min=1.0)
    # Use two equal rows, because the kernel for a matrix of a single row adds in an order that depends on the padding.
    mean: Tensor = (torch.stack([start, start], dim=1) @ values)[:, 0]
    return mean
