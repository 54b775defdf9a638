"""The loss of an architecture after a short training on a proxy task: lower is better.

Source: Li et al., "Generic Neural Architecture Search via Regression", NeurIPS 2021, sections 3.1 and 4, and its public
code. One batch is seen at every step; every architecture sees the same batch and the same targets, and draws its first
weights from the same seed.
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

_NOTHING_TO_NORMALIZE = "Expected more than 1 value per channel"  # as torch says it


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
        fit: how much of the targets the network has explained, see `losses.fitted`; 0 where the training failed.
        seconds: that it took.
        failed: why there is no loss; empty where there is one.
        curve: the loss that is trained on, before each step.
        errors: mean squared error of each stage with a head, before each step and after the last.
        losses: the loss that is judged by, before each step and after the last.
        stopped: after how many steps a bar stopped it, None where none did. Loss and fit of a stopped training are those of
            that moment.
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
    """What the public code of GenNAS trains: earlier stages are brought to the targets' size by taking the nearest pixel.

    The task's stages are those of the network from the last backwards: of a network with more levels of resolution the
    first ones have no head, and of a task with more stages than levels the first ones are left out.

    Raises:
        InputError: no stage of the task is left.

    Attributes:
        body: the network, without head and classifier.
        heads: batch normalization and 1x1 convolution, by the number of the task's stage.
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
                "the task has no signal for the levels of resolution of this network (the last "
                f"{len(body.level_ends)} of the task's stages), expected a deeper network or another task",
                path=("skeleton", "stages"),
            )
        self.heads = nn.ModuleDict()
        for place, level in self.levels.items():
            width = body.feature_widths[level]
            head = nn.Conv2d(width, task.stages[place].channels, 1)
            self.heads[str(place)] = nn.Sequential(nn.BatchNorm2d(width), head)

    def forward(self, images: Tensor) -> dict[int, Tensor]:
        """Task stage to its prediction (N, channels, size, size), float32; layers after the last head are not run.

        Raises:
            InputError: there is nothing to normalize over.
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
                "maps of a single pixel in a batch of a single image cannot be normalized, expected a larger batch"
            ) from error


def prepare(task: Task, images: Tensor, seed: int, device: torch.device | None = None) -> Batch:
    """The batch with its targets; the same for the same seed.

    Args:
        task: an image task.
        images: (N, 3, 32, 32), normalized.
        seed: of the targets, and later of weights and noise.
        device: where to train; None: where the images are.

    Raises:
        InputError: a task for recurrent networks, images of another form, or targets too large for the memory.
    """
    if task.recurrent:
        raise InputError(f"task {task.name!r} is for recurrent networks, expected one for images")
    if tuple(images.shape[1:]) != (3, IMAGE_SIZE, IMAGE_SIZE) or images.dtype != torch.float32:
        raise InputError(
            f"images of {tuple(images.shape)} {images.dtype}, expected (N, 3, {IMAGE_SIZE}, {IMAGE_SIZE}) torch.float32"
        )
    if not images.isfinite().all():
        raise InputError("images with values that are no finite numbers, expected normalized ones")
    with refusing_too_large(TASK_TOO_LARGE):
        drawn = targets(task, images, Generator().manual_seed(seed))
        if device is not None:
            images, drawn = images.to(device), tuple(None if t is None else t.to(device) for t in drawn)
    return Batch(task, images, drawn, seed)


def regress(
    architecture: Architecture, batch: Batch, settings: Settings, bars: Mapping[int, float] | None = None
) -> Regression:
    """Train an architecture's network on a batch.

    Args:
        bars: by number of steps, the loss above which the training stops after so many.

    Raises:
        InputError: it has no network, or one that is too large for the memory.
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
    """The network to train, with weights drawn from the batch's seed; torch's own generator stays as it was.

    Raises:
        InputError: the document describes no image network.
    """
    if architecture.is_recurrent:
        raise InputError("a recurrent network on an image task, expected a task for recurrent networks")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(batch.seed)
        network = ProxyNetwork(_body(architecture, settings), batch.task)
    return network.to(batch.images.device)


def _body(architecture: Architecture, settings: Settings) -> ImageNetwork:
    """The network without heads; an error says so where only the factor of the widths is at fault."""
    try:
        body = build_network(proxy_document(architecture, settings), settings.options)
    except InputError as error:
        width = width_of(architecture, settings)
        if width != 1 and _has_network(architecture, replace(settings, width=1.0)):
            problem = f"{error.problem}; with widths of {width:g} of the document's, expected another --width"
            raise InputError(problem, path=error.path) from error
        raise
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
    stops: Callable[[int], bool] | None = None,
) -> tuple[list[float], float]:
    """The loss before each step, up to one that is not finite, and the loss after the last.

    Args:
        network: from images to predictions.
        batch: whose images it sees, with the noise of its task.
        settings: of the training; how the network was built is not looked at.
        loss_of: predictions to loss; None: the weighted errors of a `ProxyNetwork`.
        stops: asked after so many steps, of which the loss was computed, whether that is enough.
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
        # Entered anew at every step: it keeps the weights it has converted until it is left.
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
    """The loss before each step, up to one that is not finite, and the loss after the last; NaN where one is not finite.

    Args:
        network: what the optimizer moves.
        loss: computed anew at every call.
        optimizer: of the network's parameters.
        iterations: steps of the optimizer.
        training: whether the network is judged in training mode.
        stops: asked after so many steps whether that is enough; the loss is then the one before the next step.
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
