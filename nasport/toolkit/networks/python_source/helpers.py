"""Definitions that only written networks use; they need only torch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def split(channels: int, parts: int) -> list[int]:
    """Divide channels into parts that differ by at most one, the larger parts first."""
    return [channels // parts + (place < channels % parts) for place in range(parts)]


class Linear(nn.Module):
    """Sum of linear maps: a matrix (width, size of the input) for each input, and one bias."""

    def __init__(self, *inputs: int, width: int) -> None:
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.empty(width, size)) for size in inputs])
        self.bias = nn.Parameter(torch.empty(width))

    def forward(self, *inputs: Tensor) -> Tensor:
        total: Tensor = self.bias
        for x, weight in zip(inputs, self.weights, strict=True):
            total = total + F.linear(x, weight)
        return total
