"""The layers of a network with their shapes, for whoever knows what a layer of a shape takes.

A cell counts as often as the skeleton repeats it, without its dead nodes (`none`, nodes on no path from an input to an
output). The nodes of a chain, as a supernet of a space without cells has it, stand one after the other like stages of
the skeleton. Where there is no skeleton every cell counts once, at no known shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from nasport.runtime.costs.live import live_architecture
from nasport.runtime.costs.skeleton import CHAIN
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.operators import Operator


@dataclass(frozen=True)
class Layer:
    """One operator at one place of a network.

    Attributes:
        operators: keys; several in a supernet's mixed node.
        width: channels of the output; None where unknown.
        resolution: height of the output; None where unknown.
        stride: of the operator.
    """

    operators: tuple[str, ...]
    width: int | None
    resolution: int | None
    stride: int = 1


def layers(architecture: Architecture) -> Counter[Layer]:
    """How often every layer stands in the network; the last linear layer and what joins several inputs are none."""
    live = live_architecture(architecture)
    found: Counter[Layer] = Counter()
    skeleton = live.skeleton
    if skeleton is None:
        for cell in live.cells.values():
            found.update(_cell(live, cell, None, None, 1))
        return found
    size = dict(skeleton.input)
    read = size.get("channels"), size.get("height")
    for stage in (*skeleton.stem, *skeleton.stages, *skeleton.head):
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            if stage.cell and live.cells[stage.cell].role != CHAIN:
                cell = live.cells[stage.cell]
                width = stage.width if stage.width is not None else read[0]
                resolution = _strided(read[1], stride)
                found.update(_cell(live, cell, width, resolution, stride))
                read = None if width is None else width * _outputs(cell, live), resolution
                continue
            if stage.cell:
                row = list(_chain(live, live.cells[stage.cell], read))
            else:
                operator = live.operator(stage.op).with_attributes(dict(stage.attributes))
                row = [_layer((stage.op,), operator, read, stage.width, stride)]
            found.update(row)
            read = (row[-1].width, row[-1].resolution) if row else read
    return found


def _layer(
    keys: tuple[str, ...],
    operator: Operator,
    read: tuple[int | None, int | None],
    width: int | None = None,
    stride: int = 1,
) -> Layer:
    """One layer after another.

    Args:
        keys: of its operators.
        operator: the first of them, with the layer's own numbers.
        read: width and resolution of what it reads.
        width: of the stage; None: the operator's own, else as before.
        stride: of the stage; 1: the operator's own.
    """
    before, resolution = read
    if operator.kind == "global_pooling":
        return Layer(keys, before, None if resolution is None else 1)
    numbers = dict(operator.attributes)
    if width is None:
        width = int(numbers["channels"]) if "channels" in numbers else before
    stride = stride if stride != 1 else int(numbers.get("stride", 1))
    return Layer(keys, width, _strided(resolution, stride), stride)


def _chain(architecture: Architecture, cell: Cell, read: tuple[int | None, int | None]) -> Iterator[Layer]:
    """The layers of a chain, each of what the one before it gives."""
    for node in cell.nodes:
        keys = node.candidates or (node.op,)
        operator = architecture.operator(keys[0]).with_attributes(dict(node.attributes))
        if operator.kind not in ("input", "output"):
            layer = _layer(keys, operator, read)
            read = layer.width, layer.resolution
            yield layer


def _cell(
    architecture: Architecture, cell: Cell, width: int | None, resolution: int | None, stride: int
) -> Counter[Layer]:
    """The layers of one cell whose output has this resolution; what an input feeds has the stride."""
    kinds = {node.id: _kind(architecture, node) for node in cell.nodes}
    widths = _widths(cell, kinds, width)
    found: Counter[Layer] = Counter()
    for node in cell.nodes:
        entering = any(kinds[source] == "input" for source in node.inputs)
        keys = node.candidates or (node.op,)
        found[Layer(keys, widths[node.id], resolution, stride if entering else 1)] += 1
    return found


def _widths(cell: Cell, kinds: dict[str, str], width: int | None) -> dict[str, int | None]:
    """The cell's width for every node; where channels are split, that of the nodes is a part of the output's."""
    if cell.channels != "split" or width is None:
        return {node.id: width for node in cell.nodes}
    ends = [node for node in cell.nodes if kinds[node.id] == "output"]
    parts = sum(kinds[source] != "input" for source in ends[0].inputs) if ends else 1
    part = max(width // max(parts, 1), 1)
    return {node.id: width if kinds[node.id] in ("input", "output") else part for node in cell.nodes}


def _outputs(cell: Cell, architecture: Architecture) -> int:
    """How many times the cell's width its output is wide."""
    if cell.channels != "stack":
        return 1
    ends = [node for node in cell.nodes if _kind(architecture, node) == "output"]
    return max(sum(len(node.inputs) if node.join == "concat" else 1 for node in ends), 1)


def _kind(architecture: Architecture, node: Node) -> str:
    return architecture.operator((node.candidates or (node.op,))[0]).kind


def _strided(resolution: int | None, stride: int) -> int | None:
    return None if resolution is None else -(-resolution // stride)
