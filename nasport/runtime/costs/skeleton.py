"""Place and count all layers of a network, from the input of its skeleton to the last linear layer.

A cell of role `chain` is a sequence of layers, such as in the supernet of a search space without cells. Each of its nodes
counts like a stage of the skeleton, with the width and stride of its own attributes.
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
    """The cost of a whole network.

    Attributes:
        cost: cost of all parts.
        levels: map from the resolutions, in positions, to parameters; empty if the network does not read images. The
            resolutions are those of the feature maps after cells and operators of stem and stages, and of those inside
            `own` cells. A convolution, including one of the head, counts at the resolution of its output if it is one of
            these, else at that of the cell or operator that contains it.
        layers: number of cells and operators of the stages, counting every repeat; 0 if the network does not read images.
        width: channels of the last stage; if it is an operator without a width, its output channels.
        positions: positions of the image.
    """

    cost: Cost
    levels: Mapping[int, int]
    layers: int = 0
    width: int = 0
    positions: int = 0


class PlacedLayer(NamedTuple):
    """A layer of a network, or several equal layers in a row.

    Attributes:
        path: path of its stage in the document.
        cell: name of its cell; empty for an operator.
        what: the placed cell, or the operator; several operators in a mixed node.
        sources: shapes of the outputs that it reads, the older first.
        width, stride: width and stride of this repeat of the stage.
        cost: cost of one of the layers.
        target: shape of its output.
        times: number of equal layers in a row.
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
    """Return the cost of the whole network of a document.

    Args:
        architecture: architecture, whose cells may have no nodes (`reachable.reachable_architecture`).
        even: whether remaining channels are distributed evenly, see `cells.place_cell`.

    Raises:
        UnknownCostError: the skeleton or the size of the input is missing, or the cost of a part is unknown.
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
                in_head.add(end)  # the pooling of the head does not add a resolution
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
    """Return the skeleton and the shape of the images that it reads.

    Raises:
        UnknownCostError: there is no skeleton, or it lacks the shape of the input.
    """
    skeleton = architecture.skeleton
    if skeleton is None:
        raise UnknownCostError(
            "the architecture has no skeleton, expected one that stacks its cells into stages",
            path=("skeleton",),
        )
    size = dict(skeleton.input)
    missing = [key for key in ("channels", "height", "width") if size.get(key, 0) < 1]
    if missing:
        problem = f"the input lacks {' and '.join(missing)}, expected channels, height and width of the image"
        raise UnknownCostError(problem, path=("skeleton", "input"))
    return skeleton, Shape(size["channels"], size["height"], size["width"])


def placed_layers(architecture: Architecture, even: bool = False, plan: bool = True) -> Iterator[PlacedLayer]:
    """Yield the layers of stem, stages and head in order. Raises the errors of `network_cost`.

    Args:
        architecture, even: arguments of `network_cost`.
        plan: whether to list the operators of cells, see `cells.place_cell`.
    """
    skeleton, image = image_of(architecture)
    walk = _Walk(architecture, image, even, plan)
    for part, stages in zip(PARTS, (skeleton.stem, skeleton.stages, skeleton.head), strict=True):
        for index, stage in enumerate(stages):
            yield from walk.stage(stage, ("skeleton", part, index))


class _Walk:
    """State of the walk through a skeleton; `_recent` are the shapes of the last two outputs, the older first.

    Before the first layer, both are the shape of the image. After it, both are its output.
    """

    def __init__(self, architecture: Architecture, image: Shape, even: bool, plan: bool) -> None:
        self._recent = (image, image)
        self._architecture, self._even, self._plan = architecture, even, plan
        self._is_first = True

    def stage(self, stage: Stage, path: PathInDocument) -> Iterator[PlacedLayer]:
        """Yield the layers of all repeats of a stage."""
        remaining, stride = stage.repeats, stage.stride
        chain = self._chain(stage)
        while remaining and chain is None:
            if stage.cell:
                layer = self._cell(stage, stride, remaining, path)
                self._check_maps(layer, stage)
            else:
                operator = self._architecture.operator(stage.op).with_attributes(dict(stage.attributes))
                layer = self._operator((operator,), stage.width, stride, remaining, path)
            yield self._behind(layer)
            remaining, stride = remaining - layer.times, 1
        for step in (chain or ()) * remaining:
            yield self._behind(self._operator(step.operators, None, 1, 1, path))
        height = self._recent[1].height
        if stage.resolution is not None and height != stage.resolution:
            raise UnknownCostError(
                f"the resolution is {height} after this stage, expected {stage.resolution} as stated; check the strides",
                path=(*path, "resolution"),
            )

    def _behind(self, layer: PlacedLayer) -> PlacedLayer:
        """Move the walk past a layer, or past several equal layers, and return the layer."""
        target = layer.target
        self._recent = (target if self._is_first or layer.times > 1 else self._recent[1], target)
        self._is_first = False
        return layer

    def _operator(
        self,
        operators: tuple[Operator, ...],
        width: int | None,
        stride: int,
        remaining: int,
        path: PathInDocument,
    ) -> PlacedLayer:
        read = self._recent[1:]
        try:
            cost, target = counted(operators, *read, width, stride)
        except UnknownCostError as error:
            raise error.within(*path, "op") from None
        times = remaining if stride == 1 and read[0] == target else 1
        return PlacedLayer(path, "", operators, read, width, stride, cost, target, times)

    def _cell(self, stage: Stage, stride: int, remaining: int, path: PathInDocument) -> PlacedLayer:
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
        times = remaining if stride == 1 and placed.shape == read[0] == read[-1] else 1
        return PlacedLayer(path, stage.cell, placed, read, width, stride, placed.cost, placed.shape, times)

    def _check_maps(self, layer: PlacedLayer, stage: Stage) -> None:
        """Raise `UnknownCostError` if a layer or classifier reads outputs of several resolutions."""
        skeleton = self._architecture.skeleton
        assert skeleton is not None
        assert isinstance(layer.what, PlacedCell)
        last = layer.path == ("skeleton", "stages", len(skeleton.stages) - 1) and stage.repeats == 1
        if layer.what.maps and not (last and not skeleton.head and skeleton.classes is None):
            found = ", ".join(f"{shape.height}x{shape.width}" for shape in layer.what.maps)
            raise UnknownCostError(
                f"the cell has outputs of the resolutions {found}, expected equal resolutions; only the last cell of a "
                "network without head and classes may have several",
                path=(*layer.path, "cell"),
            )

    def _chain(self, stage: Stage) -> tuple[OrderedNode, ...] | None:
        """Return the layers of a cell of role `chain`; None if the stage has another cell or the cell is not a sequence."""
        if not stage.cell or self._architecture.cells[stage.cell].role != CHAIN:
            return None
        nodes = cell_steps(self._architecture.cells[stage.cell], self._architecture)
        feeding = [(), *((step.node.id,) for step in nodes)]
        in_a_row = all(step.node.inputs == fed for step, fed in zip(nodes, feeding, strict=False))
        plain = stage.width is None and stage.stride == 1
        return nodes[1:-1] if plain and in_a_row and nodes else None
