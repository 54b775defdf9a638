"""A whole network: its skeleton walked from the input to the last linear layer, every layer placed and counted.

A cell of role `chain` is a row of layers, as a supernet of a space without cells has it: each of its nodes counts as a
stage of the skeleton would, at the width and with the stride that its own attributes say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from nasport.runtime.costs.cells import cell_nodes, place_cell
from nasport.runtime.costs.placing import OrderedNode, PlacedCell, cell_steps, counted
from nasport.runtime.costs.recurrent_network import recurrent_network
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, linear
from nasport.schemas.architecture import Architecture, Skeleton, Stage
from nasport.schemas.errors import PathInDocument
from nasport.schemas.operators import Operator

CHAIN = "chain"
PARTS = ("stem", "stages", "head")


@dataclass(frozen=True)
class NetworkCost:
    """What a whole network costs.

    Attributes:
        cost: of everything.
        levels: resolution, in positions, of a feature map of stem or stages to the parameters of the convolutions, the
            head's among them, whose output has it (others count where the cell or operator that they are in ends);
            empty where the network reads no image. Maps within a cell count where its nodes state their own numbers.
        layers: cells and operators of the stages, every repeat one of its own; 0 where the network reads no image.
        width: of the last stage; of an operator that says none the channels behind it.
        positions: of the image.
    """

    cost: Cost
    levels: Mapping[int, int]
    layers: int = 0
    width: int = 0
    positions: int = 0


class PlacedLayer(NamedTuple):
    """A layer of a network, or several in a row that are alike.

    Attributes:
        path: of its stage, or of its node in a cell of role `chain`.
        cell: its cell's name; empty: it is an operator.
        what: the cell at this place, or the operator; several in a mixed node.
        sources: shapes of the outputs that it reads, the older first.
        width, stride: of the stage, or of this repeat of it.
        cost: of one.
        target: shape of its output.
        times: how many there are in a row.
    """

    path: PathInDocument
    cell: str
    what: PlacedCell | tuple[Operator, ...]
    sources: tuple[Shape, ...]
    width: int | None
    stride: int
    cost: Cost
    target: Shape
    times: int = 1


def network_cost(architecture: Architecture, even: bool = False) -> NetworkCost:
    """Cost of the whole network that a document describes.

    Args:
        architecture: its cells may be without nodes (`live.live_architecture`).
        even: as `cells.place_cell` has it.

    Raises:
        UnknownCostError: no skeleton, no image as input, or a part whose cost is not known.
    """
    if architecture.skeleton is not None and architecture.is_recurrent:
        return NetworkCost(recurrent_network(architecture), {})
    skeleton, last = image_of(architecture)
    image, width = last.positions, last.channels
    parameters = flops = layers = 0
    own: dict[int, int] = {}
    levels: dict[int, int] = {}
    resolutions, in_head = {last.positions}, set[int]()
    for layer in placed_layers(architecture, even, plan=False):
        cost, last, times = layer.cost, layer.target, layer.times
        end = last.positions
        if layer.path[1] == "stages":
            layers, width = layers + times, layer.width or last.channels
        within = (layer.what.levels if isinstance(layer.what, PlacedCell) else None) or {}
        if layer.path[1] != "head":
            resolutions |= within.keys()
        if end not in levels:
            if layer.path[1] == "head":
                in_head.add(end)  # its pooling makes no resolution of its own
            levels[end] = 0
            resolutions.add(end)
        parameters += times * cost.parameters
        flops += times * cost.flops
        for positions, number in cost.levels.items():
            own[positions] = own.get(positions, 0) + times * number
        for positions, number in (within or cost.levels).items():
            level = positions if positions in resolutions else end
            levels[level] = levels.get(level, 0) + times * number
    total = Cost(parameters, flops, own)
    if skeleton.classes is not None:
        total += linear(last.channels * last.positions, skeleton.classes)
    seen = {end: levels[end] for end in levels if end not in in_head}
    return NetworkCost(total, seen, layers, width, image)


def image_of(architecture: Architecture) -> tuple[Skeleton, Shape]:
    """The skeleton and the shape of the images that it reads.

    Raises:
        UnknownCostError: there is none, or it does not say.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise UnknownCostError(
            "no skeleton, expected one: a network is its cells stacked into stages", path=("skeleton",)
        )
    size = dict(skeleton.input)
    missing = [key for key in ("channels", "height", "width") if size.get(key, 0) < 1]
    if missing:
        problem = f"no {' and '.join(missing)} of the input image, expected channels, height and width"
        raise UnknownCostError(problem, path=("skeleton", "input"))
    return skeleton, Shape(size["channels"], size["height"], size["width"])


def placed_layers(architecture: Architecture, even: bool = False, plan: bool = True) -> Iterator[PlacedLayer]:
    """The layers of stem, stages and head in order.

    Args:
        architecture, even: as of `network_cost`; it raises the same errors.
        plan: as `cells.place_cell` has it.
    """
    skeleton, image = image_of(architecture)
    walk = _Walk(architecture, image, even, plan)
    for part, stages in zip(PARTS, (skeleton.stem, skeleton.stages, skeleton.head), strict=True):
        for index, stage in enumerate(stages):
            yield from walk.stage(stage, ("skeleton", part, index))


class _Walk:
    """Where the walk stands: `recent` are the last two outputs, the older first; the first output, or the image, twice."""

    def __init__(self, architecture: Architecture, image: Shape, even: bool, plan: bool) -> None:
        self._recent = (image, image)
        self._architecture, self._even, self._plan = architecture, even, plan
        self._is_first = True

    def stage(self, stage: Stage, path: PathInDocument) -> Iterator[PlacedLayer]:
        """All repeats of a stage."""
        left, stride = stage.repeats, stage.stride
        chain = self._chain(stage)
        while left and chain is None:
            if stage.cell:
                layer = self._cell(stage, stride, left, path)
                self._check_maps(layer, stage)
            else:
                operator = self._architecture.operator(stage.op).with_attributes(dict(stage.attributes))
                layer = self._operator((operator,), stage.width, stride, left, path)
            yield self._behind(layer)
            left, stride = left - layer.times, 1
        for step in (chain or ()) * left:
            yield self._behind(self._operator(step.operators, None, 1, 1, path))
        height = self._recent[1].height
        if stage.resolution is not None and height != stage.resolution:
            raise UnknownCostError(
                f"the resolution is {height} here, not {stage.resolution}: expected strides that lead to it",
                path=(*path, "resolution"),
            )

    def _behind(self, layer: PlacedLayer) -> PlacedLayer:
        """Go on behind a layer, or behind several that are alike."""
        target = layer.target
        self._recent = (target if self._is_first or layer.times > 1 else self._recent[1], target)
        self._is_first = False
        return layer

    def _operator(
        self, operators: tuple[Operator, ...], width: int | None, stride: int, left: int, path: PathInDocument
    ) -> PlacedLayer:
        read = self._recent[1:]
        try:
            cost, target = counted(operators, *read, width, stride)
        except UnknownCostError as error:
            raise error.within(*path, "op") from None
        times = left if stride == 1 and read[0] == target else 1
        return PlacedLayer(path, "", operators, read, width, stride, cost, target, times)

    def _cell(self, stage: Stage, stride: int, left: int, path: PathInDocument) -> PlacedLayer:
        cell = self._architecture.cells[stage.cell]
        read = self._recent if cell.channels == "stack" else self._recent[1:]
        width = stage.width if stage.width is not None else read[-1].channels
        where = (read, width, stride, self._even, self._plan)
        try:
            nodes = cell_nodes(cell, self._architecture)
            if where not in nodes.known:
                nodes.known[where] = place_cell(nodes, *where)
        except UnknownCostError as error:
            raise error.within("cells", stage.cell) from None
        placed = nodes.known[where]
        width = placed.shape.channels if cell.channels == "own" else width
        times = left if stride == 1 and placed.shape == read[0] == read[-1] else 1
        return PlacedLayer(path, stage.cell, placed, read, width, stride, placed.cost, placed.shape, times)

    def _check_maps(self, layer: PlacedLayer, stage: Stage) -> None:
        """Raise `UnknownCostError` where something reads outputs of several resolutions."""
        skeleton = self._architecture.skeleton
        assert skeleton is not None
        assert isinstance(layer.what, PlacedCell)
        last = layer.path == ("skeleton", "stages", len(skeleton.stages) - 1) and stage.repeats == 1
        if layer.what.maps and not (last and not skeleton.head and skeleton.classes is None):
            found = ", ".join(f"{shape.height}x{shape.width}" for shape in layer.what.maps)
            raise UnknownCostError(
                f"outputs of {found}, expected the same resolution of all of them but at the end of a network without "
                "head and classes",
                path=(*layer.path, "cell"),
            )

    def _chain(self, stage: Stage) -> tuple[OrderedNode, ...] | None:
        """The layers of a cell of role `chain`; None where the stage has none, or its cell is no row of layers."""
        if not stage.cell or self._architecture.cells[stage.cell].role != CHAIN:
            return None
        nodes = cell_steps(self._architecture.cells[stage.cell], self._architecture)
        feeding = [(), *((step.node.id,) for step in nodes)]
        in_a_row = all(step.node.inputs == fed for step, fed in zip(nodes, feeding, strict=False))
        plain = stage.width is None and stage.stride == 1
        return nodes[1:-1] if plain and in_a_row and nodes else None
