"""Training of the taught network on evaluators' values for unlabeled architectures.

The values of each evaluator, whatever their unit, are mapped to Gaussian quantiles over all spaces and then scaled to a
standard deviation of 1 within a space. A predictor only has to order the architectures of one space. So the loss uses
differences from the mean of the space: it is the negative log-likelihood of a Gaussian whose variance the network predicts
too. A small term of the loss uses the quantiles themselves, so that predictions of different spaces are comparable.
Missing values are ignored.

A random part of the spaces is shown without the numbers of the whole network, like documents without a skeleton. The same
seed gives the same weights. There is no model selection: the weights after the last step are the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from torch import Tensor
from torch.nn import functional

from nasport.models.optimization import one_cycle, seeded
from nasport.models.taught_network import TaughtNetwork
from nasport.runtime.features import padded_size

# Weight of the loss on the quantiles themselves, relative to the loss on differences within a space.
ABSOLUTE = 0.05
# Graphs are padded to at least `SMALLEST` nodes. If they are padded to more than `LARGE`, a step takes half as many spaces.
SMALLEST, LARGE = 16, 32


class GraphArrays(NamedTuple):
    """Inputs of the taught network for M architectures.

    Attributes:
        nodes: (M, N, F) features of the nodes.
        adjacency: (M, N, N), 1 at [m, v, u] if u feeds v.
        mask: (M, N), 1 for a node, 0 for padding.
        network: (M, G) numbers of the whole networks.
    """

    nodes: Tensor
    adjacency: Tensor
    mask: Tensor
    network: Tensor

    def of_size(self, size: int) -> GraphArrays:
        """Return the same graphs padded, or cut, to `size` nodes; no graph may have more nodes than that."""
        nodes, adjacency = _resized(self.nodes, size, 1), _resized(self.adjacency, size, 1, 2)
        return GraphArrays(nodes, adjacency, _resized(self.mask, size, 1), self.network)

    def of(self, rows: NDArray[np.int64]) -> GraphArrays:
        """Return the architectures in these rows."""
        chosen = torch.from_numpy(rows)
        return GraphArrays(*(array[chosen] for array in self))

    @property
    def largest(self) -> int:
        """Number of nodes of the largest graph."""
        return int(self.mask.sum(dim=1).max())


class EvaluatedSpace(NamedTuple):
    """M evaluated architectures of one search space, whose values are comparable.

    Attributes:
        graphs: the M architectures.
        values: (M, H) values of the H evaluators, higher is better; NaN if missing.
        one_skeleton: whether all architectures are cells in the same skeleton, whose numbers are then hidden.
    """

    graphs: GraphArrays
    values: NDArray[np.float64]
    one_skeleton: bool = False


@dataclass(frozen=True)
class TeachingConfig:
    """Settings of the training.

    Attributes:
        steps: number of optimizer steps.
        spaces: number of spaces in a step; half as many if their graphs are large.
        members: maximum number of architectures of one space in a step; larger spaces are drawn more often.
        learning_rate: highest learning rate; it rises over the first tenth of the steps and falls to zero as a cosine.
        weight_decay: weight decay of all parameters.
        hidden: share of the spaces shown without the numbers of the whole networks.
        largest_gradient: norm to which the gradient is clipped.
    """

    steps: int = 3600
    spaces: int = 12
    members: int = 24
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    hidden: float = 0.5
    largest_gradient: float = 1.0


def teach(
    network: TaughtNetwork,
    output: int,
    spaces: Sequence[EvaluatedSpace],
    config: TeachingConfig,
    seed: int,
    *,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Train a network in place and leave it in evaluation mode.

    Args:
        network: network with initial weights drawn from the same seed (`optimization.seeded`).
        output: column of the node features that marks outputs.
        spaces: evaluated architectures.
        config: settings of the training.
        seed: seed of the samples and of the hidden spaces.
        say: receives a progress message every 400 steps.
    """
    targets = targets_of(spaces)
    numbers = torch.cat([space.graphs.network for space in spaces])
    network.mean.copy_(numbers.mean(dim=0))
    network.deviation.copy_(numbers.std(dim=0) + 1e-3)
    network.mean[network.knows], network.deviation[network.knows] = 0.0, 1.0
    places = np.repeat(np.arange(len(spaces)), [-(-len(space.values) // config.members) for space in spaces])
    sizes = np.array([max(SMALLEST, padded_size(space.graphs.largest)) for space in spaces])[places]
    rng, running = np.random.default_rng(seed), 0.0
    with seeded(seed):
        step = one_cycle(
            network.train().parameters(),
            config.learning_rate,
            config.weight_decay,
            config.steps,
            largest_gradient=config.largest_gradient,
        )
        for number in range(1, config.steps + 1):
            size = int(rng.choice(sizes))
            wanted = config.spaces if size <= LARGE else config.spaces // 2
            chosen = places[rng.permutation(np.flatnonzero(sizes == size))[:wanted]].tolist()
            samples = [(space, rng.permutation(len(targets[space]))[: config.members]) for space in chosen]
            graphs, place = _batched([spaces[space].graphs.of(rows) for space, rows in samples], size)
            one_skeleton = np.array([spaces[space].one_skeleton for space in chosen])
            hidden = torch.from_numpy(one_skeleton | (rng.random(len(chosen)) < config.hidden))[place]
            known = torch.where(hidden[:, None], graphs.network * network.always, graphs.network)
            ends = graphs.nodes[:, :, output]
            opinions, doubts, _ = network(graphs.nodes, ends, graphs.adjacency, graphs.mask, known)
            wanted_values = torch.cat([targets[space][rows] for space, rows in samples])
            loss = _loss(opinions, doubts, wanted_values, place)
            step(loss)
            running += 0.02 * (float(loss.detach()) - running)
            if number % 400 == 0:
                say(f"step {number} of {config.steps}: loss {running:.3f}")
    network.eval()


def targets_of(spaces: Sequence[EvaluatedSpace]) -> list[Tensor]:
    """Return the targets of each space, (M, H) float32.

    Targets are Gaussian quantiles of the evaluators' values over all spaces, divided so that the variance within a space
    is 1 on average. Missing values are NaN.
    """
    everything = np.concatenate([space.values for space in spaces])
    for column in everything.T:
        present = np.isfinite(column)
        if present.any():
            column[present] = norm.ppf((rankdata(column[present]) - 0.5) / present.sum())
    ends = np.cumsum([len(space.values) for space in spaces])[:-1]
    parts = np.split(everything, ends)
    deviation = np.ones(everything.shape[1])
    for evaluator in range(len(deviation)):
        variances = [
            np.nanvar(part[:, evaluator]) for part in parts if np.isfinite(part[:, evaluator]).sum() > 1
        ]
        deviation[evaluator] = np.sqrt(np.mean(variances)) if variances else 1.0
    return [torch.from_numpy((part / deviation).astype(np.float32)) for part in parts]


def _loss(opinions: Tensor, doubts: Tensor, targets: Tensor, place: Tensor) -> Tensor:
    """Return the loss, averaged over the evaluators.

    Args:
        opinions: (B, H) predicted values.
        doubts: (B, H) predicted logarithms of their variance.
        targets: (B, H), NaN if missing.
        place: (B,) index of each architecture's space in the batch.
    """
    present = torch.isfinite(targets).float()
    targets = torch.nan_to_num(targets)
    member = functional.one_hot(place).T.float()
    count = (member @ present).clamp(min=1.0)

    def centered(values: Tensor) -> Tensor:
        return values - ((member @ (values * present)) / count)[place]

    within = 0.5 * (torch.exp(-doubts) * (centered(opinions) - centered(targets)).square() + doubts)
    absolute = (opinions - targets).square()
    return (((within + ABSOLUTE * absolute) * present).sum(dim=0) / present.sum(dim=0).clamp(min=1.0)).mean()


def _batched(spaces: Sequence[GraphArrays], size: int) -> tuple[GraphArrays, Tensor]:
    """Return several spaces as one batch, and the index (B,) of each architecture's space."""
    parts = zip(*(space.of_size(size) for space in spaces), strict=True)
    counts = torch.tensor([len(space.mask) for space in spaces])
    return GraphArrays(*map(torch.cat, map(list, parts))), torch.repeat_interleave(counts)


def _resized(values: Tensor, size: int, *axes: int) -> Tensor:
    """Cut a tensor, or fill it with zeros, to `size` along some axes."""
    for axis in axes:
        values = values.narrow(axis, 0, min(values.shape[axis], size))
    missing = [size - length if axis in axes else 0 for axis, length in enumerate(values.shape)]
    return functional.pad(values, [amount for last in reversed(missing) for amount in (0, last)])
