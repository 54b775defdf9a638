"""From a placed cell (`nasport.runtime.costs.cells`, which says what each rule for the channels means) to its module."""

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
    """One cell's module.

    Args:
        layer: a cell of the architecture at its place.
        architecture: the document.
        options: how networks are built.

    Raises:
        InputError: an operator without a module, or a join that contradicts it; names the node.
    """
    cell, placed = architecture.cells[layer.cell], layer.what
    assert isinstance(placed, PlacedCell)
    wiring = cell_graph(cell, architecture).wiring
    alive = wiring.kinds if options.dead_nodes else wiring.paths
    style = style_of(options, activation_first=cell.channels in ("same", "stack"), in_cell=True)
    draft = _Draft(placed, layer.stride, cell.channels, style, identifiers(wiring.kinds))
    draft.values |= dict.fromkeys([node for node, kind in wiring.kinds.items() if kind == "input"], 0)
    try:
        for one in placed.placed:
            draft.place(one, alive)
        return draft.finished()
    except InputError as error:
        raise error.within("cells", layer.cell) from None


class _Draft:
    """A cell while it is built.

    Attributes:
        cell: as it is placed.
        stride: of the nodes that its inputs feed.
        rule: for the channels.
        style: of its layers.
        names: identifiers, by node id.
        inputs: names of the module's inputs.
        values: id to the place of its value, of those that are computed so far.
        shapes: id to the shape of its value, of all so far.
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

    def place(self, placed: Placed, alive: Collection[str]) -> None:
        """Build an operator and, where its node is one of `alive`, compute it: its living inputs joined, through its module.

        An input that is left out, or `none`, is nothing in a sum and zeros elsewhere.
        """
        node = placed.step.node.id
        name = self.names[node]
        name = unused(f"{name}_{placed.extra}", self._taken, "_") if placed.extra else name
        module = self._module(placed)
        self.shapes[placed.id] = placed.target
        if node not in alive or (placed.step.kind == "none" and not placed.extra):
            return
        if placed.step.kind == "input":  # of a cell that preprocesses its two
            place = 0 if placed.step.node.role == OLDER else 1
            self.values[placed.id] = self._add(name, (place,), module)
            return
        how = placed.join if placed.extra else self._how(placed)
        sources = [self.values[u] for u in placed.inputs if u in self.values]
        if how != "sum":
            sources = [self._value(u) for u in placed.inputs]
        widths = {self.shapes[u].channels for u in placed.inputs if u in self.shapes}
        cut = placed.source.channels if how == "sum" and widths - {placed.source.channels} else None
        self.values[placed.id] = self._add(name, sources or (self._zero(placed.source),), module, how, cut)

    def finished(self) -> CellNetwork:
        """The module that gives the outputs, concatenated."""
        values = [self._value(output) for output in self.cell.outputs] or [self._zero(self.cell.shape)]
        how = MAPS if self.cell.maps else "concat"
        output = self._add(unused("outputs", self._taken, "_"), values, join=how)
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

    def _how(self, placed: Placed) -> str:
        """How a node joins its inputs: as stated, where nothing is stated (a sum) as its operator does, if it is a join."""
        operator, node = placed.operators[0], placed.step.node
        own, several = join_of(operator), len(node.inputs) > 1
        if own in _OF_TWO and len(node.inputs) != 2:
            raise placed.step.error(f"{operator.text} of {len(node.inputs)} inputs, expected 2")
        if own and several and node.join not in ((own,) if own == "concat" else ("sum", own)):
            raise placed.step.error(f"{node.op!r} joined by {node.join}, expected {own}, which it is", "join")
        how = own or node.join
        if self.rule != "split":
            return how
        expected = "concat" if placed.step.kind == "output" else "sum"
        if several and how != expected:
            raise placed.step.error(f"joins by {how}, expected {expected} in such a cell", "join")
        return placed.join

    def _value(self, node: str) -> int:
        return self.values[node] if node in self.values else self._zero(self.shapes[node])

    def _zero(self, shape: Shape) -> int:
        """The place of a value that is zero, of this shape.

        Raises:
            InputError: no stride makes its resolution of the cell's input's, in a cell whose nodes do not state their own.
        """
        before = self.cell.entrance
        strides = (1, self.stride, -(-before.height // shape.height))
        stride = next((each for each in strides if before.strided(shape.channels, each) == shape), None)
        if stride is None and self.rule == "own":
            zeros = made(ZeroMap, *shape)
            return self._add(unused("zeros", self._taken, "_"), (len(self.inputs) - 1,), zeros)
        if stride is None:
            raise InputError(
                f"zeros of {shape.height}x{shape.width} in a cell whose input has {before.height}x{before.width}, "
                "expected a resolution that a stride makes of it"
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
        """The place of a new value, which is its source's where nothing is computed. Arguments are those of `CellStep`."""
        step = CellStep(name, "", tuple(sources), join, channels)
        if module is not None and not isinstance(module, nn.Identity):
            self._modules[name] = module
            step = replace(step, operator=name)
        elif len(sources) == 1 and channels is None:
            return sources[0]
        self._steps.append(step)
        return len(self.inputs) + len(self._steps) - 1
