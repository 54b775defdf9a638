"""Recurrent networks from documents: layers of one cell, fed with a sequence, of NAS-Bench-NLP or of one's own.

`x` is a layer's input at this step, `h_prev_i` are its states before the step and `h_new_i` those after it; its output
is `h_new_0` (Klyuchnikov et al. 2020, section 3). A `linear` node has one matrix for every input and one bias, `blend`
mixes its second and third input by its first: z*a + (1-z)*b. States begin at zero; all parameters are drawn uniformly
from -1/sqrt(width) to 1/sqrt(width), as those of torch's own recurrent layers.

A step is many tiny operations, so all that can be done for the whole sequence at once is (see `recurrent_program`), and
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
from nasport.toolkit.networks.recurrent_loop import FUNCTIONS, Operation, Plan, run_loop
from nasport.toolkit.networks.recurrent_program import LINEAR, Program, Step, read_program, widths_of

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
    programs = {name: read_program(architecture, name) for name, _, _ in stack.cells}
    network = RecurrentNetwork([RecurrentLayer(programs[name], *widths) for name, *widths in stack.cells])
    if classifier and stack.vocabulary:
        stack.check_tied()
        network.add_vocabulary(stack.vocabulary, stack.tied)
    return network


class RecurrentNetwork(nn.Module):
    """Layers of recurrent cells.

    Attributes:
        layers: in order.
        embedding: of tokens; None where only the layers are built.
        decoder: the output layer onto the vocabulary; its matrix may be the embedding's.
        input_width: width of the vectors of the sequence.
        output_width: width of the last layer.
    """

    def __init__(self, layers: Sequence[RecurrentLayer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.input_width, self.output_width = layers[0].input_width, layers[-1].width
        self.embedding: nn.Embedding | None = None
        self.decoder: nn.Linear | None = None

    def add_vocabulary(self, classes: int, tied: bool) -> None:
        """An embedding of `classes` tokens and a linear decoder; drawn from -0.1 to 0.1, the bias zero (AWD-LSTM)."""
        self.embedding = nn.Embedding(classes, self.input_width)
        self.decoder = nn.Linear(self.output_width, classes)
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

    def __init__(self, program: Program, input_width: int, width: int) -> None:
        super().__init__()
        self.program, self.input_width, self.width = program, input_width, width
        self.weight_dropout = 0.0
        widths = widths_of(program, input_width, width)
        self.linear = nn.ModuleDict()
        self._keys: dict[str, str] = {}
        for step in program.steps:
            if step.operator == LINEAR:
                key = self._keys[step.node] = _free(step.node, self.linear)
                self.linear[key] = LinearNode([widths[source] for source in step.sources], width)
        self._outside = {program.x, *[step.node for step in program.before]}
        self._known, self._kept = _read_in_loop(program), _read_after(program)
        self._plan = self._planned() if program.loop else None
        bound = 1 / math.sqrt(width)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, sequence: Tensor) -> Tensor:
        """(length, batch, input width) to (length, batch, width)."""
        program = self.program
        matrices = {step.node: self._matrices(step) for step in program.steps if step.operator == LINEAR}
        values = {program.x: sequence}
        for step in program.before:
            values[step.node] = self._whole(step, values, matrices)
        self._loop(sequence, values, matrices)
        for step in program.after:
            values[step.node] = self._whole(step, values, matrices)
        return values[program.output]

    def freeze_states(self) -> None:
        """Keeps the matrices that do not read `x` as they were drawn."""
        for step in self.program.steps:
            if step.operator == LINEAR:
                for source, weight in zip(step.sources, self._module(step).weights, strict=True):
                    weight.requires_grad_(source == self.program.x)

    def _module(self, step: Step) -> LinearNode:
        module = self.linear[self._keys[step.node]]
        assert isinstance(module, LinearNode)
        return module

    def _matrices(self, step: Step) -> list[Tensor]:
        """The node's matrices, those that do not read `x` thinned out in training."""
        thin = self.weight_dropout if self.training else 0.0
        return [
            functional.dropout(weight, thin) if thin and source != self.program.x else weight
            for source, weight in zip(step.sources, self._module(step).weights, strict=True)
        ]

    def _whole(self, step: Step, values: Mapping[str, Tensor], matrices: Matrices) -> Tensor:
        """One step for the whole sequence, (length, batch, ...)."""
        sources = [values[source] for source in step.sources]
        if step.operator != LINEAR:
            return FUNCTIONS[step.operator].forward(*sources)
        first, *others = zip(sources, matrices[step.node], strict=True)
        total = functional.linear(*first, self._module(step).bias)
        for source, weight in others:
            total = total + functional.linear(source, weight)
        return total

    def _loop(self, sequence: Tensor, values: dict[str, Tensor], matrices: Matrices) -> None:
        """Runs the steps in time, and leaves the values that steps after the loop read, and the output, in `values`."""
        program, (length, batch, _) = self.program, sequence.shape
        zeros = sequence.new_zeros(batch, self.width)
        if self._plan is not None:
            known = [values[node] for node in self._known]
            linear = [step for step in program.loop if step.operator == LINEAR]
            started = [self._started(step, values, matrices, length, batch) for step in linear]
            in_loop = [
                matrix
                for step in linear
                for source, matrix in zip(step.sources, matrices[step.node], strict=True)
                if source not in self._outside
            ]
            results = run_loop(self._plan, length, zeros, known, started, in_loop)
            values.update(zip(self._kept, results, strict=True))
        for previous, new in program.states:
            if new in values:
                values[previous] = torch.cat((zeros[None], values[new][:-1]))

    def _started(
        self, step: Step, values: Mapping[str, Tensor], matrices: Matrices, length: int, batch: int
    ) -> Tensor:
        """What is known of a linear node's sum before the loop, (length, batch, width)."""
        module, total = self._module(step), None
        for source, matrix in zip(step.sources, matrices[step.node], strict=True):
            if source in self._outside:
                part = functional.linear(values[source], matrix, module.bias if total is None else None)
                total = part if total is None else total + part
        return module.bias.expand(length, batch, self.width) if total is None else total

    def _planned(self) -> Plan:
        """The steps in time with numbers in place of names."""
        program = self.program
        names = [previous for previous, _ in program.states]
        names += [*self._known, *[step.node for step in program.loop]]
        places = {name: place for place, name in enumerate(names)}
        operations: list[Operation] = []
        linear = matrices = 0
        for step in program.loop:
            if step.operator == LINEAR:
                sources = tuple(places[source] for source in step.sources if source not in self._outside)
                numbers = tuple(range(matrices, matrices + len(sources)))
                operations.append(Operation(LINEAR, sources, linear, numbers))
                linear, matrices = linear + 1, matrices + len(sources)
            else:
                operations.append(Operation(step.operator, tuple(places[source] for source in step.sources)))
        states = tuple(places[new] for _, new in program.states)
        kept = tuple(places[node] for node in self._kept)
        return Plan(states, len(self._known), linear, tuple(operations), kept)


def _read_in_loop(program: Program) -> list[str]:
    """Nodes before the loop whose vectors the loop reads as they are, or that make a state."""
    made = {step.node for step in program.before} | {program.x}
    read = dict.fromkeys(
        source for step in program.loop if step.operator != LINEAR for source in step.sources
    ) | dict.fromkeys(new for _, new in program.states)
    return [node for node in read if node in made]


def _read_after(program: Program) -> list[str]:
    """Nodes in the loop that steps after it read, or that make a state which they read, and the output."""
    made = {step.node for step in program.loop}
    read = dict.fromkeys(source for step in program.after for source in step.sources)
    read |= {program.output: None} | {new: None for previous, new in program.states if previous in read}
    return [node for node in read if node in made]


def _free(name: str, taken: nn.ModuleDict) -> str:
    """The name as torch allows it for a module, with a `_` after it if it is taken."""
    name = name.replace(".", "_") or "_"
    while name in taken or hasattr(taken, name):
        name += "_"
    return name
