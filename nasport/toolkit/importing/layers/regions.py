"""Layers whose inputs a document cannot join, with what is around them: as one layer that reads and gives one value.

A matrix product of two values, say, or tokens beside tokens. The smallest part of the network around such a layer that one
value enters and one leaves becomes a layer of which its description and its counts are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from nasport.toolkit.importing.layers.layer import OWN_ATTENTION, WINDOWS, Layer, LayerGraph

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
    place = {layer.output: number for number, layer in enumerate(graph.layers)}
    entries = list(_chain(odd.output, _before(graph)))[:_FURTHEST]
    exits = [odd.output, *_chain(odd.output, _behind(graph))][:_FURTHEST]
    readers = graph.readers()
    for entry, leaving in sorted(product(range(len(entries)), range(len(exits))), key=sum):
        layers = _between(entries[entry], exits[leaving], graph, place)
        if layers and _is_closed(entries[entry], exits[leaving], layers, readers, graph.outputs):
            return entries[entry], layers
    return None


def _between(entry: str, leaving: str, graph: LayerGraph, place: Mapping[str, int]) -> list[Layer]:
    """Layers on a path from one value to another."""
    first, last = place.get(entry, -1), place[leaving]
    row = graph.layers[first + 1 : last + 1]
    reached, reaching = {entry}, {leaving}
    for layer in row:
        if reached & set(layer.inputs):
            reached.add(layer.output)
    for layer in reversed(row):
        if layer.output in reaching:
            reaching.update(layer.inputs)
    return [layer for layer in row if layer.output in reached and layer.output in reaching]


def _is_closed(
    entry: str,
    leaving: str,
    layers: list[Layer],
    readers: Mapping[str, list[Layer]],
    outputs: tuple[str, ...],
) -> bool:
    """Whether nothing but one value enters and one leaves."""
    inner = {layer.output for layer in layers}
    if any(name != entry and name not in inner for layer in layers for name in layer.inputs):
        return False
    hidden = inner - {leaving}
    return not hidden & set(outputs) and all(
        reader.output in inner for name in hidden for reader in readers[name]
    )


def _whole(entry: str, layers: list[Layer], graph: LayerGraph) -> Layer:
    operations = tuple(operation for layer in layers for operation in layer.operations)
    counts = {
        "parameters": sum(operation.parameters for operation in operations),
        "flops": sum(operation.flops for operation in operations) // graph.batch,
    }
    last = layers[-1]
    kind, text, key = "other", described(layers), ""
    kinds = [operation.kind for operation in operations]
    softmax = any(operation.number("activation") == "softmax" for operation in operations)
    if softmax and kinds.count("matrix_product") > 1:
        tokens = min(
            operation.shape[-1] for operation in operations if operation.number("activation") == "softmax"
        )
        kind, text = "attention", OWN_ATTENTION
        if tokens < graph.maps[entry].positions:
            text, key = "", WINDOWS
    source = graph.maps[entry]
    return Layer(
        kind, (entry,), last.output, source, last.target, counts, text=text, key=key, operations=operations
    )


def described(layers: list[Layer]) -> str:
    """What a block of several layers is made of, in words."""
    texts = (layer.text.lower() or layer.kind.replace("_", " ") for layer in layers)
    kinds = [text for text in dict.fromkeys(texts) if not text.startswith(("a map", "a part of", "block of"))]
    return f"Block of {', '.join(kinds[:MOST_KINDS])}" if kinds else "Block of operations that move values"


def _chain(value: str, following: Mapping[str, str | None]) -> Iterator[str]:
    name = following.get(value)
    while name is not None:
        yield name
        name = following.get(name)


def _before(graph: LayerGraph) -> dict[str, str | None]:
    """Of every value the nearest one that all ways from the input to it pass (its immediate dominator)."""
    found: dict[str, str | None] = {graph.input: None}
    depth = {graph.input: 0}
    for layer in graph.layers:
        common = _common(layer.inputs, found, depth)
        found[layer.output], depth[layer.output] = common, depth.get(common or "", -1) + 1
    return found


def _behind(graph: LayerGraph) -> dict[str, str | None]:
    """Of every value the nearest one that all ways from it to the output pass; None where there is none."""
    found: dict[str, str | None] = {}
    depth: dict[str, int] = {}
    readers: dict[str, list[str]] = {name: [] for name in graph.outputs}
    for layer in reversed(graph.layers):
        names = readers.get(layer.output, [])
        ends = layer.output in graph.outputs
        common = None if ends or not names else _common(tuple(names), found, depth)
        found[layer.output], depth[layer.output] = common, depth.get(common or "", -1) + 1
        for name in layer.inputs:
            readers.setdefault(name, []).append(layer.output)
    return found


def _common(names: tuple[str, ...], above: Mapping[str, str | None], depth: Mapping[str, int]) -> str | None:
    """Where the ways up from several values meet."""
    meeting: str | None = names[0]
    for other in names[1:]:
        one: str | None = other
        while meeting != one:
            if meeting is None or one is None:
                return None
            if depth[meeting] >= depth[one]:
                meeting = above[meeting]
            else:
                one = above[one]
    return meeting
