"""Recurrent networks from documents: layers that run a recurrent cell over a sequence, as in NAS-Bench-NLP.

`x` is the input of a layer at a time step, `h_prev_i` are its states before the step, and `h_new_i` its states after the step.
The output is `h_new_0` (Klyuchnikov et al. 2020, section 3). A `linear` node has one matrix for each input, and one bias. A
`blend` node mixes its second and third input by its first: z*a + (1-z)*b. Initial states are zero. All parameters are drawn
uniformly from -1/sqrt(width) to 1/sqrt(width), as in torch's recurrent layers.

A time step consists of many small operations. Therefore operations are computed for the whole sequence at once if possible (see
`recurrent_schedule`). The gradient of a matrix that all steps use is one product over all steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from nasport.runtime.costs.recurrent_network import recurrent_stack
from nasport.schemas.architecture import Architecture
from nasport.toolkit.networks.recurrent_loop import FUNCTIONS, LoopPlan, Operation, run_loop
from nasport.toolkit.networks.recurrent_schedule import (
    LINEAR,
    RecurrentStep,
    Schedule,
    read_schedule,
    widths_of,
)

Matrices = Mapping[str, Sequence[Tensor]]


def build_recurrent(architecture: Architecture, classifier: bool = True) -> RecurrentNetwork:
    """Build the network of a document with recurrent cells.

    Args:
        architecture: document with a skeleton of recurrent cells; the stem of a language model is an embedding.
        classifier: whether to build embedding and output layer too, if the skeleton has them.

    Raises:
        InputError: the skeleton is missing, an operator has no module, or widths do not match.
    """
    stack = recurrent_stack(architecture)
    schedules = {name: read_schedule(architecture, name) for name, _, _ in stack.cells}
    layers = [RecurrentLayer(schedules[name], *widths) for name, *widths in stack.cells]
    if not classifier or not stack.vocabulary:
        return RecurrentNetwork(layers)
    stack.check_tied()
    return RecurrentNetwork(layers, stack.vocabulary, stack.tied)


class RecurrentNetwork(nn.Module):
    """Network of recurrent layers, with embedding and output layer if it is a language model.

    Attributes:
        layers: recurrent layers in order.
        embedding: embedding of tokens; None if only the layers are built.
        decoder: output layer onto the vocabulary, which may share the matrix of the embedding; None without an embedding.
        input_width: width of the vectors of the input sequence.
        output_width: width of the last layer.
    """

    def __init__(self, layers: Sequence[RecurrentLayer], vocabulary: int = 0, tied: bool = False) -> None:
        """Create the network.

        The matrices of embedding and output layer are drawn from -0.1 to 0.1, and the bias is zero (AWD-LSTM).

        Args:
            layers: recurrent layers in order.
            vocabulary: number of tokens; 0 builds neither embedding nor output layer.
            tied: whether embedding and output layer share their matrix.
        """
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.input_width, self.output_width = layers[0].input_width, layers[-1].width
        self.embedding = nn.Embedding(vocabulary, self.input_width) if vocabulary else None
        self.decoder = nn.Linear(self.output_width, vocabulary) if vocabulary else None
        if self.embedding is not None and self.decoder is not None:
            nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
            nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
            nn.init.zeros_(self.decoder.bias)
            if tied:
                self.decoder.weight = self.embedding.weight

    def forward(self, sequence: Tensor) -> Tensor:
        """Map vectors (length, batch, input width) to vectors (length, batch, output width); initial states are zero."""
        for layer in self.layers:
            sequence = layer(sequence)
        return sequence

    def logits(self, tokens: Tensor) -> Tensor:
        """Map tokens (length, batch) to logits (length, batch, vocabulary).

        Raises:
            ValueError: the network has no embedding.
        """
        if self.embedding is None or self.decoder is None:
            raise ValueError("the network has no embedding, expected a network built with its vocabulary")
        result: Tensor = self.decoder(self(self.embedding(tokens)))
        return result


class LinearNode(nn.Module):
    """Parameters of a `linear` node: a matrix (width, input width) for each input, in order, and one bias (width)."""

    def __init__(self, widths: Sequence[int], width: int) -> None:
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.empty(width, before)) for before in widths])
        self.bias = nn.Parameter(torch.empty(width))


class RecurrentLayer(nn.Module):
    """Layer that runs a recurrent cell over a sequence.

    Attributes:
        linear: nodes with parameters by their ids, with `_` in place of `.`.
        input_width: width of `x`.
        width: width of the states and the output.
        weight_dropout: probability with which entries of matrices that do not read `x` are zero in training. One mask
            applies to a whole sequence. NAS-Bench-NLP trained with 0.1.
    """

    def __init__(self, schedule: Schedule, input_width: int, width: int) -> None:
        super().__init__()
        self.schedule, self.input_width, self.width = schedule, input_width, width
        self.weight_dropout = 0.0
        widths = widths_of(schedule, input_width, width)
        self.linear = nn.ModuleDict()
        self._keys: dict[str, str] = {}
        for step in schedule.steps:
            if step.operator == LINEAR:
                key = step.node.replace(".", "_") or "_"
                while key in self.linear or hasattr(self.linear, key):
                    key += "_"
                self._keys[step.node] = key
                self.linear[key] = LinearNode([widths[source] for source in step.sources], width)
        self._outside = {schedule.x, *[step.node for step in schedule.before]}
        # Nodes before the loop that operations without parameters in the loop read, or that compute a state.
        read = [source for step in schedule.loop if step.operator != LINEAR for source in step.sources] + [
            new for _, new in schedule.states
        ]
        self._known = [node for node in dict.fromkeys(read) if node in self._outside]
        # Nodes in the loop that steps after it read, that compute a state which these steps read, or that are the output.
        read = [source for step in schedule.after for source in step.sources]
        read += [schedule.output, *[new for previous, new in schedule.states if previous in read]]
        in_loop = {step.node for step in schedule.loop}
        self._kept = [node for node in dict.fromkeys(read) if node in in_loop]
        self._plan = self._loop_plan() if schedule.loop else None
        bound = 1 / math.sqrt(width)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, sequence: Tensor) -> Tensor:
        """Map a sequence (length, batch, input width) to outputs (length, batch, width)."""
        schedule, (length, batch, _) = self.schedule, sequence.shape
        dropout = self.weight_dropout if self.training else 0.0
        matrices = {
            step.node: [
                functional.dropout(weight, dropout) if dropout and source != schedule.x else weight
                for source, weight in zip(step.sources, self._module(step).weights, strict=True)
            ]
            for step in schedule.steps
            if step.operator == LINEAR
        }
        values = {schedule.x: sequence}
        for step in schedule.before:
            values[step.node] = self._for_sequence(step, values, matrices)
        zeros = sequence.new_zeros(batch, self.width)
        if self._plan is not None:
            linear = [step for step in schedule.loop if step.operator == LINEAR]
            partial_sums = [
                self._for_sequence(step, values, matrices).expand(length, batch, self.width)
                for step in linear
            ]
            in_loop = [
                matrix
                for step in linear
                for source, matrix in zip(step.sources, matrices[step.node], strict=True)
                if source not in self._outside
            ]
            known = [values[node] for node in self._known]
            results = run_loop(self._plan, length, zeros, (*known, *partial_sums, *in_loop))
            values.update(zip(self._kept, results, strict=True))
        for previous, new in schedule.states:
            if new in values:
                values[previous] = torch.cat((zeros[None], values[new][:-1]))
        for step in schedule.after:
            values[step.node] = self._for_sequence(step, values, matrices)
        return values[schedule.output]

    def freeze_states(self) -> None:
        """Exclude the matrices that do not read `x` from training."""
        for step in self.schedule.steps:
            if step.operator == LINEAR:
                for source, weight in zip(step.sources, self._module(step).weights, strict=True):
                    weight.requires_grad_(source == self.schedule.x)

    def _module(self, step: RecurrentStep) -> LinearNode:
        module = self.linear[self._keys[step.node]]
        assert isinstance(module, LinearNode)
        return module

    def _for_sequence(self, step: RecurrentStep, values: Mapping[str, Tensor], matrices: Matrices) -> Tensor:
        """Compute a step for the whole sequence, (length, batch, ...); for a linear node, only the terms of known values."""
        if step.operator != LINEAR:
            return FUNCTIONS[step.operator].forward(*[values[source] for source in step.sources])
        bias: Tensor = self._module(step).bias
        total = bias
        for source, matrix in zip(step.sources, matrices[step.node], strict=True):
            if source in values and total is bias:
                total = functional.linear(values[source], matrix, bias)
            elif source in values:
                total = total + functional.linear(values[source], matrix)
        return total

    def _loop_plan(self) -> LoopPlan:
        """Return the steps in the loop, with indices in place of names."""
        schedule = self.schedule
        names = [previous for previous, _ in schedule.states]
        names += [*self._known, *[step.node for step in schedule.loop]]
        indices = {name: index for index, name in enumerate(names)}
        operations: list[Operation] = []
        linear = matrices = 0
        for step in schedule.loop:
            if step.operator != LINEAR:
                operations.append(Operation(step.operator, tuple(indices[source] for source in step.sources)))
                continue
            sources = tuple(indices[source] for source in step.sources if source not in self._outside)
            numbers = tuple(range(matrices, matrices + len(sources)))
            operations.append(Operation(LINEAR, sources, linear, numbers))
            linear, matrices = linear + 1, matrices + len(sources)
        states = tuple(indices[new] for _, new in schedule.states)
        kept = tuple(indices[node] for node in self._kept)
        return LoopPlan(states, len(self._known), linear, tuple(operations), kept)
