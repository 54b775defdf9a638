"""Replacement of layers whose inputs a document cannot join, for example matrix products of two values.

The smallest part of the network around such a layer that has a single input and a single output becomes one layer with a
description and its counts.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product

from nasport.toolkit.importing.layers.dominance import Dominance, chain
from nasport.toolkit.importing.layers.layer import LARGEST_SIDE, OWN_ATTENTION, Layer, LayerGraph

_FURTHEST = 8  # number of entries and of exits to try
MOST_KINDS = 6  # kinds of layers that a description lists
MOST_IRREGULAR = 400  # layers to replace; if there are more, whole blocks around them are described later


def regular(graph: LayerGraph) -> LayerGraph:
    """Replace layers whose inputs a document cannot join, if a part of the network around them can be found."""
    given_up: set[str] = set()
    for _ in range(MOST_IRREGULAR):
        irregular = next(
            (layer for layer in graph.layers if not layer.fits and layer.output not in given_up), None
        )
        if irregular is None:
            return graph
        region = _region_around(irregular, graph)
        if region is None:
            given_up.add(irregular.output)
            continue
        entry, layers = region
        inner = {layer.output for layer in layers}
        block = _described_block(entry, layers, graph)
        kept = [layer for layer in graph.layers if layer.output not in inner or layer.output == block.output]
        graph = replace(graph, layers=[block if layer.output == block.output else layer for layer in kept])
    return graph


def _region_around(irregular: Layer, graph: LayerGraph) -> tuple[str, list[Layer]] | None:
    """Return the smallest closed part of the network around a layer: the name of its input, and its layers."""
    dominance = Dominance(graph)
    entries = list(islice(chain(irregular.output, dominance.dominators), _FURTHEST))
    exits = [irregular.output, *islice(chain(irregular.output, dominance.postdominators), _FURTHEST - 1)]
    for entry, leaving in sorted(product(range(len(entries)), range(len(exits))), key=sum):
        layers = dominance.between(entries[entry], exits[leaving])
        can_state_target = max(graph.maps[exits[leaving]]) <= LARGEST_SIDE
        if layers and can_state_target and dominance.is_closed(entries[entry], layers):
            return entries[entry], layers
    return None


def _described_block(entry: str, layers: list[Layer], graph: LayerGraph) -> Layer:
    """Return several layers as one with a description and counts; `entry` is the name of their input."""
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
    """Return a description of a block that lists the kinds of its layers."""
    texts = (layer.text.lower() or layer.kind.replace("_", " ") for layer in layers)
    kinds = [text for text in dict.fromkeys(texts) if not text.startswith(("a map", "a part of", "block of"))]
    return f"Block of {', '.join(kinds[:MOST_KINDS])}" if kinds else "Block of operations that move values"
