"""Graph normalization: a learned mix of four ways to normalize node features.

Chen et al. 2020, "Learning Graph Normalization for Graph Neural Networks" (arXiv 2009.11746), which
TG-NAS (section 3.3) uses against overfitting to one search space. A feature is normalized by the
features of its node (node-wise), by those of the node's neighborhood (adjacency-wise), by the same
feature across the graph (graph-wise), and by the same feature across the batch (batch-wise). Each
feature learns the weights of these four results.

Given their means and deviations, all four are affine in the node features, so the mix is one affine
map per node and feature. It is computed as two thin matrix products instead of four normalized
copies of the features. The features are centered on their graph's mean first: if a feature hardly
varies within a graph, its deviation is tiny, and dividing uncentered features by it would lose the
differences to rounding.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from nasport.models.dense_graph import DenseGraphs


class _Moments(NamedTuple):
    """A mean and the reciprocal of a standard deviation, in matching shapes."""

    mean: Tensor
    scale: Tensor


class GraphNorm(nn.Module):
    """Normalize each feature: gamma * (l_n NN + l_a AN + l_g GN + l_b BN)(x) + beta.

    Variances are population variances, and deviations are sqrt(variance + epsilon). The four weights of a feature start
    equal, are clamped at zero, and are scaled to a sum of one. BN uses the moments of the batch in training and running
    averages at inference. Padding nodes are excluded from all moments.

    Args:
        features: width H of the node features.
        epsilon: number added to every variance.
        momentum: weight of the newest batch in BN's running averages.
    """

    running_mean: Tensor
    running_variance: Tensor
    average: Tensor

    def __init__(self, features: int, epsilon: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.momentum = momentum
        self.mix = nn.Parameter(torch.ones(4, features))
        self.gamma = nn.Parameter(torch.ones(features))
        self.beta = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_variance", torch.ones(features))
        self.register_buffer("average", torch.full((features, 1), 1 / features), persistent=False)

    def forward(self, x: Tensor, graphs: DenseGraphs) -> Tensor:
        """Normalize every node: (B, M, H) to (B, M, H)."""
        mean, centered, variance = _within_graph(x, graphs)
        squares = self._mean_and_square(x)
        node = self._moments_of(*squares.unbind(dim=2))
        total, total_square = (graphs.neighborhood @ squares).unbind(dim=2)
        adjacent = self._moments_of(total / graphs.degree, total_square / graphs.degree)
        batch = self._batch_moments(mean, variance, graphs.count)
        return self._mixed(centered, mean, variance, node, adjacent, batch)

    def global_node(self, x: Tensor, graphs: DenseGraphs) -> Tensor:
        """Normalize only the global node, the first one: (B, M, H) to (B, 1, H).

        Every node feeds the global node, so its neighborhood is the whole graph, and the adjacency-wise moments follow
        from the graph-wise ones: the mean square is the mean over the features of variance plus squared mean.
        """
        mean, centered, variance = _within_graph(x, graphs)
        node = self._moments_of(*self._mean_and_square(x[:, :1]).unbind(dim=2))
        square = (variance + mean * mean) @ self.average
        adjacent = self._moments_of((mean @ self.average).squeeze(2), square.squeeze(2))
        batch = self._batch_moments(mean, variance, graphs.count)
        return self._mixed(centered[:, :1], mean, variance, node, adjacent, batch)

    def _mixed(
        self,
        centered: Tensor,
        mean: Tensor,
        variance: Tensor,
        node: _Moments,
        adjacent: _Moments,
        batch: _Moments,
    ) -> Tensor:
        """Return `centered * slope + offset`; slope and offset (B, M, H) are matrix products of rank at most five.

        With x = centered + mean, NN(x) = (centered + mean - m_n) s_n, and AN(x) likewise; GN(x) = centered s_g;
        BN(x) = (centered + mean - m_b) s_b. Only (s_n, s_a, s_n m_n, s_a m_a) differ between the nodes of a graph. The
        weights and the graph's moments differ between features.
        """
        positive = self.mix.clamp(min=0.0)
        weights = self.gamma * positive / positive.sum(dim=0).clamp(min=1e-12)
        by_node, by_adjacency, by_graph, by_batch = (weights[norm] for norm in range(4))
        every_graph = torch.ones_like(mean)
        by_node, by_adjacency = by_node * every_graph, by_adjacency * every_graph
        by_batch = by_batch * batch.scale
        by_graph = by_graph / (variance + self.epsilon).sqrt()
        scales = torch.stack([node.scale, adjacent.scale, torch.ones_like(node.scale)], dim=2)
        shifts = torch.stack(
            [
                node.scale,
                adjacent.scale,
                torch.ones_like(node.scale),
                node.scale * node.mean,
                adjacent.scale * adjacent.mean,
            ],
            dim=2,
        )
        slope = torch.cat([by_node, by_adjacency, by_graph + by_batch], dim=1)
        constant = by_batch * mean + (self.beta - by_batch * batch.mean)
        offset = torch.cat([by_node * mean, by_adjacency * mean, constant, -by_node, -by_adjacency], dim=1)
        return centered * (scales @ slope) + shifts @ offset

    def _mean_and_square(self, x: Tensor) -> Tensor:
        """Return the means of each node's features and of their squares: (B, M, H) to (B, M, 2)."""
        return torch.cat([x @ self.average, (x * x) @ self.average], dim=2)

    def _moments_of(self, mean: Tensor, square: Tensor) -> _Moments:
        """Return moments from the means of features and of their squares, (B, M) each."""
        # Rounding can push the difference below zero.
        return self._moments(mean, (square - mean * mean).clamp(min=0.0))

    def _moments(self, mean: Tensor, variance: Tensor) -> _Moments:
        # Divide, because the reciprocal function may be an approximation on some machines.
        return _Moments(mean, torch.ones_like(variance) / (variance + self.epsilon).sqrt())

    def _batch_moments(self, mean: Tensor, variance: Tensor, count: Tensor) -> _Moments:
        """Return the moments of each feature over all real nodes of the batch, (H,) each.

        In training, they follow from the moments of the graphs by the law of total variance, and the running averages are
        updated. At inference, they are the running averages.
        """
        if not self.training:
            return self._moments(self.running_mean, self.running_variance)
        share = count / count.sum()
        batch_mean = (share * mean).sum(dim=(0, 1))
        spread = variance + (mean - batch_mean).square()
        batch_variance = (share * spread).sum(dim=(0, 1))
        with torch.no_grad():
            self.running_mean.lerp_(batch_mean, self.momentum)
            self.running_variance.lerp_(batch_variance, self.momentum)
        return self._moments(batch_mean, batch_variance)


def _within_graph(x: Tensor, graphs: DenseGraphs) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean (B, 1, H) over a graph's nodes, features minus this mean (B, M, H), and variance (B, 1, H)."""
    mean = graphs.mean(x)
    centered = x - mean
    return mean, centered, graphs.mean(centered * centered)
