"""Place the operators of a cell in a network and count them, by the channels rule of the cell.

`nasport/toolkit/networks/cell_building.py` builds the torch modules of the operators that are placed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nasport.runtime.costs.own_cells import place_own
from nasport.runtime.costs.placing import OrderedNode, Placed, PlacedCell, Placing, cell_steps
from nasport.runtime.operators.quantities import FREE, Shape, UnknownCostError, added, convolution, mean
from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.graphs.cell_graph import cached_by_cell, cell_graph
from nasport.schemas.operators import Operator

OLDER, NEWER = "c_{k-2}", "c_{k-1}"
_PROJECTION = (Operator("", "identity"),)
_SPLIT_PROJECTION = (Operator("", "convolution", (("kernel", 1.0),)),)


@dataclass(frozen=True, eq=False)
class CellNodes:
    """The nodes of a cell, ready to be placed.

    Attributes:
        steps: nodes in topological order.
        inputs: inputs of the cell by id.
        channels: channels rule of the cell.
        paths: in a `split` cell the reachable nodes with the nodes that feed them; else empty.
        known: cache of placed cells by the arguments of their placement.
    """

    steps: tuple[OrderedNode, ...]
    inputs: Mapping[str, OrderedNode]
    channels: str
    paths: Mapping[str, Sequence[str]]
    known: dict[tuple[object, ...], PlacedCell] = field(default_factory=dict)


@cached_by_cell
def cell_nodes(cell: Cell, architecture: Architecture) -> CellNodes:
    """Return the nodes of a cell after checking that its channels rule allows them.

    Raises:
        UnknownCostError: the channels rule does not allow a node; the path of the error begins in the cell.
    """
    steps = cell_steps(cell, architecture)
    for step in steps if cell.channels != "own" else ():
        if step.node.attributes and "channels" in dict(step.node.attributes):
            problem = (
                "the node states channels, expected none: all nodes of a cell have the width of its stage"
            )
            raise step.error(problem, "attributes")
    if cell.channels == "stack" and steps:
        for step in steps:
            node, kind = step.node, step.kind
            if kind == "input" and node.role not in (OLDER, NEWER):
                raise step.error(f"the input has role {node.role!r}, expected {OLDER} or {NEWER}", "role")
            if kind == "output" and not node.inputs:
                raise step.error("the output has no inputs, expected nodes to concatenate")
            if kind != "output" and node.join == "concat" and len(node.inputs) > 1:
                raise step.error(
                    "the node joins its inputs by concat, expected sum inside a DARTS cell", "join"
                )
        ends = sum(step.kind == "output" for step in steps)
        if ends != 1:
            raise UnknownCostError(f"a DARTS cell has {ends} outputs, expected one")
    inputs = {step.node.id: step for step in steps if step.kind == "input"}
    paths = cell_graph(cell, architecture).wiring.paths if cell.channels == "split" else {}
    return CellNodes(steps, inputs, cell.channels, paths)


def place_cell(
    cell: CellNodes, features: Sequence[Shape], width: int, stride: int, even: bool, plan: bool
) -> PlacedCell:
    """Place one cell in a network.

    The inputs of a `stack` cell are preprocessed: ReLU, 1x1 convolution, batch normalization.

    Args:
        cell: nodes of the cell.
        features: shapes of the last two outputs before the cell, the older first; or only of the last one.
        width: channels of the stage.
        stride: stride of the nodes that the inputs of the cell feed.
        even: whether the cost of a `split` cell is independent of the order of the inputs of its output. If the channels
            cannot be divided evenly, the cost is then a weighted mean of two costs, rounded to integers: in one, all
            nodes have the smaller number of channels; in the other, all have the larger number.
        plan: whether to list the placed operators.

    Raises:
        UnknownCostError: a cost is unknown, or shapes do not fit; the path of the error begins in the cell.
    """
    source = features[-1]
    if not cell.steps:  # the cell has no reachable nodes
        return PlacedCell(FREE, source.strided(width, stride), source)
    if cell.channels == "split":
        return _split(cell, source, width, stride, even)
    if cell.channels == "own":
        return place_own(cell.steps, source, plan)
    if cell.channels != "stack":
        return _placed(cell, source, width, stride, plan)
    entrance = source.strided(width)
    # The repeats of a stage differ only in the preprocessing of their inputs, so the rest of the cell is cached.
    key = (entrance, width, stride, plan)
    if key not in cell.known:
        cell.known[key] = _placed(cell, *key)
    behind = cell.known[key]
    costs, preprocessed = [behind.cost], []
    for node_id, step in cell.inputs.items():
        before = features[-2] if step.node.role == OLDER else source
        costs.append(convolution(before, entrance, 1))
        # If the cell has half the resolution of its input, the 1x1 convolution consists of two convolutions that read
        # different positions and give half of the channels each (factorized reduction). The cost is the same.
        own = 1 if before.positions == entrance.positions else 2
        if own == 2 and before.strided(entrance.channels, 2) != entrance:
            sizes = [f"{shape.height}x{shape.width}" for shape in (before, entrance)]
            problem = (
                f"an input of size {sizes[0]} of a cell of size {sizes[1]}, expected equal or double size"
            )
            raise step.error(problem, "role")
        if plan:
            placed = Placed(node_id, step, "", _PROJECTION, (), "sum", before, width, own, entrance)
            preprocessed.append(placed)
    return PlacedCell(added(costs), behind.shape, entrance, (*preprocessed, *behind.placed), behind.outputs)


def _placed(cell: CellNodes, entrance: Shape, width: int, stride: int, plan: bool) -> PlacedCell:
    """Place a cell whose nodes all have the width of the stage: a `same` cell, or a `stack` cell after its preprocessing.

    Unreachable operators count, because the networks of the benchmarks contain them.

    In a `same` cell (NAS-Bench-201, TransNAS-Bench-101 micro), the nodes that read the input of the cell change the width
    and apply the stride. If such a node also reads other nodes, a projection brings the input to their shape.

    In a `stack` cell (DARTS: Liu et al. 2019, appendix; also NDS and NAS-Bench-301), the inputs already have the width, and
    operators that read only inputs apply the stride. All normalizations have a scale and a shift, as in the networks that
    are trained and measured.
    """
    stacks = cell.channels == "stack"
    changes = stride != 1 or width != entrance.channels
    default = entrance if stacks else entrance.strided(width, stride)
    draft, outputs = Placing(plan), []
    shapes = draft.shapes
    for step in cell.steps:
        node, operators, kind, entering, _ = step
        if kind == "input":
            shapes[node.id] = entrance
            continue
        inputs = node.inputs
        if kind == "output":
            outputs.append(node.id)
        if stacks:
            entering = 0 if kind == "output" or entering < len(inputs) else entering
        elif changes and 0 < entering < len(inputs):
            inputs = tuple(
                draft.add(step, _PROJECTION, (u,), "sum", entrance, width, stride, extra="projection")
                if u in cell.inputs
                else u
                for u in inputs
            )
            entering = 0
        source = shapes[inputs[0]] if len(inputs) == 1 else _joined(step, inputs, shapes, default)
        draft.add(step, operators, inputs, node.join, source, width, stride if entering else 1, not entering)
    return draft.cell(outputs, entrance)


def _joined(step: OrderedNode, inputs: Sequence[str], shapes: Mapping[str, Shape], default: Shape) -> Shape:
    """Return the shape of the joined inputs of a node, or `default` if it has none."""
    if not inputs:
        return default
    sources = [shapes[u] for u in inputs]
    first = sources[0]
    equal, concat = sources.count(first) == len(sources), step.node.join == "concat"
    if not equal:
        if any(source[1:] != first[1:] for source in sources):
            raise step.error("the node joins different resolutions, expected inputs of equal resolution")
        if not concat:
            widths = ", ".join(str(source.channels) for source in sources)
            raise step.error(f"the node joins the widths {widths}, expected inputs of equal width")
    return Shape(sum([source.channels for source in sources]), *first[1:]) if concat else first


def _split(cell: CellNodes, source: Shape, width: int, stride: int, even: bool) -> PlacedCell:
    """Place a `split` cell, which divides the channels of its output among the concatenated nodes (NAS-Bench-101).

    Ying et al. 2019, section 2: every edge from the input of the cell is a 1x1 projection. The projection of an edge to
    the output is added to the concatenation. If the channels cannot be divided evenly, the first inputs of the output get
    one channel more. A node that reads a wider node uses only the first channels of that node. Unreachable nodes are left
    out.
    """
    if stride != 1:
        raise UnknownCostError(f"a cell that splits its channels has stride {stride}, expected 1")
    outputs = [one.node.id for one in cell.steps if one.kind == "output" and one.node.id in cell.paths]
    if len(outputs) > 1:
        raise UnknownCostError(f"a cell that splits its channels has {len(outputs)} outputs, expected one")
    if not outputs:
        return PlacedCell(FREE, source.strided(width), source)
    (output,) = outputs
    parts = [u for u in cell.paths[output] if u not in cell.inputs]
    narrow, wider = divmod(width, max(len(parts), 1))
    if not even:
        # The channels of the output are divided among its inputs; other nodes are as wide as their widest target.
        widths = dict.fromkeys(cell.paths, 0) | {output: width}
        widths |= {part: narrow + (place < wider) for place, part in enumerate(parts)}
        for target in reversed(list(cell.paths)):
            for u in cell.paths[target]:
                if target != output and u not in parts:
                    widths[u] = max(widths[u], widths[target])
        return _of_widths(cell, source, widths, output)
    low = _of_widths(cell, source, dict.fromkeys(cell.paths, narrow) | {output: width}, output)
    if not wider:
        return low
    high = _of_widths(cell, source, dict.fromkeys(cell.paths, narrow + 1) | {output: width}, output)
    return low._replace(cost=mean([low.cost] * (len(parts) - wider) + [high.cost] * wider))


def _of_widths(cell: CellNodes, source: Shape, widths: Mapping[str, int], output: str) -> PlacedCell:
    """Place a `split` cell whose nodes have the given widths."""
    draft = Placing(plan=True)
    for step in cell.steps:
        node_id, operators, join = step.node.id, step.operators, step.node.join
        if step.kind == "input":
            draft.shapes[node_id] = source
        if step.kind == "input" or node_id not in cell.paths:
            continue
        expected = "concat" if node_id == output else "sum"
        if len(cell.paths[node_id]) > 1 and join != expected:
            raise step.error(
                f"the node joins its inputs by {join}, expected {expected} in a cell that splits its channels",
                "join",
            )
        here = Shape(widths[node_id], source.height, source.width)
        if here.channels < 1:
            raise step.error("the node has no channels, expected a wider stage", "op")
        inner = tuple([u for u in cell.paths[node_id] if u not in cell.inputs])
        projections = tuple(
            draft.add(step, _SPLIT_PROJECTION, (u,), "sum", source, here.channels, extra="projection")
            for u in cell.paths[node_id]
            if u not in inner
        )
        if node_id == output:
            if inner and projections:
                inner = (draft.add(step, _PROJECTION, inner, "concat", here, None, extra="parts"),)
            join = "sum" if projections else "concat"
            draft.add(step, operators, (*inner, *projections), join, here, None)
            continue
        draft.add(step, operators, (*inner, *projections), "sum", here, here.channels)
        if draft.shapes[node_id] != here:
            after = draft.shapes[node_id]
            raise step.error(
                f"the operator changes the resolution from {here.height}x{here.width} to {after.height}x{after.width}, "
                "expected an unchanged resolution in a cell that splits its channels",
                "op",
            )
    return draft.cell([output], source)
