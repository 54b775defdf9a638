"""The layers of a network with their shapes, for whoever knows what a layer of a shape takes.

A cell counts as often as the skeleton repeats it, without its dead nodes (`none`, nodes on no path from an input to an
output). Where there is no skeleton every cell counts once, at no known shape.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nasport.runtime.costs.paths import live_architecture
from nasport.schemas.architecture import Architecture, Cell, Node, Stage

_GLOBAL = "Global "


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
    width, resolution = size.get("channels"), size.get("height")
    for stage in (*skeleton.stem, *skeleton.stages, *skeleton.head):
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            if stage.cell:
                cell = live.cells[stage.cell]
                wide = stage.width if stage.width is not None else width
                resolution = _strided(resolution, stride)
                found.update(_cell(live, cell, wide, resolution, stride))
                width = wide * _outputs(cell, live) if wide is not None else None
            else:
                layer = _layer(live, stage, width, resolution, stride)
                found[layer] += 1
                width, resolution = layer.width, layer.resolution
    return found


def _layer(
    architecture: Architecture, stage: Stage, width: int | None, resolution: int | None, stride: int
) -> Layer:
    """An operator of the skeleton, after an output of this width and resolution."""
    operator = architecture.operator(stage.op).with_attributes(dict(stage.attributes))
    if operator.kind == "pooling" and operator.text.startswith(_GLOBAL):
        return Layer((stage.op,), width, None if resolution is None else 1)
    if stage.width is not None:
        width = stage.width
    elif any(name == "channels" for name, _ in operator.attributes):
        width = int(operator.attribute("channels", 1))
    stride = stride if stride != 1 else int(operator.attribute("stride", 1))
    return Layer((stage.op,), width, _strided(resolution, stride), stride)


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
