"""Construction of the module of a placed cell; `nasport.runtime.costs.cells` defines placing and the channel rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from torch import nn

from nasport.runtime.costs.cells import OLDER
from nasport.runtime.costs.placing import Placed, PlacedCell
from nasport.runtime.costs.skeleton import PlacedLayer
from nasport.runtime.operators.joins import join_of
from nasport.runtime.operators.quantities import Shape
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.cell_graph import cell_graph
from nasport.toolkit.networks.cell_module import MAPS, CellNetwork, CellStep, identifiers, unused
from nasport.toolkit.networks.module_arguments import NetworkOptions, Style, made, style_of
from nasport.toolkit.networks.operators import operator_layer
from nasport.toolkit.networks.operators.convolution import FactorizedReduce, ReluConvBn
from nasport.toolkit.networks.operators.joins import Zero, ZeroMap

_OF_TWO = ("difference", "quotient")


def build_cell(layer: PlacedLayer, architecture: Architecture, options: NetworkOptions) -> CellNetwork:
    """Build the module of one cell.

    Args:
        layer: cell placed in the network.
        architecture: document that defines the cell.
        options: choices that the document does not state.

    Raises:
        InputError: an operator has no module, or contradicts the join of its node. The error names the node.
    """
    cell, placed = architecture.cells[layer.cell], layer.what
    assert isinstance(placed, PlacedCell)
    wiring = cell_graph(cell, architecture).wiring
    computed = wiring.kinds if options.dead_nodes else wiring.paths
    style = style_of(options, activation_first=cell.channels in ("same", "stack"), in_cell=True)
    draft = _Draft(placed, layer.stride, cell.channels, style, identifiers(wiring.kinds))
    draft.values |= dict.fromkeys([node for node, kind in wiring.kinds.items() if kind == "input"], 0)
    try:
        for operator in placed.placed:
            draft.place(operator, computed)
        return draft.finished()
    except InputError as error:
        raise error.within("cells", layer.cell) from None


class _Draft:
    """Builder of one cell.

    Attributes:
        cell: placed cell.
        stride: stride of the nodes that read the cell's inputs.
        rule: rule for the channels.
        style: style of the layers.
        names: identifier of each node, by node id.
        inputs: names of the module's inputs.
        values: index of each value that is computed so far, by its id.
        shapes: shape of each value so far, by its id.
    """

    def __init__(self, cell: PlacedCell, stride: int, rule: str, style: Style, names: dict[str, str]) -> None:
        self.cell, self.stride, self.rule, self.style, self.names = cell, stride, rule, style, names
        self.inputs = ("older", "newer") if rule == "stack" else ("x",)
        self.values: dict[str, int] = {}
        self.shapes: dict[str, Shape] = {}
        self._modules: dict[str, nn.Module] = {}
        self._steps: list[CellStep] = []
        self._taken = {*names.values(), *self.inputs}
        self._zeros: dict[tuple[int, int], int] = {}

    def place(self, placed: Placed, computed: Collection[str]) -> None:
        """Build an operator, and add the step that joins its inputs and applies it.

        Inputs that are not computed, and those of the operator `none`, are left out of sums; other joins read zeros for them.

        Args:
            placed: operator placed in the cell.
            computed: ids of the nodes to compute; for other nodes, only the operator is built.
        """
        node = placed.step.node.id
        name = self.names[node]
        name = unused(f"{name}_{placed.extra}", self._taken, "_") if placed.extra else name
        module = self._module(placed)
        self.shapes[placed.id] = placed.target
        if node not in computed or (placed.step.kind == "none" and not placed.extra):
            return
        if placed.step.kind == "input":  # the preprocessing of one of the cell's two inputs
            index = 0 if placed.step.node.role == OLDER else 1
            self.values[placed.id] = self._add(name, (index,), module)
            return
        join = placed.join if placed.extra else self._join(placed)
        sources = [self.values[u] for u in placed.inputs if u in self.values]
        if join != "sum":
            sources = [self._value(u) for u in placed.inputs]
        widths = {self.shapes[u].channels for u in placed.inputs if u in self.shapes}
        cut = placed.source.channels if join == "sum" and widths - {placed.source.channels} else None
        self.values[placed.id] = self._add(name, sources or (self._zero(placed.source),), module, join, cut)

    def finished(self) -> CellNetwork:
        """Return the module of the cell, which concatenates the outputs or returns them separately."""
        values = [self._value(output) for output in self.cell.outputs] or [self._zero(self.cell.shape)]
        join = MAPS if self.cell.maps else "concat"
        output = self._add(unused("outputs", self._taken, "_"), values, join=join)
        if output != len(self.inputs) + len(self._steps) - 1:
            self._steps.append(CellStep(unused("result", self._taken, "_"), "", (output,)))
        return CellNetwork(self.inputs, self._modules, self._steps)

    def _module(self, placed: Placed) -> nn.Module:
        if placed.step.kind == "input":
            channels, named = (placed.source.channels, placed.target.channels), self.style.normalized()
            if placed.stride == 2:
                return made(FactorizedReduce, *channels, **named)
            return made(ReluConvBn, *channels, 1, **named)
        (operator,) = placed.operators
        try:
            return operator_layer(operator, placed.source, placed.width, placed.stride, self.style)[0]
        except InputError as error:
            raise placed.step.error(error.problem, "op") from None

    def _join(self, placed: Placed) -> str:
        """Return how a node joins its inputs: by its operator if that is a join, otherwise as the node states.

        Raises:
            InputError: node and operator contradict each other, or the rule for the channels forbids the join.
        """
        operator, node = placed.operators[0], placed.step.node
        own, has_several = join_of(operator), len(node.inputs) > 1
        if own in _OF_TWO and len(node.inputs) != 2:
            raise placed.step.error(f"{operator.text} of {len(node.inputs)} inputs, expected 2")
        if own and has_several and node.join not in ((own,) if own == "concat" else ("sum", own)):
            raise placed.step.error(
                f"the inputs of {node.op!r} are joined by {node.join}, expected {own}, the join of this operator",
                "join",
            )
        join = own or node.join
        if self.rule != "split":
            return join
        expected = "concat" if placed.step.kind == "output" else "sum"
        if has_several and join != expected:
            raise placed.step.error(
                f"the node joins its inputs by {join}, expected {expected} in a cell that splits its channels",
                "join",
            )
        return placed.join

    def _value(self, node: str) -> int:
        return self.values[node] if node in self.values else self._zero(self.shapes[node])

    def _zero(self, shape: Shape) -> int:
        """Return the index of a value of zeros, and add its step if there is none yet.

        Raises:
            InputError: no stride turns the resolution of the cell's input into that of the zeros. Cells whose nodes state
                their own shapes have no such limit.
        """
        before = self.cell.entrance
        strides = (1, self.stride, -(-before.height // shape.height))
        stride = next((stride for stride in strides if before.strided(shape.channels, stride) == shape), None)
        if stride is None and self.rule == "own":
            zeros = made(ZeroMap, *shape)
            return self._add(unused("zeros", self._taken, "_"), (len(self.inputs) - 1,), zeros)
        if stride is None:
            raise InputError(
                f"zeros of resolution {shape.height}x{shape.width} in a cell whose input has "
                f"{before.height}x{before.width}, expected the input's resolution divided by a stride"
            )
        key = (shape.channels, stride)
        if key not in self._zeros:
            module = made(Zero, shape.channels, **({"stride": stride} if stride != 1 else {}))
            self._zeros[key] = self._add(unused("zeros", self._taken, "_"), (len(self.inputs) - 1,), module)
        return self._zeros[key]

    def _add(
        self,
        name: str,
        sources: Sequence[int],
        module: nn.Module | None = None,
        join: str = "sum",
        channels: int | None = None,
    ) -> int:
        """Add a step and return the index of its value.

        A step without a module, a join or a cut is not added; the result is then the index of its source. The arguments are
        those of `CellStep`.
        """
        step = CellStep(name, "", tuple(sources), join, channels)
        if module is not None and not isinstance(module, nn.Identity):
            self._modules[name] = module
            step = replace(step, operator=name)
        elif len(sources) == 1 and channels is None:
            return sources[0]
        self._steps.append(step)
        return len(self.inputs) + len(self._steps) - 1
