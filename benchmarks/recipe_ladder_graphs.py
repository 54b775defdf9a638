"""A free-form graph network over the operators of a cell, whose number corrects that of the path predictor.

It is what `recipe_ladder.py` measures beside the recipe: a node starts as a learned mixture of its operator's numbers or of
the embedding of its description, three layers let nodes see each other, and what they have become is pooled into one
number. The correction starts at zero and stays within `bound`, so that a network that learns nothing costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from nasport.runtime.features import EMBEDDING_WIDTH
from nasport.runtime.operators import PATH_ATTRIBUTES

ATTRIBUTES, TEXT = "attributes", "text"
FAR = -1e9


@dataclass(frozen=True)
class GraphConfig:
    """What can be chosen.

    Attributes:
        reads: of an operator: `ATTRIBUTES`, `TEXT`, or both.
        both_ways: messages also run against the data flow.
        attention: every node attends to every node, with a learned bias along and against the data flow, instead of taking
            the mean of its neighbours.
        width: of a node.
        layers: how many.
        heads: of the attention.
        words: width that embeddings are projected to first.
        dropout: share of a layer's numbers dropped in training.
        bound: the correction stays within it; scores have a spread of about 2.
    """

    reads: tuple[str, ...]
    both_ways: bool = False
    attention: bool = False
    width: int = 32
    layers: int = 3
    heads: int = 4
    words: int = 16
    dropout: float = 0.1
    bound: float = 1.0


class Correction(nn.Module):
    """One number a graph, within `bound`."""

    def __init__(self, config: GraphConfig) -> None:
        super().__init__()
        self.config = config
        width, dropout = config.width, nn.Dropout(config.dropout)
        self.numbers = nn.Linear(len(PATH_ATTRIBUTES), width) if ATTRIBUTES in config.reads else None
        projection = nn.Linear(EMBEDDING_WIDTH, config.words, bias=False)
        self.text = (
            nn.Sequential(projection, nn.Linear(config.words, width)) if TEXT in config.reads else None
        )
        layer = Attention if config.attention else Convolution
        self.layers = nn.ModuleList(layer(config) for _ in range(config.layers))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(config.layers))
        self.dropout = dropout
        self.last = nn.Linear(width, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.readout = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), dropout, self.last)

    def forward(self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor) -> Tensor:
        """Correct each graph.

        Args:
            operators: (K, 384 + A) float: embedding, then path attributes.
            index: (B, N) int64, the row of each node; 0 for padding.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.

        Returns:
            (B,) float.
        """
        present = mask.unsqueeze(2)
        nodes = functional.relu(functional.embedding(index, self._rows(operators))) * present
        for layer, norm in zip(self.layers, self.norms, strict=True):
            seen = functional.relu(norm(layer(nodes, adjacency, mask)))
            nodes = (nodes + self.dropout(seen)) * present
        count = mask.sum(dim=1, keepdim=True).clamp(min=1.0)
        pooled = torch.cat([nodes.sum(dim=1) / count, nodes.amax(dim=1)], dim=1)
        found: Tensor = self.readout(pooled)[:, 0]
        return self.config.bound * torch.tanh(found / self.config.bound)

    def _rows(self, operators: Tensor) -> Tensor:
        parts = []
        if self.text is not None:
            parts.append(self.text(operators[:, :EMBEDDING_WIDTH]))
        if self.numbers is not None:
            parts.append(self.numbers(operators[:, EMBEDDING_WIDTH:]))
        return torch.stack(parts).sum(dim=0)


class Convolution(nn.Module):
    """What a node is, and the mean of what feeds it (and of what it feeds), each through its own weights."""

    def __init__(self, config: GraphConfig) -> None:
        super().__init__()
        width = config.width
        self.own = nn.Linear(width, width)
        self.along = nn.Linear(width, width, bias=False)
        self.against = nn.Linear(width, width, bias=False) if config.both_ways else None

    def forward(self, nodes: Tensor, adjacency: Tensor, mask: Tensor) -> Tensor:
        """(B, N, width) to the same."""
        found: Tensor = self.own(nodes) + self.along(_mean(adjacency) @ nodes)
        if self.against is not None:
            found = found + self.against(_mean(adjacency.transpose(1, 2)) @ nodes)
        return found


class Attention(nn.Module):
    """What a node is, and what it finds in all nodes of its graph."""

    def __init__(self, config: GraphConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.own = nn.Linear(config.width, config.width)
        self.asked = nn.Linear(config.width, 3 * config.width, bias=False)
        self.joined = nn.Linear(config.width, config.width, bias=False)
        # Of each head: for a node that feeds this one, and for one that this one feeds.
        self.bias = nn.Parameter(torch.zeros(2, config.heads, 1, 1))

    def forward(self, nodes: Tensor, adjacency: Tensor, mask: Tensor) -> Tensor:
        """(B, N, width) to the same."""
        graphs, size, width = nodes.shape
        parts = self.asked(nodes).view(graphs, size, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        edges = adjacency.unsqueeze(1)
        bias = self.bias[0] * edges + self.bias[1] * edges.transpose(2, 3) + FAR * (1.0 - mask)[:, None, None]
        weights = torch.softmax(query @ key.transpose(2, 3) / (width // self.heads) ** 0.5 + bias, dim=-1)
        found: Tensor = self.own(nodes) + self.joined(
            (weights @ value).transpose(1, 2).reshape(graphs, size, width)
        )
        return found


def _mean(adjacency: Tensor) -> Tensor:
    return adjacency / adjacency.sum(dim=2, keepdim=True).clamp(min=1.0)
