"""Layers whose inputs a document cannot join, with what is around them: as one layer that reads and gives one value.

A matrix product of two values, say, or tokens beside tokens. The smallest part of the network around such a layer that one
value enters and one leaves becomes a layer of which its description and its counts are known.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product

from nasport.toolkit.importing.layers.layer import LARGEST_SIDE, OWN_ATTENTION, Layer, LayerGraph
from nasport.toolkit.importing.layers.surroundings import Surroundings, chain

_FURTHEST = 8
MOST_KINDS = 6
MOST_ODD = 400  # layers that are looked at: of more, the blocks that they stand in are described as a whole


def regular(graph: LayerGraph) -> LayerGraph:
    """The same graph, in which all inputs can be joined wherever a part of it could be found."""
    given_up: set[str] = set()
    for _ in range(MOST_ODD):
        odd = next((layer for layer in graph.layers if not layer.fits and layer.output not in given_up), None)
        if odd is None:
            return graph
        found = _around(odd, graph)
        if found is None:
            given_up.add(odd.output)
            continue
        entry, layers = found
        inner = {layer.output for layer in layers}
        whole = _whole(entry, layers, graph)
        kept = [layer for layer in graph.layers if layer.output not in inner or layer.output == whole.output]
        graph = replace(graph, layers=[whole if layer.output == whole.output else layer for layer in kept])
    return graph


def _around(odd: Layer, graph: LayerGraph) -> tuple[str, list[Layer]] | None:
    """The smallest part around a layer, with the value that enters it."""
    around = Surroundings(graph)
    entries = list(islice(chain(odd.output, around.before), _FURTHEST))
    exits = [odd.output, *islice(chain(odd.output, around.behind), _FURTHEST - 1)]
    for entry, leaving in sorted(product(range(len(entries)), range(len(exits))), key=sum):
        layers = around.between(entries[entry], exits[leaving])
        statable = max(graph.maps[exits[leaving]]) <= LARGEST_SIDE
        if layers and statable and around.is_closed(entries[entry], layers):
            return entries[entry], layers
    return None


def _whole(entry: str, layers: list[Layer], graph: LayerGraph) -> Layer:
    operations = tuple(operation for layer in layers for operation in layer.operations)
    counts = {
        "parameters": sum(operation.parameters for operation in operations),
        "flops": sum(operation.flops for operation in operations) // graph.batch,
    }
    last = layers[-1]
    kind, text = "other", described(layers)
    products = sum(operation.kind == "matrix_product" for operation in operations)
    softmaxes = sum(operation.number("activation") == "softmax" for operation in operations)
    if softmaxes == 1 and products == 2:
        kind, text = "attention", OWN_ATTENTION
    source = graph.maps[entry]
    return Layer(kind, (entry,), last.output, source, last.target, counts, text=text, operations=operations)


def described(layers: list[Layer]) -> str:
    """What a block of several layers is made of, in words."""
    texts = (layer.text.lower() or layer.kind.replace("_", " ") for layer in layers)
    kinds = [text for text in dict.fromkeys(texts) if not text.startswith(("a map", "a part of", "block of"))]
    return f"Block of {', '.join(kinds[:MOST_KINDS])}" if kinds else "Block of operations that move values"
