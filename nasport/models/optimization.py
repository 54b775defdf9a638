"""What all training here shares: one seed, one thread, AdamW under one cycle of the learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread, so that sums round the same way everywhere."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from this seed, without touching the draws of others; in one thread."""
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def one_cycle(
    parameters: Iterable[Any],
    learning_rate: float,
    weight_decay: float,
    steps: int,
    *,
    rising: float = 0.1,
    rates: list[float] | None = None,
    cycle_momentum: bool = True,
    largest_gradient: float | None = None,
) -> Callable[[Tensor], None]:
    """A step of the optimizer: given a loss, it moves the parameters and then the learning rate.

    Args:
        parameters: or groups of them as `torch.optim.AdamW` takes them.
        learning_rate: the highest; it falls to zero as a cosine.
        weight_decay: of groups that state none.
        steps: in all.
        rising: share of them in which the rate rises.
        rates: the highest rate of each group, where they differ.
        cycle_momentum: whether momentum falls while the rate rises.
        largest_gradient: its norm over all parameters is clipped to this.
    """
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates or learning_rate, steps, pct_start=rising, cycle_momentum=cycle_momentum
    )

    def step(loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if largest_gradient is not None:
            moved = [each for group in optimizer.param_groups for each in group["params"]]
            torch.nn.utils.clip_grad_norm_(moved, largest_gradient)
        optimizer.step()
        schedule.step()

    return step
