"""Segments that are no block of the vocabulary as cells, whose nodes state channels, stride and resolution of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasport.runtime.costs.skeleton import placed_layers
from nasport.runtime.operators.quantities import Shape as Map
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Stage
from nasport.schemas.operators import Operator, Value
from nasport.toolkit.importing.documents.counting import JOINS, states_width
from nasport.toolkit.importing.documents.naming import named
from nasport.toolkit.importing.layers.layer import DESCRIBED, Layer

OWN = "own"
MOST_NODES = 900
_WORDS = {
    "convolution": "conv", "depthwise_convolution": "depthwise", "normalization": "norm", "self_attention": "attention",
    "feed_forward": "feed forward", "squeeze_excitation": "squeeze", "channel_slice": "slice", "activation": "activation",
}  # fmt: skip


def cell_of(
    layers: Sequence[Layer], input: str, outputs: Sequence[str]
) -> tuple[Cell, dict[str, Operator]] | None:
    """The cell of some layers, with the operators that it brings; None where their inputs cannot be joined.

    Args:
        layers: in order.
        input: name of the value that the first of them read.
        outputs: names of the values that the cell gives.
    """
    if len(layers) > MOST_NODES or not all(layer.fits for layer in layers):
        return None
    ids, nodes = {input: "input"}, [Node("input", "input")]
    own: dict[str, Operator] = {}
    counts: dict[str, int] = {}
    for layer in layers:
        word = _WORDS.get(layer.kind, layer.kind.replace("_", " "))
        counts[word] = counts.get(word, 0) + 1
        ids[layer.output] = f"{word} {counts[word]}"
        found = named(layer.kind, layer.attributes, layer.text, layer.key)
        if found.own is not None:
            own[found.key] = found.own
        stated: dict[str, Value] = dict(found.attributes)
        if layer.kind not in JOINS:
            if states_width(layer):
                stated["channels"] = float(layer.target.channels)
            if layer.stride != (
                found.operator.attribute("stride", 1) if layer.kind != "patch_embedding" else 0
            ):
                stated["stride"] = float(layer.stride)
            stated |= resized(layer)
        inputs = tuple(ids[name] for name in layer.inputs)
        join = layer.kind if layer.kind in ("concat", "product") else "sum"
        nodes.append(Node(ids[layer.output], found.key, inputs, join, "", tuple(sorted(stated.items()))))
    for place, name in enumerate(outputs):
        role = f"output {place + 1}" if len(outputs) > 1 else ""
        nodes.append(Node(role or "output", "output", (ids[name],), role=role))
    states = any(dict(node.attributes).keys() & {"channels", "stride", "resolution"} for node in nodes)
    widths = {layer.source.channels for layer in layers} | {layer.target.channels for layer in layers}
    sizes = {layer.source[1:] for layer in layers} | {layer.target[1:] for layer in layers}
    rule = OWN if states or len(widths) > 1 or len(sizes) > 1 else "same"
    return Cell(tuple(nodes), channels=rule), own


def resized(layer: Layer) -> dict[str, Value]:
    """The resolution that a described layer states, where it gives another than it reads."""
    if layer.kind not in DESCRIBED or layer.source[1:] == layer.target[1:]:
        return {}
    height, width = layer.target[1:]
    return {"resolution": float(height), **({"resolution_width": float(width)} if width != height else {})}


def counts_as(
    cell: Cell, own: Mapping[str, Operator], source: Map, counts: tuple[int, int], target: Map | None
) -> bool:
    """Whether a cell behind a map counts so many parameters and multiply-accumulates, and gives a map, where one is asked."""
    size = (("channels", source.channels), ("height", source.height), ("width", source.width))
    network = Architecture({"cell": cell}, Skeleton((Stage("cell"),), input=size), operators=own)
    try:
        (placed,) = placed_layers(network, plan=False)
    except UnknownCostError:
        return False
    return (placed.cost.parameters, placed.cost.flops) == counts and target in (None, placed.target)
