"""Fusion of layers: a convolution with its normalization and activation, squeeze and excitation, feed-forward networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from nasport.schemas.operators import Value
from nasport.toolkit.importing.layers.layer import ACTIVATIONS, Layer, LayerGraph

CONVOLUTIONS = ("convolution", "depthwise_convolution", "transposed_convolution")

Fusing = Callable[[Layer, Layer], Layer | None]


def fused(graph: LayerGraph) -> LayerGraph:
    """Return the graph with fused layers."""
    for fuse in (_padded, _normalized, _activated, _feed_forward):
        graph = _pairs(graph, fuse)
    graph = _squeezes(_nested(graph))
    return replace(graph, layers=list(map(_linear, graph.layers)))


def _linear(layer: Layer) -> Layer:
    """Turn a 1x1 convolution of a single position into a linear layer; return other layers unchanged."""
    if layer.kind != "convolution" or layer.source.positions > 1 or not _is_dense(layer):
        return layer
    attributes: dict[str, Value] = {} if has_bias(layer) else {"bias": 0}
    if layer.word("activation") != "none":
        attributes["activation"] = layer.word("activation")
    return layer.with_changes(kind="linear", attributes=attributes)


def _nested(graph: LayerGraph) -> LayerGraph:
    """Replace the first inputs of a concatenation by an earlier concatenation of the same values.

    DenseNet has such concatenations (Huang et al. 2017).
    """
    known: dict[tuple[str, ...], str] = {}
    layers = []
    for layer in graph.layers:
        if layer.kind == "concat" and layer.fits:
            inputs = layer.inputs
            for length in range(len(inputs) - 1, 1, -1):
                if (earlier := known.get(inputs[:length])) is not None:
                    layer = layer.with_changes(inputs=(earlier, *inputs[length:]))
                    break
            known[inputs] = layer.output
        layers.append(layer)
    return replace(graph, layers=layers)


def _pairs(graph: LayerGraph, fuse: Fusing) -> LayerGraph:
    """Fuse pairs of layers in which only the second layer reads the first.

    Args:
        graph: graph of layers.
        fuse: returns the fused layer for two layers, or None if they do not belong together.
    """
    readers = graph.readers()
    layers: dict[str, Layer] = {}
    for layer in graph.layers:
        if len(layer.inputs) == 1 and (before := layers.get(layer.inputs[0])) is not None:
            is_only_reader = len(readers[before.output]) == 1 and before.output not in graph.outputs
            pair = fuse(before, layer) if is_only_reader else None
            if pair is not None:
                del layers[before.output]
                operations = (*before.operations, *layer.operations)
                layer = pair.with_changes(inputs=before.inputs, output=layer.output, operations=operations)
        layers[layer.output] = layer
    return replace(graph, layers=list(layers.values()))


def _padded(pad: Layer, layer: Layer) -> Layer | None:
    """Fuse zero padding with the layer after it, if the output has the size that the layer's usual padding gives."""
    is_pad = len(pad.operations) == 1 and pad.operations[0].kind == "pad"
    if not is_pad or layer.kind not in (*CONVOLUTIONS, "pooling", "patch_embedding"):
        return None
    source = pad.source
    if layer.target[1:] != source.strided(1, layer.stride)[1:]:
        return None
    if any(layer.number(name) for name in ("padding", "padding_width")):
        return None
    attributes = {name: value for name, value in layer.attributes.items() if "padding" not in name}
    kind = layer.kind
    if kind == "patch_embedding":
        kind = "convolution"
        attributes |= {"norm": "none", "bias": 1, "activation": "none"}
    return layer.with_changes(kind=kind, source=source, attributes=attributes)


def _normalized(layer: Layer, norm: Layer) -> Layer | None:
    """Fuse a convolution or a patch embedding with a batch normalization after it."""
    if layer.kind == "patch_embedding" and norm.word("norm") == "batch":
        attributes: Mapping[str, Value] = {
            **layer.attributes,
            "bias": 1,
            "padding": 0,
            "norm": "batch",
            "activation": "none",
        }
        return (
            layer.with_changes(kind="convolution", attributes=attributes)
            if "bias" not in norm.attributes
            else None
        )
    fits = layer.kind in CONVOLUTIONS and layer.word("norm") == "none" and norm.kind == "normalization"
    if not fits or norm.word("norm") != "batch" or "bias" in norm.attributes:
        return None
    return layer.with_changes(attributes={**layer.attributes, "norm": "batch"})


def _activated(layer: Layer, activation: Layer) -> Layer | None:
    """Fuse a convolution or a linear layer with an activation after it."""
    name = activation.word("activation")
    if activation.kind != "activation" or name not in ACTIVATIONS - {"softmax"}:
        return None
    if layer.kind == "linear" and "activation" not in layer.attributes:
        return layer.with_changes(attributes={**layer.attributes, "activation": name})
    # The vocabulary has no activation for a transposed convolution, the third of these kinds.
    if layer.kind in CONVOLUTIONS[:2] and layer.word("activation") == "none":
        return layer.with_changes(attributes={**layer.attributes, "activation": name})
    return None


def _feed_forward(first: Layer, second: Layer) -> Layer | None:
    """Fuse two linear layers at every position, with an activation between them, into a feed-forward network."""
    if not _is_dense(first) or not _is_dense(second) or first.source.positions == 1:
        return None
    name = first.word("activation") or "none"
    biases = {has_bias(first), has_bias(second)}
    if name == "none" or second.word("activation") not in ("", "none") or len(biases) > 1:
        return None
    attributes: dict[str, Value] = {
        "expansion": first.target.channels / first.source.channels,
        "activation": name,
    }
    if not biases.pop():
        attributes["bias"] = 0
    return second.with_changes(kind="feed_forward", source=first.source, attributes=attributes)


def _is_dense(layer: Layer) -> bool:
    """Return whether a layer is linear at each position: a linear layer, or a 1x1 convolution without a norm."""
    if layer.kind != "convolution":
        return layer.kind == "linear"
    plain = set(layer.attributes) <= {"kernel", "norm", "bias", "activation"} and layer.stride == 1
    return plain and layer.number("kernel") == 1 and layer.word("norm") == "none"


def has_bias(layer: Layer) -> bool:
    """Return whether a linear layer or a convolution has a bias."""
    return bool(layer.number("bias", 1 if layer.kind == "linear" else 0))


def _squeezes(graph: LayerGraph) -> LayerGraph:
    """Fuse squeeze and excitation (Hu et al. 2018): global pooling, two linear layers, and a product with their output."""
    producers = {layer.output: layer for layer in graph.layers}
    readers = graph.readers()
    absorbed: set[str] = set()
    fused_layers: dict[str, Layer] = {}
    for layer in graph.layers:
        found = _squeeze(layer, producers) if layer.kind == "product" and len(layer.inputs) == 2 else None
        if found is None:
            continue
        squeeze, inner = found
        if all(len(readers[name]) == 1 and name not in graph.outputs for name in inner):
            absorbed |= inner
            fused_layers[layer.output] = squeeze
    layers = [fused_layers.get(layer.output, layer) for layer in graph.layers if layer.output not in absorbed]
    return replace(graph, layers=layers)


def _squeeze(product: Layer, producers: Mapping[str, Layer]) -> tuple[Layer, set[str]] | None:
    """Return the squeeze and excitation that ends with a product, and the outputs of its other layers."""
    for source, gate in (product.inputs, product.inputs[::-1]):
        chain: list[Layer] = []
        name = gate
        while (
            name != source
            and (layer := producers.get(name)) is not None
            and len(layer.inputs) == 1
            and len(chain) < 6
        ):
            chain.append(layer)
            name = layer.inputs[0]
        if name != source or len(chain) not in (3, 4, 5):
            continue
        squeeze = _squeeze_of(product, source, chain[::-1])
        if squeeze is not None:
            return squeeze, {layer.output for layer in chain}
    return None


def _squeeze_of(product: Layer, source: str, chain: list[Layer]) -> Layer | None:
    """Return the squeeze and excitation of a value, the layers that compute its gate, and the product."""
    pool, *dense = chain
    names = [layer.word("activation") for layer in dense if layer.kind == "activation"]
    layers = [layer for layer in dense if layer.kind != "activation"]
    if pool.kind != "global_pooling" or pool.word("mode") != "average" or len(layers) != 2:
        return None
    plain = all(map(_is_dense, layers))
    words = [layer.word("activation") for layer in layers]
    words = [word for word in words if word not in ("", "none")] + names
    fits = len(words) == 2 and words[0] in ("relu", "silu") and words[1] in ("sigmoid", "hardsigmoid")
    if (
        not plain
        or not fits
        or not all(map(has_bias, layers))
        or product.target.channels != layers[1].target.channels
    ):
        return None
    channels, hidden = product.target.channels, layers[0].target.channels
    attributes: dict[str, Value] = {"squeeze": ratio(hidden, channels)}
    if words[0] != "relu":
        attributes["squeeze_activation"] = words[0]
    if words[1] != "sigmoid":
        attributes["gate"] = words[1]
    operations = (*[operation for layer in chain for operation in layer.operations], *product.operations)
    return product.with_changes(
        kind="squeeze_excitation",
        inputs=(source,),
        source=product.target,
        attributes=attributes,
        operations=operations,
        fits=True,
    )


def ratio(part: int, whole: int) -> float:
    """Return the shortest decimal for which `int(ratio * whole)` equals `part`."""
    for digits in range(1, 12):
        rounded = round(part / whole, digits)
        if int(rounded * whole) == part and rounded > 0:
            return rounded
    return (part + 0.25) / whole
