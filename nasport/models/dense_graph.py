"""A batch of graphs as dense matrices, and the matrices that a graph network multiplies with.

Dense (B, N, N) matrices and MatMul run ten to forty times faster in ONNX Runtime than gather and
scatter over edge lists, and cells have few nodes. Two rules keep the bits of a graph's score free of
what is batched with it: every sum over nodes is a MatMul whose real nodes come first and whose
padding is multiplied by zero, and degrees and counts are small integers, exact in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class DenseGraphs:
    """The matrices of B graphs of M nodes each; padding nodes have only their self-loop.

    Attributes:
        propagation: (B, M, M), D^-1/2 (A + I) D^-1/2, with D the in-degrees of A + I.
        neighbourhood: (B, M, M), A + I: row v marks v and the nodes that feed v.
        degree: (B, M), the row sums of `neighbourhood`.
        share: (B, 2, M), one over the number of real nodes, 0 for padding; two equal rows.
        count: (B, 1, 1), the number of real nodes.
    """

    propagation: Tensor
    neighbourhood: Tensor
    degree: Tensor
    share: Tensor
    count: Tensor

    def mean(self, x: Tensor) -> Tensor:
        """Mean over the real nodes of each graph: (B, M, H) to (B, 1, H).

        By two rows, of which one is kept: a matrix of one row (or column) is multiplied by other kernels,
        which add in another order when there is more padding.
        """
        return (self.share @ x)[:, :1]


def add_global_node(adjacency: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Put a node in front of each graph that every real node feeds and that feeds nobody.

    It stands first, so that the padding behind the real nodes shifts no term of any sum.

    Args:
        adjacency: (B, N, N), 1 at [b, v, u] if u feeds v.
        mask: (B, N), 1 for a node, 0 for padding.

    Returns:
        The adjacency (B, N + 1, N + 1) and mask (B, N + 1) of the larger graphs.
    """
    fed_by_all = functional.pad(mask.unsqueeze(1), (1, 0))
    larger = torch.cat([fed_by_all, functional.pad(adjacency, (1, 0))], dim=1)
    return larger, functional.pad(mask, (1, 0), value=1.0)


def dense_graphs(adjacency: Tensor, mask: Tensor) -> DenseGraphs:
    """Normalize adjacency as a graph convolution wants it (TG-NAS, section 3.3, equation 2).

    Args:
        adjacency: (B, M, M), 1 at [b, v, u] if u feeds v; rows and columns of padding are 0.
        mask: (B, M), 1 for a node, 0 for padding.
    """
    neighbourhood = adjacency + torch.eye(adjacency.shape[1], dtype=adjacency.dtype, device=adjacency.device)
    degree = neighbourhood.sum(dim=2)
    propagation = neighbourhood / (degree.unsqueeze(2) * degree.unsqueeze(1)).sqrt()
    count = mask.sum(dim=1, keepdim=True)
    share = mask / count.clamp(min=1.0)
    return DenseGraphs(
        propagation, neighbourhood, degree, torch.stack([share, share], dim=1), count.unsqueeze(1)
    )
