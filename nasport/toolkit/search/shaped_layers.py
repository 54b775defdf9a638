"""Count the layers of a network by shape, for latency tables.

A cell counts as often as the skeleton repeats it, without its unreachable nodes (`none`, and nodes on no path from an
input to an output). The nodes of a chain (the supernet of a search space without cells) count like consecutive stages
of the skeleton. Without a skeleton, every cell counts once and shapes are unknown. `runtime.costs` requires known
shapes; this module also counts layers of unknown shape.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nasport.runtime.costs.own_cells import place_own
from nasport.runtime.costs.placing import cell_steps
from nasport.runtime.costs.reachable import reachable_architecture
from nasport.runtime.costs.skeleton import CHAIN
from nasport.runtime.operators.quantities import Shape, UnknownCostError
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.operators import Operator


@dataclass(frozen=True)
class ShapedLayer:
    """One layer of a network.

    Attributes:
        operators: keys of operators; a mixed node of a supernet has several.
        width: channels of the output; None if unknown.
        resolution: height of the output; None if unknown.
        stride: stride of the operator.
    """

    operators: tuple[str, ...]
    width: int | None
    resolution: int | None
    stride: int = 1


def layers(architecture: Architecture) -> Counter[ShapedLayer]:
    """Return how often each layer occurs in a network.

    The last linear layer and joins of several inputs are not counted.
    """
    live = reachable_architecture(architecture)
    found: Counter[ShapedLayer] = Counter()
    skeleton = live.skeleton
    if skeleton is None:
        for each in live.cells.values():
            found.update(_cell(live, each, None, None, 1))
        return found
    size = dict(skeleton.input)
    width, resolution = size.get("channels"), size.get("height")
    for stage in (*skeleton.stem, *skeleton.stages, *skeleton.head):
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            cell = live.cells.get(stage.cell)
            if cell is not None and cell.channels == "own" and cell.role != CHAIN:
                more, width, resolution = _own(live, cell, width, resolution)
                found.update(more)
                continue
            if cell is not None and cell.role != CHAIN:
                width = stage.width if stage.width is not None else width
                resolution = _strided(resolution, stride)
                found.update(_cell(live, cell, width, resolution, stride))
                width = None if width is None else width * _outputs(cell, live)
                continue
            if cell is not None:  # a chain: each layer takes the output of the previous layer
                row = [_operators(live, node) for node in cell.nodes]
                row = [(keys, operator) for keys, operator in row if operator.kind not in ("input", "output")]
            else:
                row = [((stage.op,), live.operator(stage.op).with_attributes(dict(stage.attributes)))]
            for keys, operator in row:
                if operator.kind == "global_pooling":
                    resolution, own = None if resolution is None else 1, 1
                else:
                    numbers = dict(operator.attributes)
                    own = stride if stride != 1 else int(numbers.get("stride", 1))
                    stated = stage.width if cell is None else None
                    width = stated if stated is not None else int(numbers.get("channels", 0)) or width
                    resolution = _strided(resolution, own)
                found[ShapedLayer(keys, width, resolution, own)] += 1
    return found


def _operators(architecture: Architecture, node: Node) -> tuple[tuple[str, ...], Operator]:
    """Return the keys of a node's operators, and the first operator with the node's attributes applied."""
    keys = node.candidates or (node.op,)
    return keys, architecture.operator(keys[0]).with_attributes(dict(node.attributes))


def _cell(
    architecture: Architecture, cell: Cell, width: int | None, resolution: int | None, stride: int
) -> Counter[ShapedLayer]:
    """Count the layers of one cell.

    Nodes that an input feeds have the stride. If the cell splits its channels, each node has a part of the width.

    Args:
        width: channels of the output of the cell.
        resolution: height of the output of the cell.
    """
    found: Counter[ShapedLayer] = Counter()
    operators = {node.id: _operators(architecture, node) for node in cell.nodes}
    kinds = {node: operator.kind for node, (_, operator) in operators.items()}
    part = width
    if cell.channels == "split" and width is not None:
        ends = [node for node in cell.nodes if kinds[node.id] == "output"]
        parts = sum(kinds[source] != "input" for source in ends[0].inputs) if ends else 1
        part = max(width // max(parts, 1), 1)
    for node in cell.nodes:
        own = width if kinds[node.id] in ("input", "output") else part
        entering = any(kinds[source] == "input" for source in node.inputs)
        found[ShapedLayer(operators[node.id][0], own, resolution, stride if entering else 1)] += 1
    return found


def _own(
    architecture: Architecture, cell: Cell, width: int | None, resolution: int | None
) -> tuple[Counter[ShapedLayer], int | None, int | None]:
    """Count the layers of a cell whose nodes state their own channels and strides.

    All shapes are unknown if the input shape is unknown or an operator has no known shape.

    Returns:
        counts, and width and resolution of the output.
    """
    steps = cell_steps(cell, architecture)
    if width is None or resolution is None or not steps:
        return _cell(architecture, cell, None, None, 1), None, None
    try:
        placed = place_own(steps, Shape(width, resolution, resolution), plan=True)
    except UnknownCostError:
        return _cell(architecture, cell, None, None, 1), None, None
    found = Counter(
        ShapedLayer(
            one.step.node.candidates or (one.step.node.op,),
            one.target.channels,
            one.target.height,
            int(one.operators[0].attribute("stride")),
        )
        for one in placed.placed
    )
    return found, placed.shape.channels, placed.shape.height


def _outputs(cell: Cell, architecture: Architecture) -> int:
    """Return the width of the cell's output as a multiple of the cell's width."""
    if cell.channels != "stack":
        return 1
    ends = [node for node in cell.nodes if _operators(architecture, node)[1].kind == "output"]
    return max(sum(len(node.inputs) if node.join == "concat" else 1 for node in ends), 1)


def _strided(resolution: int | None, stride: int) -> int | None:
    return None if resolution is None else -(-resolution // stride)
