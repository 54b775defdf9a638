"""The path predictor: what a network can learn, and what the paths through its cells look like.

Which architecture is better in a space that nobody has labelled? Free-form graph networks over operator embeddings learn
the spaces they are trained on and lose elsewhere to counting parameters. What carries over from space to space are a few
quantities that mean the same everywhere, so the network computes those and learns only how they weigh:

- capacity, log parameters averaged over the resolutions of the network, with a little of log parameters of the whole;
- a walk from the output of a cell back to its input, which goes on to each of a node's inputs with equal probability:
  how many poolings and how many identities it passes on average, and the expectation of 1/2 to the power of the layers
  it passes, near 1 where some paths are short and gradients flow.

The walk's statistics solve linear systems (I - M) h = b. M is nilpotent since cells have no cycles, so that the inverse
is the finite product (I + M)(I + M^2)(I + M^4)...: matrix products only, exact for paths of up to 63 operators.

Operators enter through their numbers (`runtime/operators`). Where only a description is known, the numbers
are read from its embedding (`text_attributes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from nasport.runtime.features import EMBEDDING_WIDTH
from nasport.runtime.operators import PATH_ATTRIBUTES

# log2 of the longest path whose every operator counts.
SQUARINGS = 6
REGISTER = 16
UNBOUNDED = 1e9
GLOBALS = ("balanced_parameters", "log_live_parameters", "knows_network")
# What an operator's row consists of.
OPERATOR_FEATURES = ("embedding", *PATH_ATTRIBUTES, "knows_attributes")
STATISTICS = ("capacity", "poolings", "short_paths", "identities")

_COLUMN = {name: place for place, name in enumerate(PATH_ATTRIBUTES)}


@dataclass(frozen=True)
class PathConfig:
    """What can be chosen about the predictor.

    Attributes:
        hidden: width of the layer that looks at all statistics together.
        parameter_weight: weight of log parameters of the whole network beside the balanced ones, which weigh 1.
        halving: factor of the short-path statistic for each layer on a path.
    """

    hidden: int = 32
    parameter_weight: float = 0.1
    halving: float = 0.5


class StatisticScale(NamedTuple):
    """How statistics are brought to one scale, and where capacity stands that is guessed from the cells alone.

    Attributes:
        mean: (S,) of the statistics.
        deviation: (S,) of the statistics.
        lowest: (S,) what training has shown of each statistic; what lies below counts as this.
        highest: (S,) likewise, above.
        offset: capacity less log(1 + reachable parameters).
    """

    mean: Tensor
    deviation: Tensor
    lowest: Tensor
    highest: Tensor
    offset: float


class PathPredictor(nn.Module):
    """Scores a batch of architecture graphs; higher is better.

    Args:
        config: the choices.
        text: from embeddings (K, 384) to path attributes (K, A); None: nothing is read from descriptions.
    """

    mean: Tensor
    deviation: Tensor
    lowest: Tensor
    highest: Tensor
    offset: Tensor

    def __init__(self, config: PathConfig, text: nn.Module | None = None) -> None:
        super().__init__()
        self.config = config
        self.text = text
        size = len(STATISTICS)
        unscaled = {"mean": 0.0, "deviation": 1.0, "lowest": -UNBOUNDED, "highest": UNBOUNDED}
        for name, value in unscaled.items():
            self.register_buffer(name, torch.full((size,), value))
        self.register_buffer("offset", torch.zeros(()))
        self.linear = nn.Parameter(torch.zeros(size, 1))
        self.bend = nn.Linear(size, config.hidden)
        self.unbend = nn.Parameter(torch.empty(config.hidden, 1).uniform_(-1, 1) / config.hidden**0.5)

    def forward(
        self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor
    ) -> Tensor:
        """Score each graph.

        Args:
            operators: (K, 384 + A + 1) float: embedding, path attributes, 1 where those are known.
            index: (B, N) int64, the row of each node; 0 for padding.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.
            network: (B, 3) float, the numbers `GLOBALS`.

        Returns:
            (B,) float.
        """
        return self.head(self.statistics(operators, index, adjacency, mask, network))

    def head(self, statistics: Tensor) -> Tensor:
        """Scores (B,) from statistics (B, S): linear, and a bounded correction that sees them together."""
        known = torch.minimum(torch.maximum(statistics, self.lowest), self.highest)
        scaled = (known - self.mean) / self.deviation
        hidden = torch.tanh(self.bend(scaled))
        # One product for both parts, with two equal columns: a matrix of one column is multiplied by other kernels.
        weights = torch.cat([self.linear, self.unbend])
        scores = torch.cat([scaled, hidden], dim=1) @ torch.cat([weights, weights], dim=1)
        return scores[:, 0]

    def set_scale(self, scale: StatisticScale) -> None:
        """Take over how statistics are scaled."""
        for name, value in scale._asdict().items():
            self.get_buffer(name).copy_(torch.as_tensor(value))

    def statistics(
        self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor
    ) -> Tensor:
        """The numbers `STATISTICS` of each graph, (B, S); arguments as for `forward`."""
        attributes = self._attributes(operators)
        nodes = functional.embedding(index, attributes) * mask.unsqueeze(2)
        walk = adjacency / adjacency.sum(dim=2, keepdim=True).clamp(min=1.0)
        counted = _resolved(walk, _columns(nodes, "pool", "identity"))
        halved = self.config.halving ** _columns(nodes, "layer")
        entered = _columns(nodes, "input", "input")
        shortened = _resolved(halved * walk, halved * entered)
        ends = _columns(nodes, "output")
        start = (ends / ends.sum(dim=1, keepdim=True).clamp(min=1.0)).transpose(1, 2)
        # Two equal rows: a matrix of one row is multiplied by other kernels, which add in another order.
        start = torch.cat([start, start], dim=1)
        poolings, identities = (start @ counted)[:, 0].unbind(dim=1)
        short_paths = (start @ shortened)[:, 0, 0]
        capacity = self._capacity(nodes, mask, network)
        return torch.stack([capacity, poolings, short_paths, identities], dim=1)

    def _attributes(self, operators: Tensor) -> Tensor:
        """(K, A + 1): known ones, else those that the description tells; last whether they are known."""
        end = EMBEDDING_WIDTH + len(PATH_ATTRIBUTES)
        known, knows = operators[:, EMBEDDING_WIDTH:end], operators[:, end:]
        if self.text is not None:
            told: Tensor = self.text(operators[:, :EMBEDDING_WIDTH])
            known = knows * known + (1.0 - knows) * told
        return torch.cat([known, knows], dim=1)

    def _capacity(self, nodes: Tensor, mask: Tensor, network: Tensor) -> Tensor:
        """(B,): of the whole network; where it is not known, guessed from the operators of the cells.

        The costs of a network hold nothing of an operator that only a description tells of, so what its description
        says of its weight is added in proportion to the weights of the others.
        """
        balanced, parameters, knows = network.unbind(dim=1)
        # As many equal columns as a vector register holds: the last few logarithms of an array are computed by other code.
        weights = _columns(nodes, *["log_weight"] * REGISTER).exp() - 1.0
        rows = torch.stack([mask, mask], dim=1)
        reachable = torch.log1p((rows @ weights)[:, 0])[:, 0]
        counted = torch.log1p((rows @ (weights * nodes[:, :, -1:]))[:, 0])[:, 0]
        whole = balanced + self.config.parameter_weight * parameters + (reachable - counted)
        return knows * whole + (1.0 - knows) * (self.offset + reachable)


def _columns(nodes: Tensor, *names: str) -> Tensor:
    """Some attributes of the nodes: (B, N, A) to (B, N, len(names)). Two of them where a matrix product must not
    see a single column."""
    return torch.cat([nodes[:, :, _COLUMN[name]].unsqueeze(2) for name in names], dim=2)


def _resolved(step: Tensor, source: Tensor) -> Tensor:
    """h = source + step @ h for a nilpotent step: (B, N, N) and (B, N, C) to (B, N, C)."""
    h = source
    for squaring in range(SQUARINGS):
        h = h + step @ h
        if squaring < SQUARINGS - 1:
            step = step @ step
    return h
