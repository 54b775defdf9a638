"""The TG-NAS predictor: a two-layer graph convolution over operator embeddings.

An architecture's cell is a graph of operators; each operator is the embedding of a sentence that
describes it, so that an operator never seen in training still has a place. Two graph convolutions
with graph normalization mix the operators along the data flow, a global node that every operator
feeds reads the graph out, and a linear layer turns it into a score (TG-NAS, section 3.3).

A batch of thousands of graphs has only a handful of distinct operators. So the model takes those as
one table and the nodes as indices into it: the widest product of the network, embedding times first
weight, runs once an operator instead of once a node.
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
    """What can be chosen about the predictor.

    Attributes:
        embedding: width F of a row of the operator table.
        projection: width that embeddings are projected to first, without bias (TG-NAS, table 2:
            64 by PCA); None to use them as they are.
        hidden: width H of both graph convolutions.
        readout: "global", a node that every node feeds, or "mean" over the nodes.
        dropout: share of hidden features dropped in training, before the second layer and the
            readout.
    """

    embedding: int = 384
    projection: int | None = None
    hidden: int = 64
    readout: Literal["global", "mean"] = "global"
    dropout: float = 0.0


class TgnasPredictor(nn.Module):
    """Scores a batch of architecture graphs; higher is better.

    Args:
        config: the choices.
        components: (F, projection) rows-to-columns projection, needed if `config.projection` is set;
            see `principal_components`.
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
        # The feature column that is 1 for the global node only, and its row of the first weight.
        self.global_weight = nn.Parameter(torch.empty(1, config.hidden))
        self.first_bias = nn.Parameter(torch.zeros(config.hidden))
        self.first_norm = GraphNorm(config.hidden)
        self.second_weight = nn.Parameter(torch.empty(config.hidden, config.hidden))
        self.second_bias = nn.Parameter(torch.zeros(config.hidden))
        self.second_norm = GraphNorm(config.hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.readout = nn.Linear(config.hidden, 1)
        # Glorot and Bengio 2010 over the whole first weight, embedding rows and flag row together.
        first = torch.empty(width + 1, config.hidden)
        nn.init.xavier_uniform_(first)
        with torch.no_grad():
            self.operator_weight.copy_(first[:-1])
            self.global_weight.copy_(first[-1:])
        nn.init.xavier_uniform_(self.second_weight)

    def forward(self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor) -> Tensor:
        """Score each graph.

        Args:
            operators: (K, F) float, a row for each distinct operator of the batch.
            index: (B, N) int64, the row of each node; 0 for padding.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.

        Returns:
            (B,) float. A graph without a node gets the score of the global node alone.
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
        """X W, (B, M, H), computed once for each row of the table and gathered."""
        if self.components is not None:
            operators = operators @ self.components
        table = operators @ self.operator_weight
        if self.config.readout == "global":
            table = torch.cat([self.global_weight, table])
            index = functional.pad(index + 1, (1, 0))
        return functional.embedding(index, table)

    def _read(self, x: Tensor, graphs: DenseGraphs) -> Tensor:
        """The features that stand for a graph, (B, H)."""
        if self.config.readout == "global":
            return functional.relu(self.second_norm.global_node(x, graphs)).squeeze(1)
        return graphs.mean(functional.relu(self.second_norm(x, graphs))).squeeze(1)


def principal_components(embeddings: Tensor, width: int) -> Tensor:
    """The projection (F, width) on the first principal components of (n, F) embeddings.

    As in TG-NAS' down-sampled encoders the projection itself subtracts no mean. Signs are fixed so
    that each component's largest entry is positive.
    """
    if width > min(embeddings.shape[0] - 1, embeddings.shape[1]):
        raise ValueError(f"{width} components need more than {embeddings.shape[0]} embeddings")
    centered = embeddings.double() - embeddings.double().mean(dim=0)
    components = torch.linalg.svd(centered, full_matrices=False).Vh[:width]
    largest = components.gather(1, components.abs().argmax(dim=1, keepdim=True))
    projection: Tensor = (components * largest.sign()).T
    return projection.float().contiguous()
