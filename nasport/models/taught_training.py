"""Teaching the taught network what judges said of architectures that nobody labelled.

A judge's numbers are brought to quantiles of a Gaussian over the whole world, whatever their unit, and then to a standard
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

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from torch import Tensor
from torch.nn import functional

from nasport.models.optimisation import one_cycle, seeded
from nasport.models.taught_network import TaughtNetwork

# Weight of the quantiles as they are, beside that of differences within a space.
ABSOLUTE = 0.05
# Graphs are padded to one of these sizes; of larger ones than the second half as many spaces make a step.
SIZES = (16, 32, 64, 128, 256, 512)


@dataclass(frozen=True)
class JudgedSpace:
    """Judged architectures of one space, M of them.

    Attributes:
        nodes: (M, N, F) as the network takes them.
        ends: (M, N).
        adjacency: (M, N, N).
        mask: (M, N).
        network: (M, G).
        verdicts: (M, H) of the judges, higher is better; NaN where one said nothing.
    """

    nodes: Tensor
    ends: Tensor
    adjacency: Tensor
    mask: Tensor
    network: Tensor
    verdicts: NDArray[np.float64]


@dataclass(frozen=True)
class TeachingConfig:
    """How to teach.

    Attributes:
        steps: of the optimiser.
        spaces: in a step; of large graphs half as many.
        learning_rate: the highest; rises over the first tenth of the steps, then falls to zero as a cosine.
        weight_decay: of all weights.
        hidden: share of the spaces shown without the numbers of their networks.
        largest_gradient: its norm is clipped to this.
    """

    steps: int = 2400
    spaces: int = 12
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    hidden: float = 0.15
    largest_gradient: float = 1.0


def teach(
    network: TaughtNetwork,
    spaces: Sequence[JudgedSpace],
    config: TeachingConfig,
    seed: int,
    *,
    always_known: Sequence[int] = (),
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Train a network in place, and leave it in evaluation mode.

    Args:
        network: with weights drawn from the same seed (`optimisation.seeded`).
        spaces: what was judged.
        config: how.
        seed: of what is drawn on the way.
        always_known: columns of the numbers that a document without a skeleton has as well.
        say: told now and then how far it is.
    """
    targets = targets_of(spaces)
    numbers = torch.cat([space.network for space in spaces])
    network.mean.copy_(numbers.mean(dim=0))
    network.deviation.copy_(numbers.std(dim=0) + 1e-3)
    shown = torch.zeros(numbers.shape[1])
    shown[list(always_known)] = 1.0
    sizes = np.array([_padded(int(space.mask.sum(dim=1).max())) for space in spaces])
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
            wanted = config.spaces if size <= SIZES[1] else config.spaces // 2
            chosen = rng.permutation(np.flatnonzero(sizes == size))[:wanted].tolist()
            graphs, place = _together([spaces[each] for each in chosen], size)
            hidden = torch.from_numpy(rng.random(len(chosen)) < config.hidden)[place]
            graphs[-1][hidden] *= shown
            opinions, doubts = network(*graphs)
            loss = _loss(opinions, doubts, torch.cat([targets[each] for each in chosen]), place)
            step(loss)
            running += 0.02 * (float(loss.detach()) - running)
            if number % 400 == 0:
                say(f"step {number} of {config.steps}: loss {running:.3f}")
    network.eval()


def targets_of(spaces: Sequence[JudgedSpace]) -> list[Tensor]:
    """(M, H) a space: Gaussian quantiles of the verdicts over all spaces, with a mean variance of 1 within one."""
    everything = np.concatenate([space.verdicts for space in spaces])
    for column in everything.T:
        said = np.isfinite(column)
        if said.any():
            column[said] = norm.ppf((rankdata(column[said]) - 0.5) / said.sum())
    ends = np.cumsum([len(space.verdicts) for space in spaces])[:-1]
    found = np.split(everything, ends)
    deviation = np.ones(everything.shape[1])
    for judge in range(len(deviation)):
        variances = [np.nanvar(part[:, judge]) for part in found if np.isfinite(part[:, judge]).sum() > 1]
        deviation[judge] = np.sqrt(np.mean(variances)) if variances else 1.0
    return [torch.from_numpy((part / deviation).astype(np.float32)) for part in found]


def _loss(opinions: Tensor, doubts: Tensor, targets: Tensor, place: Tensor) -> Tensor:
    """Mean over the judges; all (B, H), and (B,) the number of each architecture's space among those of the batch."""
    said = torch.isfinite(targets).float()
    targets = torch.nan_to_num(targets)
    member = functional.one_hot(place).T.float()
    count = (member @ said).clamp(min=1.0)

    def centred(values: Tensor) -> Tensor:
        return values - ((member @ (values * said)) / count)[place]

    within = 0.5 * (torch.exp(-doubts) * (centred(opinions) - centred(targets)).square() + doubts)
    absolute = (opinions - targets).square()
    return (((within + ABSOLUTE * absolute) * said).sum(dim=0) / said.sum(dim=0).clamp(min=1.0)).mean()


def _together(spaces: Sequence[JudgedSpace], size: int) -> tuple[list[Tensor], Tensor]:
    """Nodes, ends, adjacency, mask and numbers of several spaces in one batch, and (B,) the place of each one's space."""
    graphs = [
        (
            _of_size(space.nodes, size, 1),
            _of_size(space.ends, size, 1),
            _of_size(space.adjacency, size, 1, 2),
            _of_size(space.mask, size, 1),
            space.network.clone(),
        )
        for space in spaces
    ]
    counts = torch.tensor([len(space.mask) for space in spaces])
    return [torch.cat(parts) for parts in zip(*graphs, strict=True)], torch.repeat_interleave(counts)


def _of_size(values: Tensor, size: int, *axes: int) -> Tensor:
    """Cut or filled with zeros along some axes; what is cut off is padding."""
    for axis in axes:
        values = values.narrow(axis, 0, min(values.shape[axis], size))
    missing = [size - length if axis in axes else 0 for axis, length in enumerate(values.shape)]
    return functional.pad(values, [each for last in reversed(missing) for each in (0, last)])


def _padded(count: int) -> int:
    return next((size for size in SIZES if count <= size), count)
