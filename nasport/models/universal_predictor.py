"""The universal predictor: size, what the walks through a network meet, and what judges would say of it.

Which architecture is better in a space that nobody has labeled? Three sorts of numbers mean the same everywhere, and a
short linear head weighs them:

- size, of the whole network in a form that no downsampling and no single stage dominates (`runtime/costs/live.py`), of the
  skeleton alone, and of a cell's operators relative to its width;
- statistics of the walks from the output of a cell back to its input (`walks.py`);
- opinions of evaluators that would have to run the network, foretold by the taught network (`taught_network.py`).

Cells and chains of layers have weights of their own. Of a document with cells half of the size is that of skeleton and
cell, since cells of one skeleton differ in how they are wired as much as in how many parameters they have. A chain is the
network itself, and its whole size counts. The weights start from a rule in round numbers (docs/reports/predictor.md) and are
learned on benchmark tables, near to it (`ranking.py`); those of sizes and opinions are never negative. What lies outside the range that training has shown counts as the edge of that range, but for sizes: a larger network than all of
them is larger still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from nasport.models.taught_network import TaughtConfig, TaughtNetwork
from nasport.models.walks import met, short_paths
from nasport.runtime.operators import PATH_ATTRIBUTES

# What an operator's row consists of.
OPERATOR_FEATURES = (*PATH_ATTRIBUTES, "channels", "stride", "in_reduction", "in_chain", "knows_attributes")
GLOBALS = (
    "balanced_flops",
    "summed_capacity",
    "balanced_parameters",
    "log_live_parameters",
    "log_live_flops",
    "resolutions",
    "log_layers",
    "log_width",
    "log_positions",
    "log_reachable_parameters",
    "nodes",
    "knows_network",
)
# What a document without a skeleton states of its network too.
ALWAYS_KNOWN = ("log_reachable_parameters", "nodes")
SIZES = ("size", "skeleton", "cell")
WALKED = ("poolings", "short_paths", "identities", "trained_depth")
STATISTICS = (*SIZES, *WALKED)
# Numbers of the network that make up each size, with their weights. Twice as wide is four times the parameters.
_SIZE = {"balanced_flops": 1.0, "summed_capacity": 0.75}
_SKELETON = {"log_width": 3.0, "log_layers": 1.5, "log_positions": 0.75}
_CELL = 1.5  # of log(parameters of a cell's operators relative to a 1x1 convolution of its width)
# Rows of weights: of documents with cells, and of chains.
KINDS = ("cells", "chain")
# Floats of the widest register (AVX-512).
REGISTER = 16

_COLUMN = {name: place for place, name in enumerate(OPERATOR_FEATURES)}
_NUMBER = {name: place for place, name in enumerate(GLOBALS)}


class Seen(NamedTuple):
    """What the head sees of B networks.

    Attributes:
        statistics: (B, S), see `STATISTICS`.
        opinions: (B, H) of the evaluators.
        doubts: (B, H) logarithms of the variance about them.
        chain: (B,), 1 for a chain of layers.
        whole: (B, W) of the taught network, which the head does not look at: an adaptation to one space does.
    """

    statistics: Tensor
    opinions: Tensor
    doubts: Tensor
    chain: Tensor
    whole: Tensor


class UniversalPredictor(nn.Module):
    """Scores a batch of architecture graphs; higher is better.

    Args:
        judges: names of what the taught network foretells.
        config: of the taught network.
    """

    mean: Tensor
    deviation: Tensor
    lowest: Tensor
    highest: Tensor
    weights: Tensor

    def __init__(self, evaluators: Sequence[str], config: TaughtConfig) -> None:
        super().__init__()
        self.evaluators = tuple(evaluators)
        self.taught = TaughtNetwork(
            len(OPERATOR_FEATURES),
            len(GLOBALS),
            len(self.evaluators),
            config,
            always_known=[_NUMBER[name] for name in ALWAYS_KNOWN],
            knows=_NUMBER["knows_network"],
        )
        size = len(STATISTICS) + len(self.evaluators)
        for name, value in (("mean", 0.0), ("deviation", 1.0), ("lowest", -1e9), ("highest", 1e9)):
            self.register_buffer(name, torch.full((size,), value))
        self.register_buffer("weights", torch.zeros(len(KINDS), size))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of what the head weighs, in order."""
        return (*STATISTICS, *self.evaluators)

    def forward(
        self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor
    ) -> Tensor:
        """Score each graph.

        Args:
            operators: (K, F) float, the features `OPERATOR_FEATURES`.
            index: (B, N) int64, the row of each node; 0 for padding.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.
            network: (B, G) float, the numbers `GLOBALS`.

        Returns:
            (B,) float.
        """
        return self.head(self.seen(operators, index, adjacency, mask, network))

    def head(self, seen: Seen) -> Tensor:
        """Scores (B,) from what is seen."""
        by_kind = self.weighed(seen) @ self.weights.T
        return by_kind[:, 0] + seen.chain * (by_kind[:, 1] - by_kind[:, 0])

    def weighed(self, seen: Seen) -> Tensor:
        """(B, C) what the head weighs, see `scaled`."""
        return self.scaled(torch.cat([seen.statistics, seen.opinions], dim=1))

    def traits(self, seen: Seen) -> Tensor:
        """(B, T) all that an adaptation to one space may weigh: what the head does, and the taught network's view."""
        return torch.cat([self.weighed(seen), seen.whole], dim=1)

    def scaled(self, numbers: Tensor) -> Tensor:
        """What is weighed, (B, C), within the range of the training and in its deviations."""
        known = torch.minimum(torch.maximum(numbers, self.lowest), self.highest)
        return (known - self.mean) / self.deviation

    def seen(
        self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor
    ) -> Seen:
        """What the head sees; arguments as for `forward`."""
        return self.observe(node_features(operators, index, mask), adjacency, mask, network)

    def observe(self, nodes: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor) -> Seen:
        """The same from (B, N, F) features of nodes."""

        def column(name: str) -> Tensor:
            return nodes[:, :, _COLUMN[name]]

        ends = column("output")
        numbers = torch.stack([column("pool"), column("identity"), column("depth")], dim=2)
        poolings, identities, depth = met(adjacency, numbers, ends).unbind(dim=1)
        short = short_paths(adjacency, column("layer"), column("input"), ends)
        cells = ends.sum(dim=1).clamp(min=1.0)
        relative = network[:, _NUMBER["log_reachable_parameters"]] - _log(cells)
        sizes = self._sizes(network, _CELL * relative)
        statistics = [*sizes, poolings, short, identities, _log(1.0 + depth)]
        chain = (column("in_chain") * ends).sum(dim=1).clamp(max=1.0)
        # A cell is judged by itself: the networks that judges heard are smaller than those that people build.
        stated = network * torch.maximum(chain.unsqueeze(1), self.taught.always)
        opinions, doubts, whole = self.taught(nodes, ends, adjacency, mask, stated)
        return Seen(torch.stack(statistics, dim=1), opinions, doubts, chain, whole)

    def _sizes(self, network: Tensor, cell: Tensor) -> list[Tensor]:
        """(B,) each, in the order of `SIZES`. An unknown network counts as one of the training's mean skeleton."""
        knows = network[:, _NUMBER["knows_network"]]
        size, skeleton, mean_cell = self.mean[: len(SIZES)].unbind()
        return [
            knows * _weighted(network, _SIZE) + (1.0 - knows) * (size + cell - mean_cell),
            knows * _weighted(network, _SKELETON) + (1.0 - knows) * skeleton,
            cell,
        ]


def _weighted(network: Tensor, weights: Mapping[str, float]) -> Tensor:
    """(B,): a sum of numbers of the network."""
    return torch.stack([weight * network[:, _NUMBER[name]] for name, weight in weights.items()]).sum(dim=0)


def node_features(operators: Tensor, index: Tensor, mask: Tensor) -> Tensor:
    """(B, N, F), 0 for padding; arguments as for `UniversalPredictor.forward`."""
    return functional.embedding(index, _scaled(operators)) * mask.unsqueeze(2)


def _scaled(operators: Tensor) -> Tensor:
    """Rows (K, F) with the logarithms of what counts in factors."""
    columns = list(operators.unbind(dim=1))
    columns[_COLUMN["channels"]] = _log(1.0 + columns[_COLUMN["channels"]])
    columns[_COLUMN["stride"]] = _log(columns[_COLUMN["stride"]].clamp(min=1.0))
    return torch.stack(columns, dim=1)


def _log(values: Tensor) -> Tensor:
    """Logarithms of (n,) values, with the same bits wherever a value stands.

    The last few values of a tensor, less than fill a register, are computed by other code, which rounds otherwise: so each
    value fills registers of its own.
    """
    return torch.log(values.unsqueeze(1).expand(-1, REGISTER))[:, 0]
