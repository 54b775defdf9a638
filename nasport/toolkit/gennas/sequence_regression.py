"""GenNAS regression for recurrent networks: train a network for 100 steps to predict one signal from another.

The network consists of the document's layers between a linear encoder, which replaces the embedding, and a linear
decoder, which replaces the vocabulary. It uses the dropout of NAS-Bench-NLP's training (AWD-LSTM). All steps use the same
batch of sequences. The loss is the mean squared error on this batch after the last step, in evaluation mode. Source: Li
et al., "Generic Neural Architecture Search via Regression", NeurIPS 2021, section 3.1 and its public code.

In that code and in the benchmark's code, only the matrices that read `x`, the biases, the encoder and the decoder are
trained. Weight dropout replaces each other matrix by a copy with some weights set to 0, and the optimizer does not know
the copy. By default, the same parameters are trained here, without weight dropout. The layers have an eighth of the
benchmark's width (50, 75, 75, 50 instead of 400, 600, 600, 400). The learning rate is ten times the public 0.001, because
an Adam update changes each weight by about the learning rate, so its effect on a sum decreases with the width.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from nasport.schemas.architecture import Architecture, Stage
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.acceleration import denormals_as_zero, keep_freed_memory
from nasport.toolkit.gennas.losses import fitted, target_variance, why_worst, worst_loss
from nasport.toolkit.gennas.memory import refusing_too_large
from nasport.toolkit.gennas.proxy_document import scaled, scaled_stage
from nasport.toolkit.gennas.regression import Regression, descend
from nasport.toolkit.gennas.signals import noisy, sequence_signals
from nasport.toolkit.gennas.task import Task
from nasport.toolkit.networks.recurrent_layers import RecurrentLayer, RecurrentNetwork, build_recurrent


@dataclass(frozen=True)
class RecurrentSettings:
    """Settings of the training of a recurrent network.

    Attributes:
        iterations: number of optimizer steps.
        learning_rate: learning rate of Adam.
        weight_decay: weight decay of Adam, added to the gradient of every parameter.
        width: factor of every width of the skeleton.
        weight_dropout: dropout probability of the matrices that do not read `x`.
        layer_dropout: dropout probability between layers, with one mask for the whole sequence.
        output_dropout: dropout probability after the last layer, with one mask for the whole sequence.
        train_states: whether the matrices that do not read `x` are trained; otherwise they keep their initial values.
        batch_size: number of sequences; None: the task's batch size.
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
        for layer in layers.layers:
            assert isinstance(layer, RecurrentLayer)
            layer.weight_dropout = settings.weight_dropout
            if not settings.train_states:
                layer.freeze_states()

    def forward(self, sequence: Tensor) -> Tensor:
        """Map a float32 tensor (length, batch, dimension) to the same shape."""
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
    """Train the network of a recurrent architecture on a recurrent task.

    Raises:
        InputError: the task is an image task, the document is not a recurrent network, or the network is too large for
            the memory.
    """
    start = time.perf_counter()
    settings = settings or RecurrentSettings()
    if not task.recurrent:
        raise InputError(
            f"task {task.name!r} is for images, expected a task for recurrent networks (nlp-...)"
        )
    if not architecture.is_recurrent:
        raise InputError("an image network on a task for recurrent networks, expected a task for images")
    if settings.batch_size is not None:
        task = replace(task, batch_size=settings.batch_size)
    keep_freed_memory()
    generator = Generator().manual_seed(seed)
    with refusing_too_large():
        sequence, target = sequence_signals(task, generator)
        with torch.random.fork_rng(devices=[]), denormals_as_zero():
            torch.manual_seed(seed)
            body = build_recurrent(recurrent_document(architecture, settings.width), classifier=False)
            network = Regressor(body, task.dimension, settings)
            parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
            optimizer = torch.optim.Adam(
                parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
            )

            def error() -> Tensor:
                return functional.mse_loss(network(noisy(sequence, task.noise, generator)), target)

            curve, loss = descend(network, error, optimizer, settings.iterations)
        worst, variance = worst_loss([target], [1.0]), target_variance(target.flatten(0, 1))
    failed = why_worst(loss, worst, sum(map(math.isfinite, curve)), settings.iterations)
    fit = 0.0 if failed else fitted([loss], [variance], [1.0])
    seconds, errors = time.perf_counter() - start, tuple((each,) for each in (*curve, loss))
    return Regression(worst if failed else loss, fit, seconds, failed, tuple(curve), errors)


def recurrent_document(architecture: Architecture, factor: float) -> Architecture:
    """Return the document of the network to train: every width, including that of the sequence, times `factor`."""
    if factor == 1 or architecture.skeleton is None:
        return architecture
    skeleton = architecture.skeleton

    def narrow(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        return tuple(scaled_stage(stage, None, factor) for stage in stages)

    size = ((name, scaled(value, factor) if name == "channels" else value) for name, value in skeleton.input)
    changed = replace(skeleton, stem=narrow(skeleton.stem), stages=narrow(skeleton.stages), input=tuple(size))
    return replace(architecture, skeleton=changed)
