"""Conversion of a graph of operations to a document: blocks and cells, with equal consecutive ones folded into stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nasport.runtime.costs.skeleton import network_cost
from nasport.schemas.architecture import Architecture, Cell, Skeleton, architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.importing.documents.blocks import blocked
from nasport.toolkit.importing.documents.counting import countable
from nasport.toolkit.importing.documents.folding import folded, grouped
from nasport.toolkit.importing.documents.parts import Part, activated_first, parts_of
from nasport.toolkit.importing.graph.attention import attention_collapsed
from nasport.toolkit.importing.graph.tensor_graph import TensorGraph
from nasport.toolkit.importing.layers.fusing import fused, has_bias
from nasport.toolkit.importing.layers.layer import LayerGraph
from nasport.toolkit.importing.layers.reading import layer_graph
from nasport.toolkit.importing.layers.regions import regular

MOST_CELLS = 64


@dataclass(frozen=True)
class Imported:
    """An imported model.

    Attributes:
        architecture: document of the model.
        graph: graph of operations as it was read.
        layers: graph of layers, without the classifier if the skeleton states `classes`.
        parts: parts of the skeleton, in order.
    """

    architecture: Architecture
    graph: TensorGraph
    layers: LayerGraph
    parts: tuple[Part, ...]


def imported(graph: TensorGraph, name: str = "") -> Imported:
    """Convert a graph of operations to a document.

    Args:
        graph: graph of a model.
        name: name of the document.

    Raises:
        InputError: no document can express the model.
    """
    layers = blocked(countable(regular(fused(layer_graph(attention_collapsed(graph))))))
    layers, classes = _without_classifier(layers)
    if not layers.layers:
        raise InputError("a single linear layer, expected a network of several layers")
    parts = folded(grouped(activated_first(list(parts_of(layers))), layers.batch))
    return Imported(_architecture(parts, layers, classes, name), graph, layers, tuple(parts))


def _without_classifier(graph: LayerGraph) -> tuple[LayerGraph, int | None]:
    """Remove the linear classifier at the end of a network.

    Returns:
        graph of the other layers, and the number of classes; None if the network has no classifier.
    """
    layers = list(graph.layers)
    if len(graph.outputs) != 1 or not layers:
        return graph, None
    has_softmax = (
        layers[-1].kind == "activation" and layers[-1].word("activation") == "softmax" and len(layers) > 1
    )
    if has_softmax:
        layers.pop()
    last = layers[-1]
    plain = last.kind == "linear" and has_bias(last) and last.word("activation") in ("", "none")
    if not plain or last.source.positions != 1 or last.output != layers[-1].output:
        return graph, None
    layers.pop()
    if has_softmax:
        graph.notes["a softmax after the classifier"] = 1
    before = last.inputs[0]
    if layers and layers[-1].kind == "flatten" and layers[-1].output == before:
        before = layers.pop().inputs[0]
    return replace(graph, layers=layers, outputs=(before,)), last.target.channels


def _architecture(parts: Sequence[Part], graph: LayerGraph, classes: int | None, name: str) -> Architecture:
    cells: dict[str, Cell] = {}
    names: dict[str, str] = {}
    own: dict[str, Operator] = {}
    stages = []
    for part in parts:
        own |= part.own
        if part.cell is None:
            stages.append(part.stage)
            continue
        label = names.setdefault(part.identity, f"block {len(names) + 1}")
        cells.setdefault(label, part.cell)
        stages.append(replace(part.stage, cell=label))
    if len(cells) > MOST_CELLS:
        raise InputError(f"{len(cells)} different blocks, expected at most {MOST_CELLS}")
    body = [index for index, part in enumerate(parts) if part.is_block]
    first, last = (body[0], body[-1]) if body else (0, _end_of_body(parts))
    image = graph.maps[graph.input]
    size = tuple(sorted({"channels": image.channels, "height": image.height, "width": image.width}.items()))
    stem, head = stages[:first], stages[last + 1 :]
    if len(stem) > 64 or len(head) > 64:
        stem, head, first, last = [], [], 0, len(stages) - 1
    skeleton = Skeleton(tuple(stages[first : last + 1]), tuple(stem), tuple(head), size, classes)
    architecture = Architecture(cells, skeleton, name, "", None, own)
    return architecture_from_json(architecture.to_json())


def _end_of_body(parts: Sequence[Part]) -> int:
    """Return the index of the last part before the map is pooled or flattened, for a network without blocks."""
    kinds = [part.layers[-1].kind for part in parts]
    ends = [index for index, kind in enumerate(kinds) if kind in ("global_pooling", "flatten")]
    return max(ends[0] - 1, 0) if ends else len(parts) - 1


def document_counts(found: Imported) -> tuple[int, int]:
    """Return the parameters and multiply-accumulates of the document.

    Raises:
        InputError: the document cannot be counted.
    """
    cost = network_cost(found.architecture).cost
    return cost.parameters, cost.flops
