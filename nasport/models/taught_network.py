"""The taught network: a graph network that foretells what judges of a real network would say of it.

No label enters. Its teachers are zero-cost proxies and GenNAS regression, which judged architectures of a world that
nobody labeled (`toolkit/laboratory/world`); afterwards it says in microseconds what they would have said after seconds.

Graph convolutions as in TG-NAS (section 3.3), with changes that the evaluators' numbers ask for: messages go both ways along
an edge, since a signal runs forward and a gradient backward; they are summed and divided by the root of their number; the
numbers of the whole network (width, depth, resolution) enter every node, since no cell states them. A chain of layers is
a graph like a cell, its nodes with widths and strides of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

# Sums over nodes are divided by this, so that those of cells are near 1.
TYPICAL_NODES = 8
# The least and the largest logarithm of a variance.
LEAST_DOUBT, LARGEST_DOUBT = -3.0, 4.0


@dataclass(frozen=True)
class TaughtConfig:
    """What can be chosen about the network.

    Attributes:
        width: of the nodes' features.
        layers: graph convolutions.
        readout: width of the layer that reads the whole graph.
    """

    width: int = 48
    layers: int = 5
    readout: int = 96


class TaughtNetwork(nn.Module):
    """Says of a batch of graphs what H evaluators would say.

    Args:
        features: numbers of a node.
        numbers: of a whole network, G.
        judges: H.
        config: the choices.
        always_known: which of the numbers a document without a skeleton states too.
        knows: the number that is 1 where the others are known, 0 where they are not.
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
        """What the evaluators would say, and what is seen of the whole graph.

        Args:
            nodes: (B, N, F), 0 for padding.
            ends: (B, N), 1 for an output.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.
            network: (B, G).

        Returns:
            (B, H) opinions, (B, H) logarithms of the variance about them, and (B, `whole`) of the whole graph.
        """
        numbers = self._scaled(network)
        there = mask.unsqueeze(2)
        forwards = adjacency / adjacency.sum(dim=2, keepdim=True).clamp(min=1.0).sqrt()
        backwards = adjacency.transpose(1, 2)
        backwards = backwards / backwards.sum(dim=2, keepdim=True).clamp(min=1.0).sqrt()
        hidden = (self.node(nodes) + self.network(numbers).unsqueeze(1)) * there
        for norm, convolution in zip(self.norms, self.convolutions, strict=True):
            seen = norm(hidden) * there
            heard = torch.cat([seen, forwards @ seen, backwards @ seen], dim=2)
            hidden = hidden + functional.relu(convolution(heard)) * there
        seen = self.last_norm(hidden)
        # Rows of weights instead of sums over nodes: a matrix product adds in an order that padding does not change.
        share = mask / mask.sum(dim=1, keepdim=True).clamp(min=1.0)
        pooled = torch.stack([share, mask / TYPICAL_NODES, ends], dim=1) @ seen
        whole = torch.cat([pooled.flatten(1), numbers], dim=1)
        read = functional.relu(self.readout(whole))
        doubts = self.doubt(read).clamp(LEAST_DOUBT, LARGEST_DOUBT)
        return self.opinion(read), doubts, torch.cat([whole, read], dim=1)

    def _scaled(self, network: Tensor) -> Tensor:
        """(B, G) in deviations; a number that a document does not state counts as the mean of the teaching."""
        stated = torch.maximum(network[:, self.knows].unsqueeze(1), self.always)
        return stated * (network - self.mean) / self.deviation
