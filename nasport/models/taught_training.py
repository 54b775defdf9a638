"""Teaching the taught network what judges said of architectures that nobody labeled.

An evaluator's numbers are brought to quantiles of a Gaussian over the whole world, whatever their unit, and then to a standard
deviation of 1 within a space. Only the order within a space is asked of a predictor, so the loss looks at differences from
the mean of the space: the negative log-likelihood of a Gaussian whose variance the network says itself, its doubt. A
small part of the loss looks at the numbers as they are, so that opinions of different spaces can be compared. What a
judge did not say counts nothing.

Some spaces are shown without the numbers of their networks, as documents without a skeleton come. The same seed gives the
same weights; nothing is chosen along the way, the last step ships.
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

# Weight of the quantiles as they are, beside that of differences within a space.
ABSOLUTE = 0.05
# Graphs are padded to this many places for nodes at least; of those with more than `LARGE` half as many spaces make a step.
SMALLEST, LARGE = 16, 32


class GraphArrays(NamedTuple):
    """M architectures as a network takes them.

    Attributes:
        nodes: (M, N, F) features.
        adjacency: (M, N, N), 1 at [m, v, u] if u feeds v.
        mask: (M, N), 1 for a node.
        network: (M, G) numbers of whole networks.
    """

    nodes: Tensor
    adjacency: Tensor
    mask: Tensor
    network: Tensor

    def of_size(self, size: int) -> GraphArrays:
        """With so many places for nodes; what is cut off is padding."""
        nodes, adjacency = _of_size(self.nodes, size, 1), _of_size(self.adjacency, size, 1, 2)
        return GraphArrays(nodes, adjacency, _of_size(self.mask, size, 1), self.network)

    def of(self, rows: NDArray[np.int64]) -> GraphArrays:
        """Some of the architectures."""
        chosen = torch.from_numpy(rows)
        return GraphArrays(*(each[chosen] for each in self))

    @property
    def largest(self) -> int:
        """Nodes of the largest graph."""
        return int(self.mask.sum(dim=1).max())


class EvaluatedSpace(NamedTuple):
    """Judged architectures whose verdicts can be compared.

    Attributes:
        graphs: of M architectures.
        verdicts: (M, H), higher is better, NaN where an evaluator said nothing.
        one_skeleton: all are cells in the same one, which then is left unsaid.
    """

    graphs: GraphArrays
    verdicts: NDArray[np.float64]
    one_skeleton: bool = False


@dataclass(frozen=True)
class TeachingConfig:
    """How to teach.

    Attributes:
        steps: of the optimizer.
        spaces: in a step; of large graphs half as many.
        members: of a space in a step, at most; larger spaces are taken more often.
        learning_rate: the highest; rises over the first tenth of the steps, then falls to zero as a cosine.
        weight_decay: of all weights.
        hidden: share of the spaces shown without the numbers of their networks.
        largest_gradient: its norm is clipped to this.
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
    """Train a network in place, and leave it in evaluation mode.

    Args:
        network: with weights drawn from the same seed (`optimization.seeded`).
        output: which feature of a node says that it is an output.
        spaces: what was judged.
        config: how.
        seed: of what is drawn on the way.
        say: told now and then how far it is.
    """
    targets = targets_of(spaces)
    numbers = torch.cat([space.graphs.network for space in spaces])
    network.mean.copy_(numbers.mean(dim=0))
    network.deviation.copy_(numbers.std(dim=0) + 1e-3)
    network.mean[network.knows], network.deviation[network.knows] = 0.0, 1.0
    places = np.repeat(
        np.arange(len(spaces)), [-(-len(space.verdicts) // config.members) for space in spaces]
    )
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
            rows = [rng.permutation(len(targets[each]))[: config.members] for each in chosen]
            graphs, place = _together(
                [spaces[each].graphs.of(here) for each, here in zip(chosen, rows, strict=True)], size
            )
            alike = np.array([spaces[each].one_skeleton for each in chosen])
            hidden = torch.from_numpy(alike | (rng.random(len(chosen)) < config.hidden))[place]
            known = torch.where(hidden[:, None], graphs.network * network.always, graphs.network)
            ends = graphs.nodes[:, :, output]
            opinions, doubts, _ = network(graphs.nodes, ends, graphs.adjacency, graphs.mask, known)
            loss = _loss(
                opinions,
                doubts,
                torch.cat([targets[each][here] for each, here in zip(chosen, rows, strict=True)]),
                place,
            )
            step(loss)
            running += 0.02 * (float(loss.detach()) - running)
            if number % 400 == 0:
                say(f"step {number} of {config.steps}: loss {running:.3f}")
    network.eval()


def targets_of(spaces: Sequence[EvaluatedSpace]) -> list[Tensor]:
    """(M, H) a space: Gaussian quantiles of the verdicts over all spaces, with a mean variance of 1 within one."""
    everything = np.concatenate([space.verdicts for space in spaces])
    for column in everything.T:
        said = np.isfinite(column)
        if said.any():
            column[said] = norm.ppf((rankdata(column[said]) - 0.5) / said.sum())
    ends = np.cumsum([len(space.verdicts) for space in spaces])[:-1]
    found = np.split(everything, ends)
    deviation = np.ones(everything.shape[1])
    for evaluator in range(len(deviation)):
        variances = [
            np.nanvar(part[:, evaluator]) for part in found if np.isfinite(part[:, evaluator]).sum() > 1
        ]
        deviation[evaluator] = np.sqrt(np.mean(variances)) if variances else 1.0
    return [torch.from_numpy((part / deviation).astype(np.float32)) for part in found]


def _loss(opinions: Tensor, doubts: Tensor, targets: Tensor, place: Tensor) -> Tensor:
    """Mean over the evaluators; all (B, H), and (B,) the number of each architecture's space among those of the batch."""
    said = torch.isfinite(targets).float()
    targets = torch.nan_to_num(targets)
    member = functional.one_hot(place).T.float()
    count = (member @ said).clamp(min=1.0)

    def centered(values: Tensor) -> Tensor:
        return values - ((member @ (values * said)) / count)[place]

    within = 0.5 * (torch.exp(-doubts) * (centered(opinions) - centered(targets)).square() + doubts)
    absolute = (opinions - targets).square()
    return (((within + ABSOLUTE * absolute) * said).sum(dim=0) / said.sum(dim=0).clamp(min=1.0)).mean()


def _together(spaces: Sequence[GraphArrays], size: int) -> tuple[GraphArrays, Tensor]:
    """Several spaces in one batch, and (B,) the place of each architecture's space."""
    parts = zip(*(space.of_size(size) for space in spaces), strict=True)
    counts = torch.tensor([len(space.mask) for space in spaces])
    return GraphArrays(*map(torch.cat, map(list, parts))), torch.repeat_interleave(counts)


def _of_size(values: Tensor, size: int, *axes: int) -> Tensor:
    """Cut or filled with zeros along some axes; what is cut off is padding."""
    for axis in axes:
        values = values.narrow(axis, 0, min(values.shape[axis], size))
    missing = [size - length if axis in axes else 0 for axis, length in enumerate(values.shape)]
    return functional.pad(values, [each for last in reversed(missing) for each in (0, last)])
