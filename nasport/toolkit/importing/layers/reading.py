"""Operations as layers of a document: what moves values alone vanishes, the others say what the vocabulary says of them."""

from __future__ import annotations

from nasport.toolkit.importing.graph.tensor_graph import TensorGraph
from nasport.toolkit.importing.layers import moves, values, windows
from nasport.toolkit.importing.layers.draft import Draft, Reader
from nasport.toolkit.importing.layers.layer import LARGEST_SIDE, LayerGraph

READERS: dict[str, Reader] = {**windows.READERS, **moves.READERS, **values.READERS}


def layer_graph(graph: TensorGraph) -> LayerGraph:
    """The layers of a graph."""
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
        layer = layer.but(operations=layer.operations or (operation,), fits=fits)
        draft.same[operation.output] = operation.output
        draft.layers.append(layer)
    outputs = tuple(dict.fromkeys(draft.same[name] for name in draft.graph.outputs))
    wanted, layers = set(outputs), []
    for layer in reversed(draft.layers):  # slices that became part of another layer are read no more
        if layer.output in wanted:
            wanted.update(layer.inputs)
            layers.append(layer)
    return LayerGraph(
        layers[::-1], draft.graph.input, outputs, draft.maps.maps, draft.graph.batch, draft.notes
    )
