"""The taught network: a graph network that predicts the values of evaluators without running a network.

Its targets are zero-cost proxies and GenNAS regression, computed for random unlabeled architectures
(`toolkit/laboratory/world`), so no accuracy is used. It takes microseconds where the evaluators take seconds.

It uses graph convolutions as in TG-NAS (section 3.3) with three changes. Messages pass along edges in both directions,
because the evaluators depend on signals (forward) and gradients (backward). Messages are summed and divided by the square
root of their number. Numbers of the whole network (width, depth, resolution) are added to every node, because a cell does
not contain them. A chain of layers is a graph like a cell, in which each node has a width and a stride.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

# Divisor of sums over nodes, so that they have the scale of a mean for a typical cell.
TYPICAL_NODES = 8
# Smallest and largest predicted logarithm of a variance.
LEAST_DOUBT, LARGEST_DOUBT = -3.0, 4.0


@dataclass(frozen=True)
class TaughtConfig:
    """Sizes of the network.

    Attributes:
        width: width of the nodes' features.
        layers: number of graph convolutions.
        readout: width of the hidden layer after pooling.
    """

    width: int = 48
    layers: int = 5
    readout: int = 96


class TaughtNetwork(nn.Module):
    """Network that predicts the values of H evaluators for a batch of graphs.

    Args:
        features: number F of features of a node.
        numbers: number G of numbers of a whole network.
        evaluators: number H of evaluators.
        config: sizes of the network.
        always_known: indices of the numbers that are known without a skeleton.
        knows: index of the number that is 1 if the skeleton is known, 0 otherwise.
    """

    mean: Tensor
    deviation: Tensor
    always: Tensor

    def __init__(
        self,
        features: int,
        numbers: int,
        evaluators: int,
        config: TaughtConfig,
        *,
        always_known: Sequence[int],
        knows: int,
    ) -> None:
        super().__init__()
        width = config.width
        self.knows = knows
        self.register_buffer("always", torch.zeros(numbers).index_fill(0, torch.tensor(always_known), 1.0))
        self.register_buffer("mean", torch.zeros(numbers))
        self.register_buffer("deviation", torch.ones(numbers))
        self.node = nn.Linear(features, width)
        self.network = nn.Linear(numbers, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(config.layers))
        self.convolutions = nn.ModuleList(nn.Linear(3 * width, width) for _ in range(config.layers))
        self.last_norm = nn.LayerNorm(width)
        self.readout = nn.Linear(3 * width + numbers, config.readout)
        self.opinion = nn.Linear(config.readout, evaluators)
        self.doubt = nn.Linear(config.readout, evaluators)
        for layer in (self.opinion, self.doubt):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self, nodes: Tensor, ends: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Predict the evaluators' values.

        Args:
            nodes: (B, N, F) float features of the nodes, 0 for padding.
            ends: (B, N) float, 1 for an output.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.
            network: (B, G) float numbers of the whole networks.

        Returns:
            (B, H) predicted values, (B, H) logarithms of their variance, and (B, W) features of the whole graph.
        """
        numbers = self._standardized(network)
        real = mask.unsqueeze(2)
        forwards = adjacency / adjacency.sum(dim=2, keepdim=True).clamp(min=1.0).sqrt()
        backwards = adjacency.transpose(1, 2)
        backwards = backwards / backwards.sum(dim=2, keepdim=True).clamp(min=1.0).sqrt()
        hidden = (self.node(nodes) + self.network(numbers).unsqueeze(1)) * real
        for norm, convolution in zip(self.norms, self.convolutions, strict=True):
            normed = norm(hidden) * real
            messages = torch.cat([normed, forwards @ normed, backwards @ normed], dim=2)
            hidden = hidden + functional.relu(convolution(messages)) * real
        normed = self.last_norm(hidden)
        # Pooling is a matrix product, because its order of summation does not depend on the padding.
        share = mask / mask.sum(dim=1, keepdim=True).clamp(min=1.0)
        pooled = torch.stack([share, mask / TYPICAL_NODES, ends], dim=1) @ normed
        whole = torch.cat([pooled.flatten(1), numbers], dim=1)
        read = functional.relu(self.readout(whole))
        doubts = self.doubt(read).clamp(LEAST_DOUBT, LARGEST_DOUBT)
        return self.opinion(read), doubts, torch.cat([whole, read], dim=1)

    def _standardized(self, network: Tensor) -> Tensor:
        """Standardize numbers of networks, (B, G); unknown numbers become 0, the mean of the training."""
        stated = torch.maximum(network[:, self.knows].unsqueeze(1), self.always)
        return stated * (network - self.mean) / self.deviation
