"""Source text of a recurrent network: a class for each cell with a method `step`, and `Network`, which stacks them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from nasport.runtime.costs.recurrent_network import recurrent_stack
from nasport.schemas.architecture import Architecture
from nasport.toolkit.networks.cell_module import identifiers
from nasport.toolkit.networks.python_source import line_breaking as py
from nasport.toolkit.networks.python_source.blocks import Written
from nasport.toolkit.networks.python_source.forward import UNREACHABLE
from nasport.toolkit.networks.python_source.helpers import Linear
from nasport.toolkit.networks.python_source.line_breaking import BODY, INDENT
from nasport.toolkit.networks.python_source.naming import class_names, escaped
from nasport.toolkit.networks.python_source.network import main_lines, stacked
from nasport.toolkit.networks.recurrent_layers import RecurrentLayer, build_recurrent
from nasport.toolkit.networks.recurrent_schedule import BLEND, IDENTITY, LINEAR, PRODUCT, SUM, widths_of

_RESERVED = ("width", "step", "forward")  # attributes of the class of a cell
_ACTIVATIONS = {"leaky_relu": "F.leaky_relu", "relu": "F.relu"}  # other activations are functions in `torch`


def recurrent_network(architecture: Architecture) -> Written:
    """Return the parts of the module of a recurrent network.

    Raises:
        InputError: `build_recurrent` cannot build the network.
    """
    stack = recurrent_stack(architecture)
    stack.check_tied()
    with torch.device("meta"):
        network = build_recurrent(architecture, classifier=False)
    layers = [layer for layer in network.layers if isinstance(layer, RecurrentLayer)]
    cells = [name for name, _, _ in stack.cells]
    written = {
        cell: _CellWriter(name, cell, [layer for layer, of in zip(layers, cells, strict=True) if of == cell])
        for cell, name in class_names(dict.fromkeys(cells)).items()
    }
    constructions = [written[cell].constructed(layer) for layer, cell in zip(layers, cells, strict=True)]
    init = [f"{INDENT}def __init__(self) -> None:", f"{BODY}super().__init__()"]
    init += py.statement("self.layers = ", stacked(constructions, listed=False), 2)
    if stack.vocabulary:
        title = f"Maps tokens (length, batch) to logits (length, batch, {stack.vocabulary})."
        lines = [
            f"self.embedding = nn.Embedding({stack.vocabulary}, {network.input_width})",
            f"self.decoder = nn.Linear({network.output_width}, {stack.vocabulary})",
            "nn.init.uniform_(self.embedding.weight, -0.1, 0.1)",
            "nn.init.uniform_(self.decoder.weight, -0.1, 0.1)",
            "nn.init.zeros_(self.decoder.bias)",
            *(["self.decoder.weight = self.embedding.weight"] if stack.tied else []),
        ]
        init += [BODY + line for line in lines]
        forward = ["tokens", "self.decoder(self.layers(self.embedding(tokens)))"]
        example = f"torch.randint({stack.vocabulary}, (35, 2))"
        usage = "logits = network({})  # length, batch"
    else:
        title = "Maps vectors (length, batch, width) to vectors of the last layer."
        forward = ["sequence", "self.layers(sequence)"]
        example = f"torch.randn(35, 2, {network.input_width})"
        usage = "outputs = network({})  # length, batch, width"
    network_lines = [
        ["class Network(nn.Module):", f'{INDENT}"""{title}"""'],
        init,
        [f"{INDENT}def forward(self, {forward[0]}: Tensor) -> Tensor:", f"{BODY}return {forward[1]}"],
    ]
    same_keys = all(writer.keeps_keys for writer in written.values())
    note = "Its parameters have the same order as those of nasport's network."
    note += (
        "\nIt loads that network's state_dict after `linear.` is removed from the keys." if same_keys else ""
    )
    return Written(
        classes=[*[writer.lines() for writer in written.values()], py.text_of(network_lines, 1)],
        needs=[Linear],
        main=main_lines(example),
        usage=["network = Network()", usage.format(example)],
        notes=note.splitlines(),
    )


class _CellWriter:
    """Writer of the class of a recurrent cell."""

    def __init__(self, name: str, cell: str, layers: Sequence[RecurrentLayer]) -> None:
        """Choose the names of the values.

        Args:
            name: name of the class.
            cell: name of the cell.
            layers: all layers of this cell.
        """
        self.name, self.cell, self.schedule = name, cell, layers[0].schedule
        # A layer whose input and states have different widths, if any; it shows which of the two widths a node has.
        self.wide = next((layer for layer in layers if layer.input_width != layer.width), None)
        steps = self.schedule.steps
        nodes = dict.fromkeys([*self.schedule.inputs, *[step.node for step in steps]])
        self.names = identifiers(nodes)
        for node, plain in self.names.items():  # a `_` is appended to names that the class uses itself
            name = plain
            while name in _RESERVED or (name != plain and name in self.names.values()):
                name += "_"
            self.names[node] = name
        self.names[self.schedule.x] = "x"
        self.aliases = {step.node: step.sources[0] for step in steps if step.operator == IDENTITY}
        linear = [self.names[step.node] for step in steps if step.operator == LINEAR]
        # Whether the nodes with parameters have the same names as in nasport's layer.
        self.keeps_keys = list(layers[0].linear) == linear
        # Steps on which the output or a state depends.
        computed = {*self.schedule.before, *self.schedule.loop, *self.schedule.after}
        self.computed = [step for step in steps if step in computed]

    def constructed(self, layer: RecurrentLayer) -> str:
        """Return the expression that constructs a layer."""
        inputs = [f"inputs={layer.input_width}"] if self.wide else []
        return str(py.call(self.name, *inputs, f"width={layer.width}"))

    def lines(self) -> list[str]:
        """Return the lines of the class."""
        title = f'{INDENT}"""Runs the recurrent cell `{escaped(self.cell, 30)}` over a sequence."""'
        return py.text_of(
            [[f"class {self.name}(nn.Module):", title], self._init(), self._forward(), self._step()], 1
        )

    def _init(self) -> list[str]:
        parameters = ["self", *(["inputs: int"] if self.wide else []), "width: int"]
        lines = [
            *py.function("__init__", parameters, "None", 1),
            f"{BODY}super().__init__()",
            f"{BODY}self.width = width",
        ]
        widths = widths_of(self.schedule, self.wide.input_width, self.wide.width) if self.wide else {}
        for step in self.schedule.steps:
            if step.operator == LINEAR:
                sizes = [
                    "inputs" if self.wide and widths[source] == self.wide.input_width else "width"
                    for source in step.sources
                ]
                layer = py.call("Linear", *sizes, "width=width")
                statement = py.statement(f"self.{self.names[step.node]} = ", layer, 2)
                lines += statement if step in self.computed else py.marked(statement, UNREACHABLE)
        return [
            *lines,
            f"{BODY}bound = 1 / math.sqrt(width)",
            f"{BODY}for parameter in self.parameters():",
            f"{BODY}{INDENT}nn.init.uniform_(parameter, -bound, bound)",
        ]

    def _forward(self) -> list[str]:
        """Return the lines of `forward`, the loop over time."""
        lines = [
            f"{INDENT}def forward(self, sequence: Tensor) -> Tensor:",
            f'{BODY}"""Map (length, batch, input width) to (length, batch, width)."""',
        ]
        if not self.schedule.states:
            return [*lines, f"{BODY}return self.step(sequence)"]
        states = [
            "output" if new == self.schedule.output else f"state_{place}"
            for place, (_, new) in enumerate(self.schedule.states, 1)
        ]
        results = ["output", *[state for state in states if state != "output"]]
        x = ["x"] if self.schedule.x else []
        return [
            *lines,
            f"{BODY}{' = '.join(states)} = sequence.new_zeros(sequence.shape[1], self.width)",
            f"{BODY}outputs = []",
            f"{BODY}for {'x' if x else '_'} in sequence:",
            *py.statement(f"{', '.join(results)} = ", py.call("self.step", *x, *states), 3),
            f"{BODY}{INDENT}outputs.append(output)",
            f"{BODY}return torch.stack(outputs)",
        ]

    def _step(self) -> list[str]:
        """Return the lines of `step`, which computes output and new states from `x` and the previous states."""
        schedule = self.schedule
        inputs = [*([schedule.x] if schedule.x else []), *[before for before, _ in schedule.states]]
        results = [schedule.output, *[new for _, new in schedule.states if new != schedule.output]]
        kind = "Tensor" if len(results) == 1 else f"tuple[{', '.join(['Tensor'] * len(results))}]"
        lines = py.function("step", ["self", *[f"{self.names[node]}: Tensor" for node in inputs]], kind, 1)
        for step in self.computed:
            values = [self._value(source) for source in step.sources]
            before = f"{self.names[step.node]} = "
            if step.operator == LINEAR:
                lines += py.statement(before, py.call(f"self.{self.names[step.node]}", *values), 2)
            elif step.operator == BLEND:
                gate, first, second = values
                lines += py.added(before, [f"{gate} * {first}", f"(1 - {gate}) * {second}"], "+", 2)
            elif step.operator in (SUM, PRODUCT):
                lines += py.added(before, values, "+" if step.operator == SUM else "*", 2)
            elif step.operator != IDENTITY:
                activation = _ACTIVATIONS.get(step.operator, f"torch.{step.operator}")
                lines += py.statement(before, py.call(activation, *values), 2)
        return [*lines, f"{BODY}return {', '.join(self._value(node) for node in results)}"]

    def _value(self, node: str) -> str:
        while node in self.aliases:
            node = self.aliases[node]
        return self.names[node]
