"""A cell on its way to a torch module: what its three channel rules (`cell_building.py`, `split_cells.py`) share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import nn

from nasport.runtime.costs.cells import PROJECTION
from nasport.runtime.operators.joins import join_of
from nasport.runtime.operators.quantities import Shape
from nasport.schemas.architecture import Architecture, Node
from nasport.schemas.checks import topological_order
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.cells import CellNetwork, Step, identifiers
from nasport.toolkit.networks.layers import Style, made
from nasport.toolkit.networks.operators import operator_layer
from nasport.toolkit.networks.operators.joins import Zero

_OF_TWO = ("difference", "quotient")


class Draft:
    """A cell while it is built.

    Attributes:
        nodes: of the document, by id.
        operators: by node id, with the node's own attributes.
        order: node ids in topological order.
        outputs: ids of the cell's outputs.
        names: identifiers, by node id.
        style: of its layers.
        inputs: names of the module's inputs.
        entrance: shape of the last of them.
        stride: of the nodes that they feed.
        values: node id to the place of its value, of the nodes that are computed so far.
        shapes: node id to the shape of its value, of all nodes so far.
    """

    def __init__(
        self,
        name: str,
        architecture: Architecture,
        style: Style,
        entrance: Shape,
        stride: int,
        inputs: Sequence[str] = ("x",),
    ) -> None:
        cell = architecture.cells[name]
        self._cell = name
        self._places = {node.id: place for place, node in enumerate(cell.nodes)}
        self.nodes = {node.id: node for node in cell.nodes}
        for node in cell.nodes:
            if "channels" in dict(node.attributes):
                problem = "channels of its own, expected the stage's width, which all nodes of a cell have"
                raise self.error(problem, node.id, "attributes")
        self.operators = {node.id: _operator(node, architecture) for node in cell.nodes}
        order = topological_order({node.id: node.inputs for node in cell.nodes})
        assert order is not None, "checked when the document was read"
        self.order = order
        self.outputs = [node_id for node_id in order if self.kind(node_id) == "output"]
        self.names = identifiers(self.nodes)
        self.style = style
        self.inputs = tuple(inputs)
        self.entrance = entrance
        self.stride = stride
        self.values: dict[str, int] = {}
        self.shapes: dict[str, Shape] = {}
        self._modules: dict[str, nn.Module] = {}
        self._steps: list[Step] = []
        self._taken = {*self.names.values(), *inputs}
        self._zeros: dict[tuple[int, int], int] = {}

    def kind(self, node_id: str) -> str:
        """Kind of a node's operator."""
        return self.operators[node_id].kind

    def error(self, problem: str, node_id: str, key: str = "op") -> InputError:
        """An error that names the node."""
        return InputError(problem, path=("cells", self._cell, "nodes", self._places[node_id], key))

    def cell_error(self, problem: str) -> InputError:
        """An error that names the cell."""
        return InputError(problem, path=("cells", self._cell))

    def unused(self, name: str) -> str:
        """This name, or one like it where a node or an earlier step has it."""
        free, count = name, 2
        while free in self._taken:
            free, count = f"{name}_{count}", count + 1
        self._taken.add(free)
        return free

    def add(
        self,
        name: str,
        sources: Sequence[int],
        module: nn.Module | None = None,
        join: str = "sum",
        channels: int | None = None,
    ) -> int:
        """The place of a new value, which is its source's where nothing is computed. Arguments are those of `Step`."""
        step = Step(name, "", tuple(sources), join, channels)
        if module is not None and not isinstance(module, nn.Identity):
            self._modules[name] = module
            step = replace(step, operator=name)
        elif len(sources) == 1 and channels is None:
            return sources[0]
        self._steps.append(step)
        return len(self.inputs) + len(self._steps) - 1

    def zeros(self, shape: Shape) -> int:
        """The place of a value that is zero, of this shape.

        Raises:
            InputError: no stride makes its resolution of the cell's input's.
        """
        before = self.entrance
        strides = (1, self.stride, -(-before.height // shape.height))
        stride = next((each for each in strides if before.strided(shape.channels, each) == shape), None)
        if stride is None:
            raise self.cell_error(
                f"zeros of {shape.height}x{shape.width} in a cell whose input has {before.height}x{before.width}, "
                "expected a resolution that a stride makes of it"
            )
        key = (shape.channels, stride)
        if key not in self._zeros:
            module = made(Zero, shape.channels, **({"stride": stride} if stride != 1 else {}))
            self._zeros[key] = self.add(self.unused("zeros"), (len(self.inputs) - 1,), module)
        return self._zeros[key]

    def layer(self, node_id: str, source: Shape, width: int | None, stride: int) -> tuple[nn.Module, Shape]:
        """The module of a node's operator; as `operators.operator_layer`."""
        try:
            return operator_layer(self.operators[node_id], source, width, stride, self.style)
        except InputError as error:
            raise self.error(error.problem, node_id) from None

    def place(self, node_id: str, module: nn.Module, joined: Shape) -> None:
        """Compute a node: its living inputs joined, through its module.

        An input that is left out, or `none`, is nothing in a sum and zeros elsewhere. `joined` is the shape that the
        module sees.
        """
        inputs, how = self.nodes[node_id].inputs, self.how(node_id)
        sources = [self.values[u] for u in inputs if u in self.values]
        if how != "sum":
            sources = [self.values[u] if u in self.values else self.zeros(self.shapes[u]) for u in inputs]
        self.values[node_id] = self.add(self.names[node_id], sources or (self.zeros(joined),), module, how)

    def project(self, node_id: str, width: int, alive: bool) -> None:
        """Let a node read those of its inputs that are the cell's through projections, with the cell's stride.

        Args:
            width: that they get.
            alive: whether the node is computed.
        """
        node = self.nodes[node_id]
        inputs = list(node.inputs)
        for place, source in enumerate(inputs):
            if self.kind(source) != "input":
                continue
            name = self.unused(f"{self.names[node_id]}_projection")
            module, shape = operator_layer(PROJECTION, self.shapes[source], width, self.stride, self.style)
            inputs[place] = f"{source}, projected for {node_id}, {place}"
            self.shapes[inputs[place]] = shape
            if alive:
                self.values[inputs[place]] = self.add(name, (self.values[source],), module)
        self.nodes[node_id] = replace(node, inputs=tuple(inputs))

    def how(self, node_id: str) -> str:
        """The join of a node's inputs: the document's, which may be silent (a sum) where the operator is a join itself."""
        operator, node = self.operators[node_id], self.nodes[node_id]
        own = join_of(operator)
        if not own:
            return node.join
        if own in _OF_TWO and len(node.inputs) != 2:
            raise self.error(f"{operator.text} of {len(node.inputs)} inputs, expected 2", node_id, "inputs")
        stated = (own,) if own == "concat" else ("sum", own)
        if len(node.inputs) > 1 and node.join not in stated:
            raise self.error(
                f"{node.op!r} joined by {node.join}, expected {own}, which it is", node_id, "join"
            )
        return own

    def joined_shape(self, node_id: str, default: Shape) -> Shape:
        """The shape a node's operator sees; `default` where it has no inputs."""
        sources = [self.shapes[u] for u in self.nodes[node_id].inputs]
        if not sources:
            return default
        first = sources[0]
        if any((s.height, s.width) != (first.height, first.width) for s in sources):
            raise self.error("joins different resolutions, expected inputs of the same", node_id, "inputs")
        if self.how(node_id) == "concat":
            return Shape(sum(s.channels for s in sources), first.height, first.width)
        if any(s.channels != first.channels for s in sources):
            widths = ", ".join(str(s.channels) for s in sources)
            raise self.error(f"joins widths {widths}, expected inputs of the same", node_id, "inputs")
        return first

    def alive(self) -> set[str]:
        """The nodes on a path from an input to an output that no `none` interrupts."""
        order = [node_id for node_id in self.order if self.kind(node_id) != "none"]
        reached: set[str] = set()
        for node_id in order:
            if self.kind(node_id) == "input" or reached.intersection(self.nodes[node_id].inputs):
                reached.add(node_id)
        reaching: set[str] = set()
        for node_id in reversed(order):
            if node_id in reached and (self.kind(node_id) == "output" or node_id in reaching):
                reaching.update([node_id, *self.nodes[node_id].inputs])
        return reached & reaching

    def finished(self, output: int) -> CellNetwork:
        """The module that gives this value."""
        if output != len(self.inputs) + len(self._steps) - 1:
            self._steps.append(Step(self.unused("result"), "", (output,)))
        return CellNetwork(self.inputs, self._modules, self._steps)


def _operator(node: Node, architecture: Architecture) -> Operator:
    return architecture.operator(node.op).with_attributes(dict(node.attributes))
