"""Cost of one cell at the shapes it is given, by its rule for the channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from nasport.runtime.costs.darts import stack_cell
from nasport.runtime.costs.operators import applied
from nasport.runtime.costs.paths import on_path
from nasport.runtime.costs.quantities import FREE, Cost, Shape, UnknownCostError, convolution, mixed
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.checks import topological_order
from nasport.schemas.operators import Operator


def cell_cost(
    cell: Cell,
    architecture: Architecture,
    features: Sequence[Shape],
    width: int,
    stride: int,
    even: bool = False,
) -> tuple[Cost, Shape]:
    """What one cell costs and the shape of its output.

    Args:
        cell: one of the architecture's cells.
        architecture: the document, for its operators.
        features: shapes of the last two outputs before the cell, the older first.
        width: channels of the stage.
        stride: of the nodes that the cell's inputs feed.
        even: as `split_cell` has it.

    Raises:
        UnknownCostError: the cost is not known.
    """
    if not cell.nodes:  # nothing on a path is left of it
        return FREE, features[-1].strided(width, stride)
    if any(node.candidates for node in cell.nodes):
        raise UnknownCostError("a node with several candidates")
    if cell.channels == "stack":
        return stack_cell(cell, architecture, features, width, stride)
    if cell.channels == "split":
        return split_cell(cell, architecture, features[-1], width, stride, even)
    return same_cell(cell, architecture, features[-1], width, stride)


def same_cell(
    cell: Cell, architecture: Architecture, source: Shape, width: int, stride: int
) -> tuple[Cost, Shape]:
    """A cell whose nodes all carry the stage's width (NAS-Bench-201, TransNAS-Bench-101 micro).

    What the input feeds changes its width and applies the stride. Operators on no path count: they are in the
    benchmarks' networks.
    """
    nodes = {node.id: node for node in cell.nodes}
    operators = {node.id: _operator(node, architecture) for node in cell.nodes}
    changes = stride != 1 or width != source.channels
    before = source.strided(width, stride)
    total = FREE
    shapes: dict[str, Shape] = {}
    for node_id in _order(cell):
        node, operator = nodes[node_id], operators[node_id]
        if operator.kind == "input":
            shapes[node_id] = source
            continue
        entering = sum(operators[u].kind == "input" for u in node.inputs)
        if changes and 0 < entering < len(node.inputs):
            raise UnknownCostError(f"node {node_id!r} joins the cell's input with what has another shape")
        joined = _joined(node, [shapes[u] for u in node.inputs], before)
        wanted = None if operator.kind in _KEEPS_WIDTH and not entering else width
        cost, shapes[node_id] = applied(operator, joined, wanted, stride if entering else 1)
        total += cost
    outputs = [shapes[node_id] for node_id in shapes if operators[node_id].kind == "output"]
    return total, Shape(sum(shape.channels for shape in outputs), outputs[0].height, outputs[0].width)


_KEEPS_WIDTH = ("output", "sum", "concat", "product", "elementwise", "activation", "normalization")


def split_cell(
    cell: Cell, architecture: Architecture, source: Shape, width: int, stride: int, even: bool = False
) -> tuple[Cost, Shape]:
    """A cell that divides its output's channels among the nodes it concatenates (NAS-Bench-101, section 2).

    Every edge from the input is a 1x1 projection; one that reaches the output is added to what is concatenated there.
    Channels that do not divide evenly go to the first of the output's inputs. Only nodes on a path count.

    Args:
        even: channels that do not divide evenly count for all nodes alike, so that the order of the output's inputs
            does not matter: the mean over all nodes narrower and all nodes wider, to the nearest whole number.
    """
    if stride != 1:
        raise UnknownCostError("a cell that splits its channels, with a stride")
    nodes = {node.id: node for node in cell.nodes}
    kinds = {node.id: architecture.operator(node.op).kind for node in cell.nodes}
    carrying = {u: dict.fromkeys(nodes[u].inputs) for u in _order(cell) if kinds[u] != "none"}
    inputs = on_path(carrying, kinds)
    outputs = [node_id for node_id in inputs if kinds[node_id] == "output"]
    for node_id, sources in inputs.items():
        expected = "concat" if node_id in outputs else "sum"
        if len(sources) > 1 and nodes[node_id].join != expected:
            raise UnknownCostError(f"node {node_id!r} joins by {nodes[node_id].join}, not {expected}")
    if len(outputs) != 1:
        raise UnknownCostError(f"{len(outputs)} outputs on a path, not one")

    def cost(widths: Mapping[str, int]) -> Cost:
        total = FREE
        for node_id, sources in inputs.items():
            shape = Shape(widths[node_id], source.height, source.width)
            for _ in filter(lambda u: kinds[u] == "input", sources):
                total += convolution(source, shape, 1)
            if kinds[node_id] not in ("input", "output"):
                total += applied(_operator(nodes[node_id], architecture), shape, shape.channels)[0]
        return total

    if not even:
        return cost(_split_widths(inputs, kinds, outputs[0], width)), source.strided(width)
    parts = max(sum(kinds[u] != "input" for u in inputs[outputs[0]]), 1)
    narrow, wider = divmod(width, parts)
    low = cost(dict.fromkeys(inputs, narrow) | {outputs[0]: width})
    high = cost(dict.fromkeys(inputs, narrow + 1) | {outputs[0]: width}) if wider else low
    return mixed(low, high, wider, parts), source.strided(width)


def _split_widths(
    inputs: Mapping[str, Sequence[str]], kinds: Mapping[str, str], output: str, width: int
) -> dict[str, int]:
    """Channels of every node: the output's divided among its inputs, the others as wide as their widest target."""
    widths = dict.fromkeys(inputs, 0) | {output: width}
    parts = [u for u in inputs[output] if kinds[u] != "input"]
    for place, part in enumerate(parts):
        widths[part] = width // len(parts) + (place < width % len(parts))
    for target in reversed(list(inputs)):
        for u in inputs[target]:
            if target != output and u not in parts:
                widths[u] = max(widths[u], widths[target])
    return widths


def _joined(node: Node, sources: Sequence[Shape], default: Shape) -> Shape:
    """The shape a node's operator sees."""
    if not sources:
        return default
    first = sources[0]
    if any(s.positions != first.positions for s in sources):
        raise UnknownCostError(f"node {node.id!r} joins different resolutions")
    if node.join == "concat":
        return Shape(sum(s.channels for s in sources), first.height, first.width)
    if any(s.channels != first.channels for s in sources):
        raise UnknownCostError(f"node {node.id!r} joins different widths")
    return first


def _operator(node: Node, architecture: Architecture) -> Operator:
    operator = architecture.operator(node.op)
    return operator.with_attributes(dict(node.attributes)) if node.attributes else operator


@lru_cache(maxsize=64)
def _order(cell: Cell) -> Sequence[str]:
    """Ids in topological order; asked for once a width."""
    order = topological_order({node.id: node.inputs for node in cell.nodes})
    assert order is not None, "checked when the document was read"
    return order
