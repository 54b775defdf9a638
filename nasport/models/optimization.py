"""Shared parts of all training: a seed, a single thread, and AdamW with a one-cycle learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor


@contextmanager
def one_thread() -> Iterator[None]:
    """Restrict torch to one thread, so that the order of summation does not depend on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch and restrict it to one thread; restore the random state and the threads afterwards."""
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
    """Create AdamW with a one-cycle learning rate.

    Args:
        parameters: parameters, or groups of parameters in the form of `torch.optim.AdamW`.
        learning_rate: highest learning rate; from there the rate falls to zero as a cosine.
        weight_decay: weight decay of groups that state none.
        steps: total number of steps.
        rising: share of the steps in which the learning rate rises.
        rates: highest learning rate of each group, if the groups differ.
        cycle_momentum: whether the momentum falls while the learning rate rises.
        largest_gradient: norm, over all parameters, to which the gradient is clipped; default: no clipping.

    Returns:
        a function that takes a loss and makes one step of the optimizer and of the learning rate.
    """
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates or learning_rate, steps, pct_start=rising, cycle_momentum=cycle_momentum
    )

    def step(loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if largest_gradient is not None:
            trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            torch.nn.utils.clip_grad_norm_(trained, largest_gradient)
        optimizer.step()
        schedule.step()

    return step
