"""The TG-NAS predictor: a two-layer graph convolution over operator embeddings.

A cell is a graph of operators. Each operator is represented by the embedding of a sentence that describes it, so the
predictor also accepts operators outside its training data. Two graph convolutions with graph normalization combine the
operators along the edges, a global node that every operator feeds collects the whole graph, and a linear layer maps its
features to a score (TG-NAS, section 3.3).

A batch of thousands of graphs has only a few distinct operators. So the model takes a table of operators, and the nodes as
indices into this table. The largest product of the network, embedding times first weight, is then computed once per
operator instead of once per node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from nasport.models.dense_graph import DenseGraphs, add_global_node, dense_graphs
from nasport.models.graph_norm import GraphNorm


@dataclass(frozen=True)
class TgnasConfig:
    """Sizes and options of the predictor.

    Attributes:
        embedding: width F of a row of the operator table.
        projection: width to which embeddings are projected first, without bias (TG-NAS, table 2: 64 by PCA); None for
            no projection.
        hidden: width H of both graph convolutions.
        readout: "global" for a global node that every node feeds, "mean" for the mean over the nodes.
        dropout: share of hidden features dropped in training, before the second layer and before the readout.
    """

    embedding: int = 384
    projection: int | None = None
    hidden: int = 64
    readout: Literal["global", "mean"] = "global"
    dropout: float = 0.0


class TgnasPredictor(nn.Module):
    """Predictor that scores a batch of architecture graphs; higher is better.

    Args:
        config: sizes and options.
        components: (F, projection) projection of the embeddings, required if `config.projection` is set; see
            `principal_components`.

    Raises:
        ValueError: the shape of `components` does not match `config`.
    """

    components: Tensor | None

    def __init__(self, config: TgnasConfig, components: Tensor | None = None) -> None:
        super().__init__()
        expected = None if config.projection is None else (config.embedding, config.projection)
        given = None if components is None else tuple(components.shape)
        if given != expected:
            raise ValueError(f"components: expected shape {expected}, got {given}")
        self.config = config
        self.register_buffer("components", components)
        width = config.projection or config.embedding
        self.operator_weight = nn.Parameter(torch.empty(width, config.hidden))
        # Row of the first weight for the input feature that is 1 only for the global node.
        self.global_weight = nn.Parameter(torch.empty(1, config.hidden))
        self.first_bias = nn.Parameter(torch.zeros(config.hidden))
        self.first_norm = GraphNorm(config.hidden)
        self.second_weight = nn.Parameter(torch.empty(config.hidden, config.hidden))
        self.second_bias = nn.Parameter(torch.zeros(config.hidden))
        self.second_norm = GraphNorm(config.hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.readout = nn.Linear(config.hidden, 1)
        # Initialization of Glorot and Bengio (2010) over the whole first weight, including the row of the global node.
        first = torch.empty(width + 1, config.hidden)
        nn.init.xavier_uniform_(first)
        with torch.no_grad():
            self.operator_weight.copy_(first[:-1])
            self.global_weight.copy_(first[-1:])
        nn.init.xavier_uniform_(self.second_weight)

    def forward(self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor) -> Tensor:
        """Score each graph.

        Args:
            operators: (K, F) float, one row for each distinct operator of the batch.
            index: (B, N) int64, the row of each node's operator; 0 for padding.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.

        Returns:
            (B,) float scores. A graph without nodes gets the score of a global node without inputs.
        """
        if self.config.readout == "global":
            graphs = dense_graphs(*add_global_node(adjacency, mask))
        else:
            graphs = dense_graphs(adjacency, mask)
        x = graphs.propagation @ self._first_features(operators, index) + self.first_bias
        hidden = self.dropout(functional.relu(self.first_norm(x, graphs)))
        x = graphs.propagation @ (hidden @ self.second_weight) + self.second_bias
        score: Tensor = self.readout(self.dropout(self._read(x, graphs)))
        return score.flatten()

    def _first_features(self, operators: Tensor, index: Tensor) -> Tensor:
        """Return the products X W, (B, M, H), computed once for each row of the table and gathered per node."""
        if self.components is not None:
            operators = operators @ self.components
        table = operators @ self.operator_weight
        if self.config.readout == "global":
            table = torch.cat([self.global_weight, table])
            index = functional.pad(index + 1, (1, 0))
        return functional.embedding(index, table)

    def _read(self, x: Tensor, graphs: DenseGraphs) -> Tensor:
        """Return one feature vector for each graph, (B, H)."""
        if self.config.readout == "global":
            return functional.relu(self.second_norm.global_node(x, graphs)).squeeze(1)
        return graphs.mean(functional.relu(self.second_norm(x, graphs))).squeeze(1)


def principal_components(embeddings: Tensor, width: int) -> Tensor:
    """Return the projection (F, width) of (n, F) embeddings on their first principal components.

    As in the down-sampled encoders of TG-NAS, the projection subtracts no mean. Signs are fixed: each component's entry of
    largest magnitude is positive.

    Raises:
        ValueError: `width` is larger than n - 1 or F.
    """
    largest_width = min(embeddings.shape[0] - 1, embeddings.shape[1])
    if width > largest_width:
        raise ValueError(
            f"{width} principal components of {embeddings.shape[0]} embeddings of width {embeddings.shape[1]}, "
            f"expected at most {largest_width}"
        )
    centered = embeddings.double() - embeddings.double().mean(dim=0)
    components = torch.linalg.svd(centered, full_matrices=False).Vh[:width]
    largest = components.gather(1, components.abs().argmax(dim=1, keepdim=True))
    projection: Tensor = (components * largest.sign()).T
    return projection.float().contiguous()
