"""A recurrent network as source text: a class for each cell with its `step` in time, and `Network`, which stacks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from nasport.runtime.costs.recurrent_network import recurrent_stack
from nasport.schemas.architecture import Architecture
from nasport.toolkit.networks.cell_module import identifiers
from nasport.toolkit.networks.recurrent_layers import RecurrentLayer, RecurrentNetwork, build_recurrent
from nasport.toolkit.networks.recurrent_program import (
    BLEND,
    IDENTITY,
    LINEAR,
    PRODUCT,
    SUM,
    Program,
    Step,
    widths_of,
)
from nasport.toolkit.networks.source.blocks import Written
from nasport.toolkit.networks.source.helpers import Linear
from nasport.toolkit.networks.source.line_breaking import (
    INDENT,
    added,
    call,
    function,
    marked,
    statement,
    text_of,
)
from nasport.toolkit.networks.source.naming import class_names, escaped
from nasport.toolkit.networks.source.network import main_lines, stacked

_BODY = INDENT * 2
_ACTIVATIONS = {
    "tanh": "torch.tanh",
    "sigmoid": "torch.sigmoid",
    "leaky_relu": "F.leaky_relu",
    "relu": "F.relu",
}


def recurrent_network(architecture: Architecture) -> Written:
    """The parts of the module.

    Raises:
        InputError: as `build_recurrent`.
    """
    stack = recurrent_stack(architecture)
    stack.check_tied()
    with torch.device("meta"):
        network = build_recurrent(architecture, classifier=False)
    layers = [layer for layer in network.layers if isinstance(layer, RecurrentLayer)]
    cells = [name for name, _, _ in stack.cells]
    names = class_names(dict.fromkeys(cells))
    written = {
        cell: _CellWriter(name, cell, [layer for layer, of in zip(layers, cells, strict=True) if of == cell])
        for cell, name in names.items()
    }
    constructions = [written[cell].constructed(layer) for layer, cell in zip(layers, cells, strict=True)]
    if stack.vocabulary:
        example = f"torch.randint({stack.vocabulary}, (35, 2))"
        usage = ["network = Network()", f"logits = network({example})  # length, batch"]
    else:
        example = f"torch.randn(35, 2, {network.input_width})"
        usage = ["network = Network()", f"outputs = network({example})  # length, batch, width"]
    same_keys = all(one.keeps_keys for one in written.values())
    note = "Its parameters come in the same order as those of nasport's own network"
    note += ", whose\nstate_dict fits it without `linear.` in the keys." if same_keys else "."
    return Written(
        classes=[
            *[one.lines() for one in written.values()],
            _network(network, constructions, stack.vocabulary, stack.tied),
        ],
        needs=[Linear],
        main=main_lines(example),
        usage=usage,
        notes=note.splitlines(),
        recurrent=True,
    )


def _network(
    network: RecurrentNetwork, constructions: Sequence[str], vocabulary: int, tied: bool
) -> list[str]:
    """The lines of the class `Network`."""
    init = [f"{INDENT}def __init__(self) -> None:", f"{_BODY}super().__init__()"]
    init += statement("self.layers = ", stacked(constructions, listed=False), 2)
    if not vocabulary:
        title = "Vectors (length, batch, width) to vectors of the last layer."
        forward = [f"{INDENT}def forward(self, sequence: Tensor) -> Tensor:"]
        forward.append(f"{_BODY}return self.layers(sequence)")
    else:
        title = f"Tokens (length, batch) to logits (length, batch, {vocabulary})."
        lines = [
            f"self.embedding = nn.Embedding({vocabulary}, {network.input_width})",
            f"self.decoder = nn.Linear({network.output_width}, {vocabulary})",
            "nn.init.uniform_(self.embedding.weight, -0.1, 0.1)",
            "nn.init.uniform_(self.decoder.weight, -0.1, 0.1)",
            "nn.init.zeros_(self.decoder.bias)",
            *(["self.decoder.weight = self.embedding.weight"] if tied else []),
        ]
        init += [_BODY + line for line in lines]
        forward = [
            f"{INDENT}def forward(self, tokens: Tensor) -> Tensor:",
            f"{_BODY}return self.decoder(self.layers(self.embedding(tokens)))",
        ]
    return text_of([["class Network(nn.Module):", f'{INDENT}"""{title}"""'], init, forward], 1)


@dataclass
class _CellWriter:
    """The class of a cell while it is written.

    Attributes:
        name: of the class.
        cell: name of the cell.
        layers: all that are this cell.
    """

    name: str
    cell: str
    layers: Sequence[RecurrentLayer]

    def __post_init__(self) -> None:
        self.program: Program = self.layers[0].program
        # Where widths differ it shows which of the two a node has.
        self.wide = next((layer for layer in self.layers if layer.input_width != layer.width), None)
        nodes = dict.fromkeys([*self.program.inputs, *[step.node for step in self.program.steps]])
        self.names = _spoken(identifiers(nodes)) | {self.program.x: "x"}
        self.aliases = {
            step.node: step.sources[0] for step in self.program.steps if step.operator == IDENTITY
        }

    @property
    def keeps_keys(self) -> bool:
        """Whether the nodes with parameters are called as in nasport's own layer."""
        linear = [self.names[step.node] for step in self.program.steps if step.operator == LINEAR]
        return list(self.layers[0].linear) == linear

    def constructed(self, layer: RecurrentLayer) -> str:
        inputs = [f"inputs={layer.input_width}"] if self.wide else []
        return str(call(self.name, *inputs, f"width={layer.width}"))

    def lines(self) -> list[str]:
        title = f'{INDENT}"""The recurrent cell `{escaped(self.cell, 30)}`, run over a sequence."""'
        return text_of(
            [[f"class {self.name}(nn.Module):", title], self._init(), self._forward(), self._step()], 1
        )

    def _init(self) -> list[str]:
        parameters = ["self", *(["inputs: int"] if self.wide else []), "width: int"]
        lines = [
            *function("__init__", parameters, "None", 1),
            f"{_BODY}super().__init__()",
            f"{_BODY}self.width = width",
        ]
        widths = widths_of(self.program, self.wide.input_width, self.wide.width) if self.wide else {}
        run = {step.node for step in self._steps()}
        for step in self.program.steps:
            if step.operator != LINEAR:
                continue
            sizes = [
                "inputs" if self.wide and widths[source] == self.wide.input_width else "width"
                for source in step.sources
            ]
            layer = statement(f"self.{self.names[step.node]} = ", call("Linear", *sizes, "width=width"), 2)
            lines += layer if step.node in run else marked(layer, "leads nowhere")
        return [
            *lines,
            f"{_BODY}bound = 1 / math.sqrt(width)",
            f"{_BODY}for parameter in self.parameters():",
            f"{_BODY}{INDENT}nn.init.uniform_(parameter, -bound, bound)",
        ]

    def _forward(self) -> list[str]:
        """The loop over time; what only the last step gives is kept under the name of its state."""
        lines = [
            f"{INDENT}def forward(self, sequence: Tensor) -> Tensor:",
            f'{_BODY}"""(length, batch, width) to (length, batch, width of the layer)."""',
        ]
        if not self.program.states:
            return [*lines, f"{_BODY}return self.step(sequence)"]
        states = [self._state(place) for place in range(len(self.program.states))]
        results = ["output", *[state for state in states if state != "output"]]
        x = ["x"] if self.program.x else []
        zeros = "sequence.new_zeros(sequence.shape[1], self.width)"
        return [
            *lines,
            f"{_BODY}{' = '.join(states)} = {zeros}",
            f"{_BODY}outputs = []",
            f"{_BODY}for {'x' if x else '_'} in sequence:",
            *statement(f"{', '.join(results)} = ", call("self.step", *x, *states), 3),
            f"{_BODY}{INDENT}outputs.append(output)",
            f"{_BODY}return torch.stack(outputs)",
        ]

    def _state(self, place: int) -> str:
        """The name of a state in the loop over time."""
        _, new = self.program.states[place]
        return "output" if new == self.program.output else f"state_{place + 1}"

    def _step(self) -> list[str]:
        """The cell's own graph: of `x` and the states before, the output and the states after."""
        inputs = [
            *([self.program.x] if self.program.x else []),
            *[before for before, _ in self.program.states],
        ]
        results = [
            self.program.output,
            *[new for _, new in self.program.states if new != self.program.output],
        ]
        kind = "Tensor" if len(results) == 1 else f"tuple[{', '.join(['Tensor'] * len(results))}]"
        lines = function("step", ["self", *[f"{self.names[one]}: Tensor" for one in inputs]], kind, 1)
        for step in self._steps():
            if step.operator != IDENTITY:
                lines += self._statement(step)
        return [*lines, f"{_BODY}return {', '.join(self._value(node) for node in results)}"]

    def _steps(self) -> list[Step]:
        """The steps that the output or a state depends on."""
        program = self.program
        run = {step.node for step in (*program.before, *program.loop, *program.after)}
        return [step for step in program.steps if step.node in run]

    def _statement(self, step: Step) -> list[str]:
        values = [self._value(source) for source in step.sources]
        before = f"{self.names[step.node]} = "
        if step.operator == LINEAR:
            return statement(before, call(f"self.{self.names[step.node]}", *values), 2)
        if step.operator == BLEND:
            gate, one, other = values
            return added(before, [f"{gate} * {one}", f"(1 - {gate}) * {other}"], "+", 2)
        if step.operator in (SUM, PRODUCT):
            return added(before, values, "+" if step.operator == SUM else "*", 2)
        return statement(before, call(_ACTIVATIONS[step.operator], *values), 2)

    def _value(self, node: str) -> str:
        while node in self.aliases:
            node = self.aliases[node]
        return self.names[node]


def _spoken(names: Mapping[str, str]) -> dict[str, str]:
    """The names with a `_` where they would hide something that the class uses."""
    taken = {"width", "step", "forward", *names.values()}
    found = {}
    for node, name in names.items():
        plain = name
        while plain in ("width", "step", "forward") or (plain != name and plain in taken):
            plain += "_"
        found[node] = plain
    return found
