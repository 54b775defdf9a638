"""Cost of a whole network: its skeleton walked from the input to the last linear layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nasport.runtime.costs.cells import cell_cost
from nasport.runtime.costs.operators import applied
from nasport.runtime.costs.quantities import FREE, Cost, Shape, UnknownCostError, linear
from nasport.runtime.costs.recurrent import recurrent_network
from nasport.schemas.architecture import Architecture, Stage


@dataclass(frozen=True)
class NetworkCost:
    """What a whole network costs.

    Attributes:
        cost: of everything.
        levels: resolution, in positions, of a feature map of stem or stages to the parameters of the convolutions, the
            head's among them, whose output has it (others count where the cell or operator that they are in ends); empty where the network reads
            no image.
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
    if any(cell.role == "recurrent" for cell in architecture.cells.values()):
        return NetworkCost(recurrent_network(architecture), {})
    size = dict(skeleton.input)
    if not {"channels", "height", "width"} <= size.keys():
        raise UnknownCostError("no size of the input image")
    walk = _Walk(architecture, [Shape(size["channels"], size["height"], size["width"])], even)
    for stage in (*skeleton.stem, *skeleton.stages):
        walk.take(stage)
    resolutions = list(walk.levels)  # the head's pooling makes no resolution of its own
    for stage in skeleton.head:
        walk.take(stage)
    levels = {positions: walk.levels[positions] for positions in resolutions}
    last = walk.features[-1]
    if skeleton.classes is not None:
        walk.cost += linear(last.channels * last.positions, skeleton.classes)
    return NetworkCost(walk.cost, levels)


@dataclass
class _Walk:
    """Where the walk stands.

    Attributes:
        architecture: the document.
        features: shapes of the input and of every layer's output so far.
        even: as `cells.split_cell` has it.
        cost: of everything so far.
        levels: as in `NetworkCost`, so far.
    """

    architecture: Architecture
    features: list[Shape]
    even: bool
    cost: Cost = FREE
    levels: dict[int, int] = field(default_factory=dict)
    known: dict[tuple[object, ...], tuple[Cost, Shape]] = field(default_factory=dict)

    def take(self, stage: Stage) -> None:
        """Go through all repeats of a stage."""
        for repeat in range(stage.repeats):
            cost, shape = self._layer(stage, stage.stride if repeat == 0 else 1)
            self.cost += cost
            self.features.append(shape)
            self._count(cost, shape.positions)
        if stage.resolution is not None and self.features[-1].height != stage.resolution:
            raise UnknownCostError(f"the resolution is {self.features[-1].height}, not {stage.resolution}")

    def _count(self, cost: Cost, end: int) -> None:
        """Add the levels of what ends at `end` positions. A resolution exists though nothing is trained at it."""
        existing = {shape.positions for shape in self.features}
        self.levels.setdefault(end, 0)
        for positions, number in cost.levels.items():
            level = positions if positions in existing else end
            self.levels[level] = self.levels.get(level, 0) + number

    def _layer(self, stage: Stage, stride: int) -> tuple[Cost, Shape]:
        if not stage.cell:
            operator = self.architecture.operator(stage.op).with_attributes(dict(stage.attributes))
            return applied(operator, self.features[-1], stage.width, stride)
        width = stage.width if stage.width is not None else self.features[-1].channels
        cell = self.architecture.cells[stage.cell]
        recent = self._recent() if cell.channels == "stack" else self.features[-1:]
        key = (stage.cell, *recent, width, stride)
        if key not in self.known:
            self.known[key] = cell_cost(cell, self.architecture, recent, width, stride, self.even)
        return self.known[key]

    def _recent(self) -> Sequence[Shape]:
        """The last two outputs, the older first; the stem's output twice where there is but one."""
        outputs = self.features[1:] or self.features
        return [outputs[-2] if len(outputs) > 1 else outputs[-1], outputs[-1]]
