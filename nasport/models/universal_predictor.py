"""The universal predictor: a linear head over sizes, random-walk statistics, and predicted evaluator values.

It ranks architectures of search spaces without labels. Its inputs have the same meaning in every space:

- size: of the whole network, in a form that neither downsampling nor a single stage dominates
  (`runtime/costs/reachable.py`); of the skeleton alone; and of a cell's operators relative to the cell's width;
- statistics of random walks from a cell's output back to its input (`walks.py`);
- values of evaluators that would have to run the network, predicted by the taught network (`taught_network.py`).

Documents with cells and chains of layers have separate weights. For documents with cells, the sizes of the skeleton and of
the cell count separately, because the wiring of cells in one skeleton differs as much as their numbers of parameters. A
chain is a whole network, so its whole size counts. Training starts from a rule with round weights
(docs/reports/predictor.md) and stays near it (`ranking.py`). Weights of sizes and predicted values are never negative.
Inputs outside the training range are clipped to it, except sizes, which are extrapolated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from nasport.models.taught_network import TaughtConfig, TaughtNetwork
from nasport.models.walks import short_paths, walk_sums
from nasport.runtime.operators import PATH_ATTRIBUTES

# Columns of a row of the operator table.
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
# Numbers of the network that are also known for a document without a skeleton.
ALWAYS_KNOWN = ("log_reachable_parameters", "nodes")
SIZES = ("size", "skeleton", "cell")
WALKED = ("poolings", "short_paths", "identities", "trained_depth")
STATISTICS = (*SIZES, *WALKED)
# Weights of the network's numbers (logarithms) in each size. Twice the width means four times the parameters.
_SIZE = {"balanced_flops": 1.0, "summed_capacity": 0.75}
_SKELETON = {"log_width": 3.0, "log_layers": 1.5, "log_positions": 0.75}
# Weight of log(parameters of a cell's operators relative to a 1x1 convolution of the cell's width).
_CELL = 1.5
# Rows of the head's weights: documents with cells, and chains of layers.
KINDS = ("cells", "chain")
# Number of float32 values in the widest vector register (AVX-512).
REGISTER = 16

_COLUMN = {name: place for place, name in enumerate(OPERATOR_FEATURES)}
_NUMBER = {name: place for place, name in enumerate(GLOBALS)}


class Seen(NamedTuple):
    """Inputs of the head for B networks, and features that only an adaptation to one space uses.

    Attributes:
        statistics: (B, S), see `STATISTICS`.
        opinions: (B, H) predicted values of the evaluators.
        doubts: (B, H) predicted logarithms of the variance of these values.
        chain: (B,), 1 for a chain of layers, 0 for a document with cells.
        whole: (B, W) graph features of the taught network. The head ignores them; an adaptation uses them.
    """

    statistics: Tensor
    opinions: Tensor
    doubts: Tensor
    chain: Tensor
    whole: Tensor


class UniversalPredictor(nn.Module):
    """Predictor that scores a batch of architecture graphs; higher is better.

    Args:
        evaluators: names of the H evaluators whose values the taught network predicts.
        config: sizes of the taught network.
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
        """Names of the head's C inputs, in order."""
        return (*STATISTICS, *self.evaluators)

    def forward(
        self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor
    ) -> Tensor:
        """Score each graph.

        Args:
            operators: (K, F) float, the columns `OPERATOR_FEATURES` of each distinct operator.
            index: (B, N) int64, the row of each node's operator; 0 for padding.
            adjacency: (B, N, N) float, 1 at [b, v, u] if u feeds v.
            mask: (B, N) float, 1 for a node, 0 for padding.
            network: (B, G) float, the numbers `GLOBALS` of each network.

        Returns:
            (B,) float scores.
        """
        return self.head(self.seen(operators, index, adjacency, mask, network))

    def head(self, seen: Seen) -> Tensor:
        """Return scores (B,)."""
        by_kind = self.weighed(seen) @ self.weights.T
        return by_kind[:, 0] + seen.chain * (by_kind[:, 1] - by_kind[:, 0])

    def weighed(self, seen: Seen) -> Tensor:
        """Return the standardized inputs of the head, (B, C); see `scaled`."""
        return self.scaled(torch.cat([seen.statistics, seen.opinions], dim=1))

    def traits(self, seen: Seen) -> Tensor:
        """Return the features that an adaptation to one space uses, (B, T).

        They are the standardized inputs of the head and the graph features of the taught network.
        """
        return torch.cat([self.weighed(seen), seen.whole], dim=1)

    def scaled(self, numbers: Tensor) -> Tensor:
        """Clip inputs of the head, (B, C), to the training range and standardize them."""
        known = torch.minimum(torch.maximum(numbers, self.lowest), self.highest)
        return (known - self.mean) / self.deviation

    def seen(
        self, operators: Tensor, index: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor
    ) -> Seen:
        """Return the inputs of the head; arguments as for `forward`."""
        return self.observe(node_features(operators, index, mask), adjacency, mask, network)

    def observe(self, nodes: Tensor, adjacency: Tensor, mask: Tensor, network: Tensor) -> Seen:
        """Return the inputs of the head, like `seen`, from features (B, N, F) of the nodes."""

        def column(name: str) -> Tensor:
            return nodes[:, :, _COLUMN[name]]

        ends = column("output")
        numbers = torch.stack([column("pool"), column("identity"), column("depth")], dim=2)
        poolings, identities, depth = walk_sums(adjacency, numbers, ends).unbind(dim=1)
        short = short_paths(adjacency, column("layer"), column("input"), ends)
        cells = ends.sum(dim=1).clamp(min=1.0)
        relative = network[:, _NUMBER["log_reachable_parameters"]] - _log(cells)
        sizes = self._sizes(network, _CELL * relative)
        statistics = [*sizes, poolings, short, identities, _log(1.0 + depth)]
        chain = (column("in_chain") * ends).sum(dim=1).clamp(max=1.0)
        # A cell is evaluated without its network, because the networks of the training are smaller than usual networks.
        stated = network * torch.maximum(chain.unsqueeze(1), self.taught.always)
        opinions, doubts, whole = self.taught(nodes, ends, adjacency, mask, stated)
        return Seen(torch.stack(statistics, dim=1), opinions, doubts, chain, whole)

    def _sizes(self, network: Tensor, cell: Tensor) -> list[Tensor]:
        """Return the sizes, (B,) each, in the order of `SIZES`; an unknown skeleton counts as the mean of the training."""
        knows = network[:, _NUMBER["knows_network"]]
        size, skeleton, mean_cell = self.mean[: len(SIZES)].unbind()
        return [
            knows * _weighted(network, _SIZE) + (1.0 - knows) * (size + cell - mean_cell),
            knows * _weighted(network, _SKELETON) + (1.0 - knows) * skeleton,
            cell,
        ]


def _weighted(network: Tensor, weights: Mapping[str, float]) -> Tensor:
    """Return a weighted sum (B,) of the network's numbers."""
    return torch.stack([weight * network[:, _NUMBER[name]] for name, weight in weights.items()]).sum(dim=0)


def node_features(operators: Tensor, index: Tensor, mask: Tensor) -> Tensor:
    """Return features (B, N, F) of the nodes, 0 for padding; arguments as for `UniversalPredictor.forward`."""
    return functional.embedding(index, _with_logarithms(operators)) * mask.unsqueeze(2)


def _with_logarithms(operators: Tensor) -> Tensor:
    """Return rows (K, F) of operators with channels and strides replaced by their logarithms."""
    columns = list(operators.unbind(dim=1))
    columns[_COLUMN["channels"]] = _log(1.0 + columns[_COLUMN["channels"]])
    columns[_COLUMN["stride"]] = _log(columns[_COLUMN["stride"]].clamp(min=1.0))
    return torch.stack(columns, dim=1)


def _log(values: Tensor) -> Tensor:
    """Return the logarithms of (n,) values; the bits of a result do not depend on the position of its value.

    If the number of values is not a multiple of a register's width, torch computes the last values with different code,
    which rounds differently. So each value is repeated until it fills a register.
    """
    return torch.log(values.unsqueeze(1).expand(-1, REGISTER))[:, 0]
