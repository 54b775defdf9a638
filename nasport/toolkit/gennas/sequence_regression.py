"""GenNAS for recurrent networks: training a network for 100 steps to turn one synthetic signal into another.

The network is the document's layers between a linear encoder and a linear decoder in place of the embedding and the
vocabulary, with the dropout of NAS-Bench-NLP's training (AWD-LSTM's). One batch of sequences is seen at every step; the
loss is the mean squared error in evaluation mode, on the same batch, after the last. Source: Li et al., "Generic Neural
Architecture Search via Regression", NeurIPS 2021, section 3.1 and its public code.

In that code, as in the benchmark's, only matrices that read `x`, biases, encoder and decoder are trained: dropping
weights puts a thinned copy of every other matrix in its place, of which the optimiser does not know. The defaults do
the same, without the thinning. Layers are an eighth as wide as the benchmark's (50, 75, 75, 50 for 400, 600, 600, 400)
and the learning rate is ten times the public 0.001: an update of Adam moves every weight by about the rate, so what it
moves in a sum shrinks with the width.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.acceleration import denormals_as_zero, keep_freed_memory
from nasport.toolkit.gennas.fit import fitted, target_variance
from nasport.toolkit.gennas.memory import refusing_too_large
from nasport.toolkit.gennas.proxy_document import scaled, scaled_stage
from nasport.toolkit.gennas.regression import Regression
from nasport.toolkit.gennas.signals import noisy, sequence_signals
from nasport.toolkit.gennas.task import Task
from nasport.toolkit.gennas.worst import why_worst, worst_loss
from nasport.toolkit.networks.recurrent_layers import RecurrentLayer, RecurrentNetwork, build_recurrent


@dataclass(frozen=True)
class RecurrentSettings:
    """How a recurrent network is trained.

    Attributes:
        iterations: steps of the optimiser.
        learning_rate: of Adam.
        weight_decay: of Adam, added to the gradient of every parameter.
        width: every width of the skeleton is multiplied by it.
        weight_dropout: of the matrices that do not read `x`.
        layer_dropout: between layers, one mask for the whole sequence.
        output_dropout: after the last layer, likewise.
        train_states: whether the matrices that do not read `x` are trained, or stay as they were drawn.
        batch_size: sequences; None: the task's.
    """

    iterations: int = 100
    learning_rate: float = 1e-2
    weight_decay: float = 1.2e-6
    width: float = 0.125
    weight_dropout: float = 0.0
    layer_dropout: float = 0.25
    output_dropout: float = 0.1
    train_states: bool = False
    batch_size: int | None = None


class Regressor(nn.Module):
    """The layers of a recurrent network between a linear encoder and a linear decoder."""

    def __init__(self, layers: RecurrentNetwork, dimension: int, settings: RecurrentSettings) -> None:
        super().__init__()
        self.encoder = nn.Linear(dimension, layers.input_width)
        self.body = layers
        self.decoder = nn.Linear(layers.output_width, dimension)
        self.settings = settings
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, sequence: Tensor) -> Tensor:
        """(length, batch, dimension) to the same shape."""
        values = self.encoder(sequence)
        last = len(self.body.layers) - 1
        for place, layer in enumerate(self.body.layers):
            dropout = self.settings.output_dropout if place == last else self.settings.layer_dropout
            values = layer(values)
            if self.training and dropout:
                values = values * functional.dropout(torch.ones_like(values[:1]), dropout)
        decoded: Tensor = self.decoder(values)
        return decoded


def regress_recurrent(
    architecture: Architecture, task: Task, seed: int, settings: RecurrentSettings | None = None
) -> Regression:
    """Train a recurrent architecture's network on a recurrent task.

    Raises:
        InputError: the task is none for recurrent networks, the document is no recurrent network, or one that is too
            large for the memory.
    """
    start = time.perf_counter()
    settings = settings or RecurrentSettings()
    if not task.recurrent:
        raise InputError(f"task {task.name!r} is for images, expected one for recurrent networks (nlp-...)")
    if not architecture.is_recurrent:
        raise InputError("an image network on a task for recurrent networks, expected a task for images")
    if settings.batch_size is not None:
        task = replace(task, batch_size=settings.batch_size)
    keep_freed_memory()
    generator = Generator().manual_seed(seed)
    with refusing_too_large():
        sequence, target = sequence_signals(task, generator)
        curve, loss = _trained(architecture, task, sequence, target, generator, seed, settings)
        worst, variance = worst_loss([target], [1.0]), target_variance(target.flatten(0, 1))
    failed = why_worst(loss, worst, sum(map(math.isfinite, curve)), settings.iterations)
    fit = 0.0 if failed else fitted([loss], [variance], [1.0])
    errors = tuple((error,) for error in (*curve, loss))
    return Regression(
        worst if failed else loss, fit, time.perf_counter() - start, failed, tuple(curve), errors
    )


def _trained(
    architecture: Architecture,
    task: Task,
    sequence: Tensor,
    target: Tensor,
    generator: Generator,
    seed: int,
    settings: RecurrentSettings,
) -> tuple[list[float], float]:
    """The loss before each step, up to one that is not finite, and the loss after the last."""
    curve: list[float] = []
    with torch.random.fork_rng(devices=[]), denormals_as_zero():
        torch.manual_seed(seed)
        network = Regressor(
            build_recurrent(recurrent_document(architecture, settings.width), classifier=False),
            task.dimension,
            settings,
        )
        for layer in network.body.layers:
            assert isinstance(layer, RecurrentLayer)
            layer.weight_dropout = settings.weight_dropout
            if not settings.train_states:
                layer.freeze_states()
        for loss in _training(network, task, sequence, target, generator, settings):
            curve.append(loss)
            if not math.isfinite(loss):
                return curve, math.nan
        network.eval()
        with torch.no_grad():
            return curve, float(functional.mse_loss(network(noisy(sequence, task.noise, generator)), target))


def _training(
    network: Regressor,
    task: Task,
    sequence: Tensor,
    target: Tensor,
    generator: Generator,
    settings: RecurrentSettings,
) -> Iterator[float]:
    """Trains the network, and gives the loss of every iteration before its step."""
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(
        parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    network.train()
    for _ in range(settings.iterations):
        loss = functional.mse_loss(network(noisy(sequence, task.noise, generator)), target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield float(loss.detach())


def recurrent_document(architecture: Architecture, factor: float) -> Architecture:
    """The document of the network to train: with every width multiplied, that of the sequence included."""
    if factor == 1 or architecture.skeleton is None:
        return architecture
    skeleton = architecture.skeleton
    return replace(
        architecture,
        skeleton=replace(
            skeleton,
            stem=tuple(scaled_stage(each, None, factor) for each in skeleton.stem),
            stages=tuple(scaled_stage(each, None, factor) for each in skeleton.stages),
            input=tuple(
                (name, scaled(size, factor) if name == "channels" else size) for name, size in skeleton.input
            ),
        ),
    )
