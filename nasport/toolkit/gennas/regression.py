"""Compute the loss of an image architecture after a short training on a proxy task: lower is better.

All steps use the same batch. All architectures have the same batch, the same targets and the same seed for their initial
weights. Source: Li et al., "Generic Neural Architecture Search via Regression", NeurIPS 2021, sections 3.1 and 4, and its
public code.
"""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas import acceleration, losses
from nasport.toolkit.gennas.memory import TASK_TOO_LARGE, refusing_too_large
from nasport.toolkit.gennas.precision import faster_precision
from nasport.toolkit.gennas.proxy_document import IMAGE_SIZE, proxy_document, width_of
from nasport.toolkit.gennas.settings import Settings
from nasport.toolkit.gennas.signals import noisy, targets
from nasport.toolkit.gennas.task import Task
from nasport.toolkit.networks import ImageNetwork, build_network

_NOTHING_TO_NORMALIZE = "Expected more than 1 value per channel"  # torch's message


@dataclass(frozen=True)
class Batch:
    """Images and targets of all trainings.

    Attributes:
        task: the proxy task.
        images: float32 (N, 3, 32, 32), normalized.
        targets: target of each stage of the task: float32 (N, channels, size, size), or None without signals.
        seed: seed of the weights and the noise, which start with the same random numbers.
    """

    task: Task
    images: Tensor
    targets: Sequence[Tensor | None]
    seed: int


@dataclass(frozen=True)
class Regression:
    """Result of the training of one architecture.

    Attributes:
        loss: loss after the last step, see also `for_missing_stages`; `worst_loss` if the training failed.
        fit: explained part of the targets, see `losses.fitted`; 0 if the training failed.
        seconds: duration of the training.
        failed: reason of a failure; empty if the training succeeded.
        curve: training loss before each step.
        errors: mean squared error of each stage with a head, before each step and after the last step.
        losses: loss for ranking, before each step and after the last step.
        stopped: number of steps after which a bar stopped the training; None if no bar did. The loss and the fit of a
            stopped training are those after these steps.
    """

    loss: float
    fit: float
    seconds: float
    failed: str = ""
    curve: tuple[float, ...] = ()
    errors: tuple[tuple[float, ...], ...] = ()
    losses: tuple[float, ...] = ()
    stopped: int | None = None


class ProxyNetwork(nn.Module):
    """The network to train: the body of an architecture, with a head for each stage of the task.

    The features of each stage are resized to the targets' size by the nearest pixel, as in the public code of GenNAS. Stages
    of the task and resolutions of the network are paired from the last to the first. If the network has more resolutions
    than the task has stages, its first resolutions have no head. If the task has more stages, its first stages are omitted.

    Raises:
        InputError: no stage of the task remains.

    Attributes:
        body: the network, without head and classifier.
        heads: batch normalization and 1 x 1 convolution, by the index of the task's stage.
    """

    def __init__(self, body: ImageNetwork, task: Task) -> None:
        super().__init__()
        self.body = body
        self.output_size = task.output_size
        before = len(body.level_ends) - len(task.stages)
        seen = range(max(0, -before), len(task.stages))
        self.levels = {place: place + before for place in seen if task.loss_weights[place]}
        if not self.levels:
            raise InputError(
                f"the task has no signal in its last {len(body.level_ends)} stages, one per resolution of this network, "
                "expected a network with more resolutions or another task",
                path=("skeleton", "stages"),
            )
        self.heads = nn.ModuleDict()
        for place, level in self.levels.items():
            width = body.feature_widths[level]
            head = nn.Conv2d(width, task.stages[place].channels, 1)
            self.heads[str(place)] = nn.Sequential(nn.BatchNorm2d(width), head)

    def forward(self, images: Tensor) -> dict[int, Tensor]:
        """Predict the target of each stage: float32 (N, channels, size, size) by the index of the stage.

        Layers after the last head are not computed.

        Raises:
            InputError: a batch normalization has only one value per channel.
        """
        try:
            features = self.body.features(images, max(self.levels.values()) + 1)
            found, size = {}, (self.output_size, self.output_size)
            for place, level in self.levels.items():
                x = features[level]
                x = x if tuple(x.shape[2:]) == size else functional.interpolate(x, size)
                found[place] = self.heads[str(place)](x.float())
            return found
        except ValueError as error:
            if _NOTHING_TO_NORMALIZE not in str(error):
                raise
            raise InputError(
                "maps with one pixel in a batch with one image cannot be normalized, expected a larger batch"
            ) from error


def prepare(task: Task, images: Tensor, seed: int, device: torch.device | None = None) -> Batch:
    """Draw the targets for images; the same seed gives the same targets.

    Args:
        task: an image task.
        images: float32 (N, 3, 32, 32), normalized.
        seed: seed of the targets, and later of the weights and the noise.
        device: device of the training; None: the device of the images.

    Raises:
        InputError: the task is recurrent, the images have another shape or type, or the targets are too large for the
            memory.
    """
    if task.recurrent:
        raise InputError(f"task {task.name!r} is for recurrent networks, expected an image task")
    if tuple(images.shape[1:]) != (3, IMAGE_SIZE, IMAGE_SIZE) or images.dtype != torch.float32:
        raise InputError(
            f"images of {tuple(images.shape)} {images.dtype}, expected (N, 3, {IMAGE_SIZE}, {IMAGE_SIZE}) torch.float32"
        )
    if not images.isfinite().all():
        raise InputError("images with values that are not finite, expected normalized images")
    with refusing_too_large(TASK_TOO_LARGE):
        drawn = targets(task, images, Generator().manual_seed(seed))
        if device is not None:
            images, drawn = images.to(device), tuple(None if t is None else t.to(device) for t in drawn)
    return Batch(task, images, drawn, seed)


def regress(
    architecture: Architecture, batch: Batch, settings: Settings, bars: Mapping[int, float] | None = None
) -> Regression:
    """Train the network of an architecture on a batch.

    Args:
        architecture: an image architecture.
        batch: images and targets.
        settings: settings of the training.
        bars: number of steps to the loss above which the training stops after that many steps.

    Raises:
        InputError: the document does not describe a whole image network, or the network is too large for the memory.
    """
    start = time.perf_counter()
    errors: list[tuple[float, ...]] = []
    evaluated: list[float] = []
    evaluated_with = batch.task.loss_weights
    trained_with = evaluated_with if settings.weighted else [float(weight > 0) for weight in evaluated_with]
    with refusing_too_large():
        worst = losses.worst_loss(batch.targets, evaluated_with)
        network = proxy_network(architecture, batch, settings)
        weights = [evaluated_with[place] for place in network.levels]
        whole = losses.for_missing_stages(batch.targets, evaluated_with, network.levels)

        def loss_of(predictions: dict[int, Tensor]) -> Tensor:
            found = losses.stage_errors(predictions, batch.targets)
            errors.append(tuple(float(error.detach()) for error in found.values()))
            evaluated.append(math.fsum(map(operator.mul, weights, errors[-1])) * whole)
            return losses.weighted_sum(found, trained_with)

        def stops(step: int) -> bool:
            return evaluated[-1] > (bars or {}).get(step, math.inf)

        curve, last = train(network, batch, settings, loss_of, stops)
        variances = [losses.target_variance(batch.targets[place]) for place in network.levels]
    loss = evaluated[-1] if math.isfinite(last) else last
    stopped = len(curve) - 1 if math.isfinite(last) and len(curve) == len(evaluated) else None
    failed = losses.why_worst(loss, worst, sum(map(math.isfinite, curve)), settings.iterations)
    fit = 0.0 if failed else losses.fitted(errors[-1], variances, weights)
    return Regression(
        worst if failed else loss,
        fit,
        time.perf_counter() - start,
        failed,
        tuple(curve),
        tuple(errors),
        tuple(evaluated),
        stopped,
    )


def proxy_network(architecture: Architecture, batch: Batch, settings: Settings) -> ProxyNetwork:
    """Build the network to train and draw its weights from the batch's seed, without changing torch's random state.

    Raises:
        InputError: the document does not describe a whole image network.
    """
    if architecture.is_recurrent:
        raise InputError("a recurrent network on an image task, expected a task for recurrent networks")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(batch.seed)
        network = ProxyNetwork(_body(architecture, settings), batch.task)
    return network.to(batch.images.device)


def _body(architecture: Architecture, settings: Settings) -> ImageNetwork:
    """Build the network without heads; if only the width factor causes an error, the message names this factor."""
    try:
        body = build_network(proxy_document(architecture, settings), settings.options)
    except InputError as error:
        width = width_of(architecture, settings)
        if width != 1 and _has_network(architecture, replace(settings, width=1.0)):
            problem = f"{error.problem}; this error is caused by the width factor {width:g}, expected another --width"
            raise InputError(problem, path=error.path) from error
        raise
    assert isinstance(body, ImageNetwork), "the architecture is not recurrent"
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
    stops: Callable[[int], bool] | None = None,
) -> tuple[list[float], float]:
    """Train a network with SGD on the images of a batch, with the noise of its task.

    Args:
        network: module from images to predictions.
        batch: the batch.
        settings: settings of the training; those for building networks are ignored.
        loss_of: function from predictions to a loss; None: the weighted errors of a `ProxyNetwork`.
        stops: function from a number of steps to whether to stop after these steps, called when their loss is known.

    Returns:
        the loss before each step until it is not finite, and the loss after the last step, NaN if a loss was not finite.
    """
    device, images = batch.images.device, batch.images
    precision = settings.precision
    if precision == "auto":
        precision = faster_precision(device) if settings.accelerated else "float32"
    bfloat16 = precision == "bfloat16"
    if settings.accelerated:
        acceleration.keep_freed_memory()
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        images = images.contiguous(memory_format=torch.channels_last)
        if device.type == "cpu":
            acceleration.tune_for_cpu(network)
    decayed: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in network.named_parameters():
        (decayed if parameter.dim() > 1 and "weight" in name else others).append(parameter)
    groups = ((decayed, settings.weight_decay), (others, 0.0))
    optimizer = torch.optim.SGD(
        [{"params": parameters, "weight_decay": decay} for parameters, decay in groups if parameters],
        lr=settings.learning_rate,
        momentum=settings.momentum,
        fused=settings.accelerated or None,
    )
    noise = Generator(device).manual_seed(batch.seed)

    def loss() -> Tensor:
        # A new context for each step, because a context caches the converted weights.
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
            predictions = network(noisy(images, batch.task.noise, noise))
        if loss_of:
            return loss_of(predictions)
        return losses.weighted_sum(losses.stage_errors(predictions, batch.targets), batch.task.loss_weights)

    with acceleration.denormals_as_zero(), acceleration.exact_convolutions(device):
        return descend(network, loss, optimizer, settings.iterations, settings.statistics == "batch", stops)


def descend(
    network: nn.Module,
    loss: Callable[[], Tensor],
    optimizer: torch.optim.Optimizer,
    iterations: int,
    training: bool = False,
    stops: Callable[[int], bool] | None = None,
) -> tuple[list[float], float]:
    """Minimize a loss with an optimizer.

    Args:
        network: network whose parameters the optimizer changes.
        loss: function that computes the current loss.
        optimizer: optimizer of the network's parameters.
        iterations: number of steps.
        training: whether the last loss is computed in training mode.
        stops: function from a number of steps to whether to stop after these steps.

    Returns:
        the loss before each step until it is not finite, and the last loss: the one after all steps, the one at which
        `stops` ended the training, or NaN if a loss was not finite.
    """
    network.train()
    curve: list[float] = []
    for step in range(iterations):
        current = loss()
        curve.append(float(current.detach()))
        if not math.isfinite(curve[-1]):
            return curve, math.nan
        if stops is not None and stops(step):
            return curve, curve[-1]
        optimizer.zero_grad()
        current.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    network.train(training)
    with torch.no_grad():
        return curve, float(loss())
