"""Recognition of blocks of the vocabulary: layers that match a pattern become one layer.

A pattern proposes a block. The proposal is accepted only if the block has exactly the costs and the shapes of its layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nasport.toolkit.importing.documents.counting import counted
from nasport.toolkit.importing.documents.patterns import (
    Proposal,
    mobile_blocks,
    shuffle_units,
    two_path_blocks,
    two_paths,
)
from nasport.toolkit.importing.documents.segments import Segment, belongs
from nasport.toolkit.importing.layers.dominance import Dominance
from nasport.toolkit.importing.layers.layer import Layer, LayerGraph

LONGEST_ROW = 4
LONGEST_BLOCK = 24
LARGEST_STRIDE = 8


def blocked(graph: LayerGraph) -> LayerGraph:
    """Return the graph with each block of the vocabulary as one layer."""
    return _rows(_joined(graph))


def _joined(graph: LayerGraph) -> LayerGraph:
    """Merge blocks of two paths, which end with a sum or a concatenation."""
    dominance, readers = Dominance(graph), graph.readers()
    replaced: dict[str, Layer | None] = {}
    for join in graph.layers:
        entry = dominance.dominators.get(join.output) if join.kind in ("sum", "concat") else None
        if entry is None:
            continue
        layers = dominance.between(entry, join.output, LONGEST_BLOCK)
        if not layers or any(layer.output in replaced for layer in layers):
            continue
        following = readers[join.output]
        longer = (
            [*layers, *following] if len(following) == 1 and belongs(tuple(layers), following[0]) else layers
        )
        for row in (longer, layers) if longer is not layers else (layers,):
            block = _of_segment(Segment(entry, tuple(row), (row[-1].output,)), graph)
            if block is not None and dominance.is_closed(entry, row):
                replaced |= {layer.output: None for layer in row}
                replaced[row[-1].output] = block
                break
    return _with_replaced(graph, replaced)


def _rows(graph: LayerGraph) -> LayerGraph:
    """Merge blocks without a shortcut, which are consecutive layers."""
    readers = graph.readers()
    replaced: dict[str, Layer | None] = {}
    for first in graph.layers:
        row = _row(first, readers, graph.outputs) if first.output not in replaced else []
        for length in range(len(row), 1, -1):
            layers = tuple(row[:length])
            proposals = mobile_blocks(layers, first.source, layers[-1].target)
            block = _accepted(proposals, Segment(first.inputs[0], layers, (layers[-1].output,)), graph)
            if block is not None:
                replaced |= {layer.output: None for layer in layers}
                replaced[block.output] = block
                break
    return _with_replaced(graph, replaced)


def _row(first: Layer, readers: dict[str, list[Layer]], outputs: Sequence[str]) -> list[Layer]:
    """Return consecutive layers from the first on, each of which is the only reader of the layer before it."""
    row = [first] if len(first.inputs) == 1 else []
    while row and len(row) < LONGEST_ROW:
        following = readers[row[-1].output]
        if len(following) != 1 or len(following[0].inputs) != 1 or row[-1].output in outputs:
            break
        row.append(following[0])
    return row


def _of_segment(segment: Segment, graph: LayerGraph) -> Layer | None:
    """Return the block of a segment with two paths; None if no pattern matches."""
    paths, source = two_paths(segment), graph.maps[segment.input]
    block = _accepted(two_path_blocks(paths, source, segment.target) if paths else (), segment, graph)
    return block or _accepted(shuffle_units(segment), segment, graph)


def _accepted(proposals: Iterable[Proposal], segment: Segment, graph: LayerGraph) -> Layer | None:
    """Return the first proposed block that has the costs and the shapes of the segment's layers."""
    source, target = graph.maps[segment.input], segment.target
    candidates = range(1, LARGEST_STRIDE + 1)
    stride = next((stride for stride in candidates if source.strided(1, stride)[1:] == target[1:]), None)
    if stride is None:
        return None
    operations = tuple(operation for layer in segment.layers for operation in layer.operations)
    for kind, attributes in proposals:
        inputs, output = (segment.input,), segment.outputs[0]
        block = Layer(kind, inputs, output, source, target, attributes, stride, operations=operations)
        if counted(block, graph.batch) is not None:
            return block
    return None


def _with_replaced(graph: LayerGraph, replaced: dict[str, Layer | None]) -> LayerGraph:
    """Return the graph with replaced layers, by the name of their output; None removes a layer."""
    layers = [replaced.get(layer.output, layer) for layer in graph.layers]
    return replace(graph, layers=[layer for layer in layers if layer is not None])
