"""Cost of a whole network: its skeleton walked from the input to the last linear layer.

A cell of role `chain` is a row of layers, as a supernet of a space without cells has it: each of its nodes counts as a
stage of the skeleton would, at the width and with the stride that its own attributes say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nasport.runtime.costs.cells import cell_cost
from nasport.runtime.costs.nodes import CellNodes, Step, cell_nodes, counted
from nasport.runtime.costs.recurrent import recurrent_network
from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import Cost, Shape, Sum, UnknownCostError, linear
from nasport.schemas.architecture import Architecture, Stage

CHAIN = "chain"


@dataclass(frozen=True)
class NetworkCost:
    """What a whole network costs.

    Attributes:
        cost: of everything.
        levels: resolution, in positions, of a feature map of stem or stages to the parameters of the convolutions, the
            head's among them, whose output has it (others count where the cell or operator that they are in ends);
            empty where the network reads no image.
    """

    cost: Cost
    levels: Mapping[int, int]


def network_cost(architecture: Architecture, even: bool = False) -> NetworkCost:
    """Cost of the whole network that a document describes.

    Args:
        architecture: its cells may be without nodes (`paths.live_architecture`).
        even: as `cells.split_cell` has it.

    Raises:
        UnknownCostError: no skeleton, no image as input, or a part whose cost is not known.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise UnknownCostError("no skeleton")
    if architecture.is_recurrent:
        return NetworkCost(recurrent_network(architecture), {})
    size = dict(skeleton.input)
    if not {"channels", "height", "width"} <= size.keys():
        raise UnknownCostError("no channels, height and width of an input image")
    walk = _Walk(architecture, Shape(size["channels"], size["height"], size["width"]), even)
    for stage in (*skeleton.stem, *skeleton.stages):
        walk.take(stage)
    resolutions = list(walk.levels)  # the head's pooling makes no resolution of its own
    for stage in skeleton.head:
        walk.take(stage)
    levels = {positions: walk.levels[positions] for positions in resolutions}
    last = walk.recent[1]
    if skeleton.classes is not None:
        walk.total.add(linear(last.channels * last.positions, skeleton.classes))
    return NetworkCost(walk.total.cost(), levels)


class _Walk:
    """Where the walk stands.

    Attributes:
        total: of everything so far.
        levels: as in `NetworkCost`, so far.
        recent: shapes of the last two outputs, the older first; the first output, or the image, twice.
    """

    def __init__(self, architecture: Architecture, image: Shape, even: bool) -> None:
        """`even`: as `cells.split_cell` has it."""
        self.total = Sum()
        self.levels: dict[int, int] = {}
        self.recent = (image, image)
        self._architecture, self._even = architecture, even
        self._is_first = True
        self._resolutions = {image.positions}
        self._nodes: dict[str, CellNodes] = {}
        self._known: dict[tuple[object, ...], tuple[Cost, Shape]] = {}

    def take(self, stage: Stage) -> None:
        """Go through all repeats of a stage."""
        left, stride = stage.repeats, stage.stride
        chain = self._chain(stage)
        while left:
            if chain is None:
                left -= self._take_layers(stage, stride, left)
                stride = 1
                continue
            for step in chain:
                self._took(*counted(step.operators, self.recent[1], None))
            left -= 1
        height = self.recent[1].height
        if stage.resolution is not None and height != stage.resolution:
            raise UnknownCostError(f"the resolution is {height}, not {stage.resolution}")

    def _take_layers(self, stage: Stage, stride: int, left: int) -> int:
        """Take one repeat, or all that are left where they are alike; returns how many."""
        stacks = stage.cell and self._architecture.cells[stage.cell].channels == "stack"
        read = self.recent if stacks else self.recent[1:]
        cost, shape = self._cell(stage, read, stride) if stage.cell else self._operator(stage, stride)
        times = left if stride == 1 and all(source == shape for source in read) else 1
        self._took(cost, shape, times)
        return times

    def _took(self, cost: Cost, shape: Shape, times: int = 1) -> None:
        """Go on behind a layer, or behind several that are alike.

        A resolution exists though nothing is trained at it.
        """
        self.recent = (shape if self._is_first or times > 1 else self.recent[1], shape)
        self._is_first = False
        end = shape.positions
        self._resolutions.add(end)
        self.total.add(cost, times)
        self.levels.setdefault(end, 0)
        for positions, number in cost.levels.items():
            level = positions if positions in self._resolutions else end
            self.levels[level] = self.levels.get(level, 0) + times * number

    def _operator(self, stage: Stage, stride: int) -> tuple[Cost, Shape]:
        operator = self._architecture.operator(stage.op).with_attributes(dict(stage.attributes))
        return applied(operator, self.recent[1], stage.width, stride)

    def _cell(self, stage: Stage, read: Sequence[Shape], stride: int) -> tuple[Cost, Shape]:
        width = stage.width if stage.width is not None else read[-1].channels
        key = (stage.cell, *read, width, stride)
        found = self._known.get(key)
        if found is None:
            channels = self._architecture.cells[stage.cell].channels
            found = cell_cost(self._nodes_of(stage.cell), channels, read, width, stride, self._even)
            self._known[key] = found
        return found

    def _nodes_of(self, name: str) -> CellNodes:
        if name not in self._nodes:
            self._nodes[name] = cell_nodes(self._architecture.cells[name], self._architecture)
        return self._nodes[name]

    def _chain(self, stage: Stage) -> Sequence[Step] | None:
        """The layers of a cell of role `chain`; None where the stage has none, or its cell is no row of layers."""
        if not stage.cell or self._architecture.cells[stage.cell].role != CHAIN:
            return None
        nodes = self._nodes_of(stage.cell).steps
        feeding = [(), *((step.node.id,) for step in nodes)]
        in_a_row = all(step.node.inputs == fed for step, fed in zip(nodes, feeding, strict=False))
        plain = stage.width is None and stage.stride == 1
        return nodes[1:-1] if plain and in_a_row and nodes else None
