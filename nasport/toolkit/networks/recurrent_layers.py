"""Recurrent networks from documents: layers of one cell, fed with a sequence, of NAS-Bench-NLP or of one's own.

`x` is a layer's input at this step, `h_prev_i` are its states before the step and `h_new_i` those after it; its output
is `h_new_0` (Klyuchnikov et al. 2020, section 3). A `linear` node has one matrix for every input and one bias, `blend`
mixes its second and third input by its first: z*a + (1-z)*b. States begin at zero; all parameters are drawn uniformly
from -1/sqrt(width) to 1/sqrt(width), as those of torch's own recurrent layers.

A step is many tiny operations, so all that can be done for the whole sequence at once is (see `recurrent_schedule`), and
so is the gradient of a matrix that every step uses: one product over all steps in place of one for each.
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
    """The network of a document whose cells are recurrent.

    Args:
        architecture: with a skeleton of recurrent cells, and an embedding as its stem if it is a language model.
        classifier: whether to build the embedding and the output layer too, where the skeleton has them.

    Raises:
        InputError: no skeleton, an operator with no module, or widths that do not fit.
    """
    stack = recurrent_stack(architecture)
    schedules = {name: read_schedule(architecture, name) for name, _, _ in stack.cells}
    layers = [RecurrentLayer(schedules[name], *widths) for name, *widths in stack.cells]
    if not classifier or not stack.vocabulary:
        return RecurrentNetwork(layers)
    stack.check_tied()
    return RecurrentNetwork(layers, stack.vocabulary, stack.tied)


class RecurrentNetwork(nn.Module):
    """Layers of recurrent cells.

    Attributes:
        layers: in order.
        embedding: of tokens; None where only the layers are built.
        decoder: the output layer onto the vocabulary; its matrix may be the embedding's.
        input_width: width of the vectors of the sequence.
        output_width: width of the last layer.
    """

    def __init__(self, layers: Sequence[RecurrentLayer], vocabulary: int = 0, tied: bool = False) -> None:
        """Args:
        layers: in order.
        vocabulary: tokens of the embedding and the decoder, drawn from -0.1 to 0.1, the bias zero (AWD-LSTM); 0: none.
        tied: whether the two have one matrix.
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
        """Vectors (length, batch, width) to vectors (length, batch, width of the last layer); states begin at zero."""
        for layer in self.layers:
            sequence = layer(sequence)
        return sequence

    def logits(self, tokens: Tensor) -> Tensor:
        """Tokens (length, batch) to logits (length, batch, vocabulary)."""
        if self.embedding is None or self.decoder is None:
            raise ValueError("the network was built without its vocabulary")
        result: Tensor = self.decoder(self(self.embedding(tokens)))
        return result


class LinearNode(nn.Module):
    """A `linear` node: a matrix (width, width of the input) for every input, in their order, and one bias (width)."""

    def __init__(self, widths: Sequence[int], width: int) -> None:
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.empty(width, before)) for before in widths])
        self.bias = nn.Parameter(torch.empty(width))


class RecurrentLayer(nn.Module):
    """One recurrent cell run over a sequence.

    Attributes:
        linear: the nodes that have parameters, by their ids (with a `_` for every `.`).
        input_width: of `x`.
        width: of the states and the output.
        weight_dropout: share of the entries set to zero in matrices that do not read `x`, one mask a sequence, in
            training; NAS-Bench-NLP trained with 0.1.
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
        # Nodes before the loop whose vectors the loop reads as they are, or that make a state.
        read = [source for step in schedule.loop if step.operator != LINEAR for source in step.sources] + [
            new for _, new in schedule.states
        ]
        self._known = [node for node in dict.fromkeys(read) if node in self._outside]
        # Nodes in the loop that steps after it read, or that make a state which they read, and the output.
        read = [source for step in schedule.after for source in step.sources]
        read += [schedule.output, *[new for previous, new in schedule.states if previous in read]]
        in_loop = {step.node for step in schedule.loop}
        self._kept = [node for node in dict.fromkeys(read) if node in in_loop]
        self._plan = self._planned() if schedule.loop else None
        bound = 1 / math.sqrt(width)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, sequence: Tensor) -> Tensor:
        """(length, batch, input width) to (length, batch, width)."""
        schedule, (length, batch, _) = self.schedule, sequence.shape
        # Those that do not read `x` are thinned out in training.
        thin = self.weight_dropout if self.training else 0.0
        matrices = {
            step.node: [
                functional.dropout(weight, thin) if thin and source != schedule.x else weight
                for source, weight in zip(step.sources, self._module(step).weights, strict=True)
            ]
            for step in schedule.steps
            if step.operator == LINEAR
        }
        values = {schedule.x: sequence}
        for step in schedule.before:
            values[step.node] = self._whole(step, values, matrices)
        zeros = sequence.new_zeros(batch, self.width)
        if self._plan is not None:
            linear = [step for step in schedule.loop if step.operator == LINEAR]
            started = [
                self._whole(step, values, matrices).expand(length, batch, self.width) for step in linear
            ]
            in_loop = [
                matrix
                for step in linear
                for source, matrix in zip(step.sources, matrices[step.node], strict=True)
                if source not in self._outside
            ]
            known = [values[node] for node in self._known]
            results = run_loop(self._plan, length, zeros, (*known, *started, *in_loop))
            values.update(zip(self._kept, results, strict=True))
        for previous, new in schedule.states:
            if new in values:
                values[previous] = torch.cat((zeros[None], values[new][:-1]))
        for step in schedule.after:
            values[step.node] = self._whole(step, values, matrices)
        return values[schedule.output]

    def freeze_states(self) -> None:
        """Keeps the matrices that do not read `x` as they were drawn."""
        for step in self.schedule.steps:
            if step.operator == LINEAR:
                for source, weight in zip(step.sources, self._module(step).weights, strict=True):
                    weight.requires_grad_(source == self.schedule.x)

    def _module(self, step: RecurrentStep) -> LinearNode:
        module = self.linear[self._keys[step.node]]
        assert isinstance(module, LinearNode)
        return module

    def _whole(self, step: RecurrentStep, values: Mapping[str, Tensor], matrices: Matrices) -> Tensor:
        """One step for the whole sequence, (length, batch, ...); of a linear node's sum what the known values give."""
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

    def _planned(self) -> LoopPlan:
        """The steps in time with numbers in place of names."""
        schedule = self.schedule
        names = [previous for previous, _ in schedule.states]
        names += [*self._known, *[step.node for step in schedule.loop]]
        places = {name: place for place, name in enumerate(names)}
        operations: list[Operation] = []
        linear = matrices = 0
        for step in schedule.loop:
            if step.operator != LINEAR:
                operations.append(Operation(step.operator, tuple(places[source] for source in step.sources)))
                continue
            sources = tuple(places[source] for source in step.sources if source not in self._outside)
            numbers = tuple(range(matrices, matrices + len(sources)))
            operations.append(Operation(LINEAR, sources, linear, numbers))
            linear, matrices = linear + 1, matrices + len(sources)
        states = tuple(places[new] for _, new in schedule.states)
        kept = tuple(places[node] for node in self._kept)
        return LoopPlan(states, len(self._known), linear, tuple(operations), kept)
