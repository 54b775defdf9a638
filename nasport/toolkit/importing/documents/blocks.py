"""Blocks of the vocabulary in a network: layers between two values that a pattern knows become one layer.

A pattern proposes a block; it stands only if the block counts exactly what its layers count, at the same shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nasport.toolkit.importing.documents.counting import counted
from nasport.toolkit.importing.documents.patterns import Proposal, mobile, of_paths, shuffled, two_paths
from nasport.toolkit.importing.documents.segments import Segment, belongs
from nasport.toolkit.importing.layers.layer import Layer, LayerGraph
from nasport.toolkit.importing.layers.surroundings import Surroundings

LONGEST_ROW = 4
LONGEST_BLOCK = 24
LARGEST_STRIDE = 8


def blocked(graph: LayerGraph) -> LayerGraph:
    """The same graph, in which blocks of the vocabulary are one layer each."""
    return _rows(_joined(graph))


def _joined(graph: LayerGraph) -> LayerGraph:
    """Blocks that end where two paths meet."""
    around, readers = Surroundings(graph), graph.readers()
    gone: dict[str, Layer | None] = {}
    for join in graph.layers:
        entry = around.before.get(join.output) if join.kind in ("sum", "concat") else None
        if entry is None:
            continue
        layers = around.between(entry, join.output, LONGEST_BLOCK)
        if not layers or any(layer.output in gone for layer in layers):
            continue
        following = readers[join.output]
        longer = (
            [*layers, *following] if len(following) == 1 and belongs(tuple(layers), following[0]) else layers
        )
        for row in (longer, layers) if longer is not layers else (layers,):
            block = _of_segment(Segment(entry, tuple(row), (row[-1].output,)), graph)
            if block is not None and around.is_closed(entry, row):
                gone |= {layer.output: None for layer in row}
                gone[row[-1].output] = block
                break
    return _without(graph, gone)


def _rows(graph: LayerGraph) -> LayerGraph:
    """Blocks without a shortcut: layers in a row."""
    readers = graph.readers()
    gone: dict[str, Layer | None] = {}
    for first in graph.layers:
        row = _row(first, readers, graph.outputs) if first.output not in gone else []
        for length in range(len(row), 1, -1):
            layers = tuple(row[:length])
            proposals = mobile(layers, first.source, layers[-1].target)
            block = _first(proposals, Segment(first.inputs[0], layers, (layers[-1].output,)), graph)
            if block is not None:
                gone |= {layer.output: None for layer in layers}
                gone[block.output] = block
                break
    return _without(graph, gone)


def _row(first: Layer, readers: dict[str, list[Layer]], outputs: Sequence[str]) -> list[Layer]:
    """Layers from one on, each of which alone reads the one before."""
    row = [first] if len(first.inputs) == 1 else []
    while row and len(row) < LONGEST_ROW:
        following = readers[row[-1].output]
        if len(following) != 1 or len(following[0].inputs) != 1 or row[-1].output in outputs:
            break
        row.append(following[0])
    return row


def _of_segment(segment: Segment, graph: LayerGraph) -> Layer | None:
    paths, source = two_paths(segment), graph.maps[segment.input]
    found = _first(of_paths(paths, source, segment.target) if paths else (), segment, graph)
    return found or _first(shuffled(segment), segment, graph)


def _first(proposals: Iterable[Proposal], segment: Segment, graph: LayerGraph) -> Layer | None:
    """The first block of these that counts what the layers of a segment count."""
    source, target = graph.maps[segment.input], segment.target
    strides = range(1, LARGEST_STRIDE + 1)
    stride = next((each for each in strides if source.strided(1, each)[1:] == target[1:]), None)
    if stride is None:
        return None
    operations = tuple(operation for layer in segment.layers for operation in layer.operations)
    for kind, attributes in proposals:
        inputs, output = (segment.input,), segment.outputs[0]
        block = Layer(kind, inputs, output, source, target, attributes, stride, operations=operations)
        if counted(block, graph.batch) is not None:
            return block
    return None


def _without(graph: LayerGraph, gone: dict[str, Layer | None]) -> LayerGraph:
    """A graph with layers that became others, or part of others."""
    layers = [gone.get(layer.output, layer) for layer in graph.layers]
    return replace(graph, layers=[layer for layer in layers if layer is not None])
