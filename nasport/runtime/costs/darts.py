"""Cost of a DARTS cell: two inputs, each preprocessed to the stage's width, outputs concatenated.

The published network (Liu et al. 2019, appendix; also NDS and NAS-Bench-301): a ReLU, 1x1 convolution and batch
normalisation bring both inputs to the cell's width. Where the previous cell was a reduction cell the older input is
larger, and the 1x1 convolution has a stride, in two halves that look at different positions and together have the
weights of one. In a reduction cell every operator that reads an input has stride 2. Every operator's normalisation has
a scale and a shift, as in the networks that are trained and measured. All operators count, also those on no path.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.costs.nodes import CellNodes, Step, counted
from nasport.runtime.operators.quantities import Cost, Shape, Sum, UnknownCostError, convolution
from nasport.schemas.architecture import Node

OLDER, NEWER = "c_{k-2}", "c_{k-1}"


def stack_cell(cell: CellNodes, features: Sequence[Shape], width: int, stride: int) -> tuple[Cost, Shape]:
    """As `cells.cell_cost`, for a cell whose `channels` is `stack`."""
    entrance = Shape(width, features[-1].height, features[-1].width)
    total = Sum()
    for step in cell.steps:
        if step.kind == "input":
            total.add(_preprocessed(step.node, features, entrance))
    key = (entrance, stride)  # cells of one stage differ in what comes before the entrance alone
    if key not in cell.known:
        cell.known[key] = _behind_entrance(cell.steps, entrance, stride)
    cost, shape = cell.known[key]
    total.add(cost)
    return total.cost(), shape


def _behind_entrance(steps: Sequence[Step], entrance: Shape, stride: int) -> tuple[Cost, Shape]:
    """All but the preprocessing, and the shape of the output."""
    total = Sum()
    shapes: dict[str, Shape] = {}
    outputs = []
    for node, operators, kind, entering in steps:
        sources = [shapes[u] for u in node.inputs]
        if kind == "input":
            shape = entrance
        elif kind == "output":
            shape = _concatenated(node, sources)
            outputs.append(shape)
        else:
            joined = _joined(node, sources, entrance)
            enters = entering and entering == len(node.inputs)
            cost, shape = counted(operators, joined, entrance.channels, stride if enters else 1)
            total.add(cost)
        shapes[node.id] = shape
    if len(outputs) != 1:
        raise UnknownCostError(f"{len(outputs)} outputs of a cell that concatenates them")
    return total.cost(), outputs[0]


def _preprocessed(node: Node, features: Sequence[Shape], entrance: Shape) -> Cost:
    """ReLU, 1x1 convolution, batch normalisation, with a stride where the input is larger than the cell."""
    if node.role not in (OLDER, NEWER):
        raise UnknownCostError(f"an input of role {node.role!r}, not {OLDER} or {NEWER}")
    source = features[-2] if node.role == OLDER else features[-1]
    if source.strided(entrance.channels, 2) != entrance and source.positions != entrance.positions:
        raise UnknownCostError(f"an input of {source.height}x{source.width} of a cell of {entrance.height}")
    return convolution(source, entrance, 1)


def _joined(node: Node, sources: Sequence[Shape], default: Shape) -> Shape:
    if len(sources) == 1:
        return sources[0]
    if len(set(sources)) > 1 or (len(sources) > 1 and node.join == "concat"):
        raise UnknownCostError(f"node {node.id!r} joins {len(sources)} shapes")
    return sources[0] if sources else default


def _concatenated(node: Node, sources: Sequence[Shape]) -> Shape:
    if not sources or len({source.positions for source in sources}) > 1:
        raise UnknownCostError(f"node {node.id!r} concatenates different resolutions, or nothing")
    if node.join != "concat" and len(sources) > 1:
        return _joined(node, sources, sources[0])
    return Shape(sum(source.channels for source in sources), sources[0].height, sources[0].width)
