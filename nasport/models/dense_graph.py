"""Dense matrices of a batch of graphs, and the normalized matrices of a graph network.

Cells have few nodes, and in ONNX Runtime, MatMul with dense (B, N, N) matrices is ten to forty times faster than gather and
scatter over edge lists. Two rules make the bits of a graph's score independent of the other graphs in its batch. First,
every sum over nodes is a MatMul in which the real nodes come first and padding is multiplied by zero. Second, degrees and
counts are small integers, whose sums are exact in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class DenseGraphs:
    """Matrices of B graphs of M nodes each; a padding node is connected only to itself.

    Attributes:
        propagation: (B, M, M), D^-1/2 (A + I) D^-1/2, with D the in-degrees of A + I.
        neighborhood: (B, M, M), A + I: row v marks v and the nodes that feed v.
        degree: (B, M), the row sums of `neighborhood`.
        share: (B, 2, M), two equal rows: one over the number of real nodes, 0 for padding.
        count: (B, 1, 1), the number of real nodes.
    """

    propagation: Tensor
    neighborhood: Tensor
    degree: Tensor
    share: Tensor
    count: Tensor

    def mean(self, x: Tensor) -> Tensor:
        """Return the mean over the real nodes of each graph: (B, M, H) to (B, 1, H).

        The product uses two equal rows and keeps one result. For a matrix with a single row or column, the runtime uses
        another kernel, whose order of summation depends on the padding.
        """
        return (self.share @ x)[:, :1]


def add_global_node(adjacency: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Add a node to each graph that every real node feeds and that feeds no node.

    The global node comes first, so the padding after the real nodes does not shift any term of a sum.

    Args:
        adjacency: (B, N, N), 1 at [b, v, u] if u feeds v.
        mask: (B, N), 1 for a node, 0 for padding.

    Returns:
        adjacency (B, N + 1, N + 1) and mask (B, N + 1) of the larger graphs.
    """
    fed_by_all = functional.pad(mask.unsqueeze(1), (1, 0))
    larger = torch.cat([fed_by_all, functional.pad(adjacency, (1, 0))], dim=1)
    return larger, functional.pad(mask, (1, 0), value=1.0)


def dense_graphs(adjacency: Tensor, mask: Tensor) -> DenseGraphs:
    """Normalize adjacency matrices for graph convolutions (TG-NAS, section 3.3, equation 2).

    Args:
        adjacency: (B, M, M), 1 at [b, v, u] if u feeds v; rows and columns of padding are 0.
        mask: (B, M), 1 for a node, 0 for padding.
    """
    neighborhood = adjacency + torch.eye(adjacency.shape[1], dtype=adjacency.dtype, device=adjacency.device)
    degree = neighborhood.sum(dim=2)
    propagation = neighborhood / (degree.unsqueeze(2) * degree.unsqueeze(1)).sqrt()
    count = mask.sum(dim=1, keepdim=True)
    share = mask / count.clamp(min=1.0)
    return DenseGraphs(
        propagation, neighborhood, degree, torch.stack([share, share], dim=1), count.unsqueeze(1)
    )
