"""Cells for segments that are not a block of the vocabulary; their nodes state channels, stride and resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasport.runtime.costs.skeleton import placed_layers
from nasport.runtime.operators.quantities import Shape as Map
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Stage
from nasport.schemas.operators import Operator, Value
from nasport.toolkit.importing.documents.counting import JOINS, states_width
from nasport.toolkit.importing.documents.naming import named_operator
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
    """Return a cell of layers.

    Args:
        layers: layers in topological order.
        input: name of the value that the cell reads.
        outputs: names of the output values.

    Returns:
        cell, and the operators that the document must define for it; None if a document cannot join the layers' inputs.
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
        named = named_operator(layer.kind, layer.attributes, layer.text, layer.key)
        if named.own is not None:
            own[named.key] = named.own
        stated: dict[str, Value] = dict(named.attributes)
        if layer.kind not in JOINS:
            if states_width(layer):
                stated["channels"] = float(layer.target.channels)
            if layer.stride != (
                named.operator.attribute("stride", 1) if layer.kind != "patch_embedding" else 0
            ):
                stated["stride"] = float(layer.stride)
            stated |= resized(layer)
        inputs = tuple(ids[name] for name in layer.inputs)
        join = layer.kind if layer.kind in ("concat", "product") else "sum"
        nodes.append(Node(ids[layer.output], named.key, inputs, join, "", tuple(sorted(stated.items()))))
    for index, name in enumerate(outputs):
        role = f"output {index + 1}" if len(outputs) > 1 else ""
        nodes.append(Node(role or "output", "output", (ids[name],), role=role))
    states_shapes = any(dict(node.attributes).keys() & {"channels", "stride", "resolution"} for node in nodes)
    widths = {layer.source.channels for layer in layers} | {layer.target.channels for layer in layers}
    sizes = {layer.source[1:] for layer in layers} | {layer.target[1:] for layer in layers}
    rule = OWN if states_shapes or len(widths) > 1 or len(sizes) > 1 else "same"
    return Cell(tuple(nodes), channels=rule), own


def resized(layer: Layer) -> dict[str, Value]:
    """Return the resolution that a described layer must state, empty if its input and output have the same size."""
    if layer.kind not in DESCRIBED or layer.source[1:] == layer.target[1:]:
        return {}
    height, width = layer.target[1:]
    return {"resolution": float(height), **({"resolution_width": float(width)} if width != height else {})}


def counts_as(
    cell: Cell, own: Mapping[str, Operator], source: Map, counts: tuple[int, int], target: Map | None
) -> bool:
    """Return whether a cell has the wanted costs and output.

    Args:
        cell: cell of a document.
        own: operators that the document defines.
        source: feature map that the cell reads.
        counts: wanted parameters and multiply-accumulates.
        target: wanted output map; None if any is allowed.
    """
    size = (("channels", source.channels), ("height", source.height), ("width", source.width))
    network = Architecture({"cell": cell}, Skeleton((Stage("cell"),), input=size), operators=own)
    try:
        (placed,) = placed_layers(network, plan=False)
    except UnknownCostError:
        return False
    return (placed.cost.parameters, placed.cost.flops) == counts and target in (None, placed.target)
