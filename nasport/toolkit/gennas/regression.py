"""The loss of an architecture after a short training on a proxy task: lower is better.

Source: Li et al., "Generic Neural Architecture Search via Regression", NeurIPS 2021, sections 3.1 and 4, and its public
code. One batch is seen at every step; every architecture sees the same batch and the same targets, and draws its first
weights from the same seed.
"""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Generator, Tensor, nn

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.acceleration import (
    denormals_as_zero,
    exact_convolutions,
    hardware_bfloat16,
    keep_freed_memory,
    tune_for_cpu,
)
from nasport.toolkit.gennas.fit import fitted, target_variance
from nasport.toolkit.gennas.memory import TASK_TOO_LARGE, refusing_too_large
from nasport.toolkit.gennas.proxy_document import IMAGE_SIZE, proxy_document, width_of
from nasport.toolkit.gennas.proxy_network import ProxyNetwork, stage_errors, weighted_loss, weighted_sum
from nasport.toolkit.gennas.settings import Settings
from nasport.toolkit.gennas.signals import noisy, targets
from nasport.toolkit.gennas.task import Task
from nasport.toolkit.gennas.worst import for_missing_stages, why_worst, worst_loss
from nasport.toolkit.networks import ImageNetwork, build_network


@dataclass(frozen=True)
class Batch:
    """What every architecture is trained on.

    Attributes:
        task: the proxy task.
        images: (N, 3, 32, 32).
        targets: of each stage of the task, (N, channels, size, size) or None.
        seed: of the weights and of the noise, which begin with the same random numbers.
    """

    task: Task
    images: Tensor
    targets: Sequence[Tensor | None]
    seed: int


@dataclass(frozen=True)
class Regression:
    """The result for one architecture.

    Attributes:
        loss: after the last step, see also `for_missing_stages`; where the training failed the `worst_loss`.
        fit: how much of the targets the network has explained, see `fitted`; 0 where the training failed.
        seconds: that it took.
        failed: why there is no loss; empty where there is one.
        curve: the loss that is trained on, before each step.
        errors: mean squared error of each stage with a head, before each step and after the last.
    """

    loss: float
    fit: float
    seconds: float
    failed: str = ""
    curve: tuple[float, ...] = ()
    errors: tuple[tuple[float, ...], ...] = ()


def prepare(task: Task, images: Tensor, seed: int, device: torch.device | None = None) -> Batch:
    """The batch with its targets; the same for the same seed.

    Args:
        task: an image task.
        images: (N, 3, 32, 32), normalised.
        seed: of the targets, and later of weights and noise.
        device: where to train; None: where the images are.

    Raises:
        InputError: a task for recurrent networks, images of another form, or targets too large for the memory.
    """
    _check(task, images)
    with refusing_too_large(TASK_TOO_LARGE):
        drawn = targets(task, images, Generator().manual_seed(seed))
        if device is not None:
            images, drawn = images.to(device), tuple(None if t is None else t.to(device) for t in drawn)
    return Batch(task, images, drawn, seed)


def _check(task: Task, images: Tensor) -> None:
    if task.recurrent:
        raise InputError(f"task {task.name!r} is for recurrent networks, expected one for images")
    if tuple(images.shape[1:]) != (3, IMAGE_SIZE, IMAGE_SIZE) or images.dtype != torch.float32:
        raise InputError(
            f"images of {tuple(images.shape)} {images.dtype}, expected (N, 3, {IMAGE_SIZE}, {IMAGE_SIZE}) torch.float32"
        )
    if not images.isfinite().all():
        raise InputError("images with values that are no finite numbers, expected normalised ones")


def regress(architecture: Architecture, batch: Batch, settings: Settings) -> Regression:
    """Train an architecture's network on a batch.

    Raises:
        InputError: it has no network, or one that is too large for the memory.
    """
    start = time.perf_counter()
    errors: list[tuple[float, ...]] = []
    judged_with = batch.task.loss_weights
    trained_with = judged_with if settings.weighted else [float(weight > 0) for weight in judged_with]

    def loss_of(predictions: dict[int, Tensor]) -> Tensor:
        found = stage_errors(predictions, batch.targets)
        errors.append(tuple(float(error.detach()) for error in found.values()))
        return weighted_sum(found, trained_with)

    with refusing_too_large():
        worst = worst_loss(batch.targets, judged_with)
        network = proxy_network(architecture, batch, settings)
        curve, loss = train(network, batch, settings, loss_of)
        variances = [target_variance(batch.targets[place]) for place in network.levels]
    weights = [judged_with[place] for place in network.levels]
    if math.isfinite(loss):
        loss = math.fsum(map(operator.mul, weights, errors[-1]))
        loss *= for_missing_stages(batch.targets, judged_with, network.levels)
    failed = why_worst(loss, worst, sum(map(math.isfinite, curve)), settings.iterations)
    fit = 0.0 if failed else fitted(errors[-1], variances, weights)
    seconds = time.perf_counter() - start
    return Regression(worst if failed else loss, fit, seconds, failed, tuple(curve), tuple(errors))


def proxy_network(architecture: Architecture, batch: Batch, settings: Settings) -> ProxyNetwork:
    """The network to train, with weights drawn from the batch's seed; torch's own generator stays as it was.

    Raises:
        InputError: the document describes no image network.
    """
    if architecture.is_recurrent:
        raise InputError("a recurrent network on an image task, expected a task for recurrent networks")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(batch.seed)
        body = _body(architecture, settings)
        network = ProxyNetwork(body, batch.task)
    return network.to(batch.images.device)


def _body(architecture: Architecture, settings: Settings) -> ImageNetwork:
    """The network without heads; an error says so where only the factor of the widths is at fault."""
    try:
        body = build_network(proxy_document(architecture, settings), settings.options)
    except InputError as error:
        width = width_of(architecture, settings)
        if width == 1 or not _has_network(architecture, replace(settings, width=1.0)):
            raise
        problem = f"{error.problem}; with widths of {width:g} of the document's, expected another --width"
        raise InputError(problem, path=error.path) from error
    assert isinstance(body, ImageNetwork), "no recurrent one"
    return body


def _has_network(architecture: Architecture, settings: Settings) -> bool:
    try:
        with torch.device("meta"):
            build_network(proxy_document(architecture, settings), settings.options)
    except InputError:
        return False
    return True


def train(
    network: nn.Module,
    batch: Batch,
    settings: Settings,
    loss_of: Callable[[Any], Tensor] | None = None,
) -> tuple[list[float], float]:
    """The loss before each step, up to one that is not finite, and the loss after the last.

    Args:
        network: from images to predictions.
        batch: whose images it sees, with the noise of its task.
        settings: of the training; how the network was built is not looked at.
        loss_of: predictions to loss; None: the weighted errors of a `ProxyNetwork`.
    """
    device, images = batch.images.device, batch.images
    bfloat16 = settings.precision == "bfloat16" or (
        settings.precision == "auto" and settings.accelerated and hardware_bfloat16(device)
    )
    if settings.accelerated:
        keep_freed_memory()
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        images = images.contiguous(memory_format=torch.channels_last)
        if device.type == "cpu":
            tune_for_cpu(network)
    optimizer = _optimizer(network, settings)
    noise = Generator(device).manual_seed(batch.seed)
    curve: list[float] = []

    def loss() -> Tensor:
        # Entered anew at every step: it keeps the weights it has converted until it is left.
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
            predictions = network(noisy(images, batch.task.noise, noise))
        return loss_of(predictions) if loss_of else weighted_loss(predictions, batch.targets, batch.task)

    network.train()
    with denormals_as_zero(), exact_convolutions(device):
        for _ in range(settings.iterations):
            current = loss()
            curve.append(float(current.detach()))
            if not math.isfinite(curve[-1]):
                return curve, math.nan
            optimizer.zero_grad()
            current.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        network.train(settings.statistics == "batch")
        with torch.no_grad():
            return curve, float(loss())


def _optimizer(network: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """SGD that decays weights of more than one dimension."""
    decayed = [p for name, p in network.named_parameters() if p.dim() > 1 and "weight" in name]
    others = [p for name, p in network.named_parameters() if not (p.dim() > 1 and "weight" in name)]
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.SGD(
        [group for group in groups if group["params"]],
        lr=settings.learning_rate,
        momentum=settings.momentum,
        fused=settings.accelerated or None,
    )
