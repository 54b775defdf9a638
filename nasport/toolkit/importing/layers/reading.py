"""Conversion of a graph of operations to a graph of layers; operations that only move values become no layer."""

from __future__ import annotations

from nasport.toolkit.importing.graph.tensor_graph import TensorGraph
from nasport.toolkit.importing.layers import moves, values, windows
from nasport.toolkit.importing.layers.draft import Draft, Reader
from nasport.toolkit.importing.layers.layer import LARGEST_SIDE, LayerGraph

READERS: dict[str, Reader] = {**windows.READERS, **moves.READERS, **values.READERS}


def layer_graph(graph: TensorGraph) -> LayerGraph:
    """Convert a graph of operations to a graph of layers."""
    draft = Draft(graph)
    for operation in draft.graph.operations:
        read = READERS.get(operation.kind, Draft.other)
        layer = read(draft, operation)
        if "detail" in operation.numbers:
            draft.note(operation.number("detail"))
        if layer is None:
            draft.same[operation.output] = draft.same[operation.inputs[0]]
            continue
        fits = layer.fits and max(layer.target) <= LARGEST_SIDE
        layer = layer.with_changes(operations=layer.operations or (operation,), fits=fits)
        draft.same[operation.output] = operation.output
        draft.layers.append(layer)
    outputs = tuple(dict.fromkeys(draft.same[name] for name in draft.graph.outputs))
    wanted, layers = set(outputs), []
    for layer in reversed(draft.layers):  # drops slices that became part of another layer
        if layer.output in wanted:
            wanted.update(layer.inputs)
            layers.append(layer)
    return LayerGraph(
        layers[::-1], draft.graph.input, outputs, draft.maps.maps, draft.graph.batch, draft.notes
    )
