"""Where the operators of a cell stand and what they cost, by the cell's rule for the channels.

What is placed here is what is built (`nasport/toolkit/networks/cell_building.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nasport.runtime.costs.own_cells import place_own
from nasport.runtime.costs.placing import OrderedNode, Placed, PlacedCell, Placing, cell_steps
from nasport.runtime.operators.quantities import FREE, Shape, UnknownCostError, added, convolution, mean
from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.graphs.cell_graph import cell_graph, kept_by_cell
from nasport.schemas.operators import Operator

OLDER, NEWER = "c_{k-2}", "c_{k-1}"
_PROJECTION = (Operator("", "identity"),)
_SPLIT_PROJECTION = (Operator("", "convolution", (("kernel", 1.0),)),)


@dataclass(frozen=True, eq=False)
class CellNodes:
    """The nodes of a cell, ready to be placed.

    Attributes:
        steps: every node after those that feed it.
        inputs: the cell's inputs, by their ids.
        channels: the rule for them.
        paths: in a cell of `split` the nodes on a path from an input to an output, with what feeds them.
        known: what was placed before, by where that is.
    """

    steps: tuple[OrderedNode, ...]
    inputs: Mapping[str, OrderedNode]
    channels: str
    paths: Mapping[str, Sequence[str]]
    known: dict[tuple[object, ...], PlacedCell] = field(default_factory=dict)


@kept_by_cell
def cell_nodes(cell: Cell, architecture: Architecture) -> CellNodes:
    """A cell's nodes.

    Raises:
        UnknownCostError: they fit at no place; its path begins in the cell.
    """
    steps = cell_steps(cell, architecture)
    for step in steps if cell.channels != "own" else ():
        if step.node.attributes and "channels" in dict(step.node.attributes):
            problem = "channels of its own, expected the stage's width, which all nodes of a cell have"
            raise step.error(problem, "attributes")
    if cell.channels == "stack" and steps:
        for step in steps:
            node, kind = step.node, step.kind
            if kind == "input" and node.role not in (OLDER, NEWER):
                raise step.error(f"an input of role {node.role!r}, expected {OLDER} or {NEWER}", "role")
            if kind == "output" and not node.inputs:
                raise step.error("no inputs, expected nodes to concatenate")
            if kind != "output" and node.join == "concat" and len(node.inputs) > 1:
                raise step.error("joins by concat, expected sum within a DARTS cell", "join")
        ends = sum(step.kind == "output" for step in steps)
        if ends != 1:
            raise UnknownCostError(f"{ends} outputs of a DARTS cell, expected one")
    inputs = {step.node.id: step for step in steps if step.kind == "input"}
    paths = cell_graph(cell, architecture).wiring.paths if cell.channels == "split" else {}
    return CellNodes(steps, inputs, cell.channels, paths)


def place_cell(
    cell: CellNodes, features: Sequence[Shape], width: int, stride: int, even: bool, plan: bool
) -> PlacedCell:
    """One cell at its place.

    The inputs of a cell of `stack` are preprocessed: ReLU, 1x1 convolution, batch normalization.

    Args:
        cell: its nodes.
        features: shapes of the last two outputs before the cell, the older first; or of the last one.
        width: channels of the stage.
        stride: of the nodes that the cell's inputs feed.
        even: channels that do not divide evenly count for all nodes alike, so that the order of the output's inputs
            does not matter: the mean over all nodes narrower and all nodes wider, to the nearest whole number.
        plan: whether to say where every operator stands.

    Raises:
        UnknownCostError: the cost is not known, or shapes do not fit; its path begins in the cell.
    """
    source = features[-1]
    if not cell.steps:  # nothing on a path is left of it
        return PlacedCell(FREE, source.strided(width, stride), source)
    if cell.channels == "split":
        return _split(cell, source, width, stride, even)
    if cell.channels == "own":
        return place_own(cell.steps, source, plan)
    if cell.channels != "stack":
        return _placed(cell, source, width, stride, plan)
    entrance = source.strided(width)
    key = (entrance, width, stride, plan)  # cells of one stage differ in what comes before the entrance alone
    if key not in cell.known:
        cell.known[key] = _placed(cell, *key)
    behind = cell.known[key]
    costs, preprocessed = [behind.cost], []
    for node_id, step in cell.inputs.items():
        before = features[-2] if step.node.role == OLDER else source
        costs.append(convolution(before, entrance, 1))
        # The 1x1 convolution before a smaller cell has two halves, which look at different positions, of one's weights.
        own = 1 if before.positions == entrance.positions else 2
        if own == 2 and before.strided(entrance.channels, 2) != entrance:
            sizes = [f"{shape.height}x{shape.width}" for shape in (before, entrance)]
            problem = f"an input of {sizes[0]} of a cell of {sizes[1]}, expected the same size or twice that"
            raise step.error(problem, "role")
        if plan:
            placed = Placed(node_id, step, "", _PROJECTION, (), "sum", before, width, own, entrance)
            preprocessed.append(placed)
    return PlacedCell(added(costs), behind.shape, entrance, (*preprocessed, *behind.placed), behind.outputs)


def _placed(cell: CellNodes, entrance: Shape, width: int, stride: int, plan: bool) -> PlacedCell:
    """A cell whose nodes all carry the stage's width: `same` and, behind its preprocessing, `stack`.

    Operators on no path count: they are in the benchmarks' networks.

    In a cell of `same` (NAS-Bench-201, TransNAS-Bench-101 micro) what the input feeds changes its width and applies
    the stride; where it is joined with what has these already, it is projected onto them as an identity is.

    In one of `stack` (DARTS: Liu et al. 2019, appendix; also NDS and NAS-Bench-301) the inputs have the width already,
    and operators that read nothing else apply the stride. Every operator's normalization has a scale and a shift, as in
    the networks that are trained and measured.
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
    """The shape that a node's operator sees; `default` where it has no inputs."""
    if not inputs:
        return default
    sources = [shapes[u] for u in inputs]
    first = sources[0]
    alike, concat = sources.count(first) == len(sources), step.node.join == "concat"
    if not alike:
        if any(source[1:] != first[1:] for source in sources):
            raise step.error("joins different resolutions, expected inputs of the same")
        if not concat:
            widths = ", ".join(str(source.channels) for source in sources)
            raise step.error(f"joins widths {widths}, expected inputs of the same")
    return Shape(sum([source.channels for source in sources]), *first[1:]) if concat else first


def _split(cell: CellNodes, source: Shape, width: int, stride: int, even: bool) -> PlacedCell:
    """A cell that divides its output's channels among the nodes it concatenates (NAS-Bench-101).

    Ying et al. 2019, section 2: every edge from the input is a 1x1 projection; one that reaches the output is added to
    what is concatenated there; channels that do not divide evenly go to the first of the output's inputs; where a node
    feeds narrower ones, they read its first channels. Only nodes on a path exist.
    """
    if stride != 1:
        raise UnknownCostError(f"a cell that splits its channels, with stride {stride}: expected 1")
    outputs = [one.node.id for one in cell.steps if one.kind == "output" and one.node.id in cell.paths]
    if len(outputs) > 1:
        raise UnknownCostError(f"{len(outputs)} outputs of a cell that splits its channels, expected one")
    if not outputs:
        return PlacedCell(FREE, source.strided(width), source)
    (output,) = outputs
    parts = [u for u in cell.paths[output] if u not in cell.inputs]
    narrow, wider = divmod(width, max(len(parts), 1))
    if not even:
        # The output's are divided among its inputs, the others are as wide as their widest target.
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
    """A `split` cell whose nodes have these widths."""
    draft = Placing(plan=True)
    for step in cell.steps:
        node_id, operators, join = step.node.id, step.operators, step.node.join
        if step.kind == "input":
            draft.shapes[node_id] = source
        if step.kind == "input" or node_id not in cell.paths:
            continue
        expected = "concat" if node_id == output else "sum"
        if len(cell.paths[node_id]) > 1 and join != expected:
            raise step.error(f"joins by {join}, expected {expected} in such a cell", "join")
        here = Shape(widths[node_id], source.height, source.width)
        if here.channels < 1:
            raise step.error("no channel is left for this node, expected a wider stage", "op")
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
                f"an operator that makes {after.height}x{after.width} of {here.height}x{here.width}, expected one that "
                "keeps the resolution in a cell that splits its channels",
                "op",
            )
    return draft.cell([output], source)
