"""Cost of one cell at the shapes it is given, by its rule for the channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasport.runtime.costs.darts import stack_cell
from nasport.runtime.costs.nodes import CellNodes, Step, counted
from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import FREE, Cost, Shape, Sum, UnknownCostError, convolution, mean
from nasport.schemas.architecture import Node
from nasport.schemas.operators import Operator

PROJECTION = Operator("", "identity")


def cell_cost(
    nodes: CellNodes,
    channels: str,
    features: Sequence[Shape],
    width: int,
    stride: int,
    even: bool = False,
) -> tuple[Cost, Shape]:
    """What one cell costs and the shape of its output.

    Args:
        nodes: of the cell.
        channels: the cell's rule for the channels.
        features: shapes of the last two outputs before the cell, the older first.
        width: channels of the stage.
        stride: of the nodes that the cell's inputs feed.
        even: as `split_cell` has it.

    Raises:
        UnknownCostError: the cost is not known.
    """
    for node in (step.node for step in nodes.steps):
        if "channels" in dict(node.attributes):
            raise UnknownCostError(f"node {node.id!r} has channels of its own, the others the stage's width")
    if not nodes.steps:  # nothing on a path is left of it
        return FREE, features[-1].strided(width, stride)
    if channels == "stack":
        return stack_cell(nodes, features, width, stride)
    if channels == "split":
        return split_cell(nodes, features[-1], width, stride, even)
    return same_cell(nodes.steps, features[-1], width, stride)


def same_cell(steps: Sequence[Step], source: Shape, width: int, stride: int) -> tuple[Cost, Shape]:
    """A cell whose nodes all carry the stage's width (NAS-Bench-201, TransNAS-Bench-101 micro).

    What the input feeds changes its width and applies the stride; where it is joined with what has these already, it is
    projected onto them as an identity is. Operators on no path count: they are in the benchmarks' networks.
    """
    changes = stride != 1 or width != source.channels
    before = source.strided(width, stride)
    total = Sum()
    shapes: dict[str, Shape] = {}
    inputs = set()
    outputs = []
    for node, operators, kind, entering in steps:
        if kind == "input":
            shapes[node.id] = source
            inputs.add(node.id)
            continue
        sources = [shapes[u] for u in node.inputs]
        if changes and 0 < entering < len(node.inputs):
            projection, projected = applied(PROJECTION, source, width, stride)
            total.add(projection, entering)
            sources = [
                projected if u in inputs else shape for u, shape in zip(node.inputs, sources, strict=True)
            ]
            entering = 0
        joined = _joined(node, sources, before)
        cost, shape = counted(operators, joined, width, stride if entering else 1, keeps=not entering)
        shapes[node.id] = shape
        total.add(cost)
        if kind == "output":
            outputs.append(shape)
    return total.cost(), Shape(sum(shape.channels for shape in outputs), outputs[0].height, outputs[0].width)


def split_cell(
    cell: CellNodes, source: Shape, width: int, stride: int, even: bool = False
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
    nodes = {step.node.id: step for step in cell.steps}
    kinds = {step.node.id: step.kind for step in cell.steps}
    inputs = cell.wiring.paths
    outputs = [node_id for node_id in inputs if kinds[node_id] == "output"]
    for node_id, sources in inputs.items():
        expected = "concat" if node_id in outputs else "sum"
        join = nodes[node_id].node.join
        if len(sources) > 1 and join != expected:
            raise UnknownCostError(f"node {node_id!r} joins by {join}, not {expected}")
    if len(outputs) != 1:
        raise UnknownCostError(f"{len(outputs)} outputs on a path, not one")

    def cost(widths: Mapping[str, int]) -> Cost:
        total = Sum()
        for node_id, sources in inputs.items():
            shape = Shape(widths[node_id], source.height, source.width)
            entering = sum([kinds[u] == "input" for u in sources])
            if entering:
                total.add(convolution(source, shape, 1), entering)
            if kinds[node_id] not in ("input", "output"):
                total.add(counted(nodes[node_id].operators, shape, shape.channels)[0])
        return total.cost()

    if not even:
        return cost(split_widths(inputs, kinds, outputs[0], width)), source.strided(width)
    parts = max(sum(kinds[u] != "input" for u in inputs[outputs[0]]), 1)
    narrow, wider = divmod(width, parts)
    low = cost(dict.fromkeys(inputs, narrow) | {outputs[0]: width})
    high = cost(dict.fromkeys(inputs, narrow + 1) | {outputs[0]: width}) if wider else low
    return mean([(low, parts - wider), (high, wider)]), source.strided(width)


def split_widths(
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
    if len(sources) == 1:
        return first
    if any(s.positions != first.positions for s in sources):
        raise UnknownCostError(f"node {node.id!r} joins different resolutions")
    if node.join == "concat":
        return Shape(sum(s.channels for s in sources), first.height, first.width)
    if any(s.channels != first.channels for s in sources):
        raise UnknownCostError(f"node {node.id!r} joins different widths")
    return first
