"""Layers that belong together as one: a convolution with its normalization and activation, squeeze and excitation, a
feed-forward network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from nasport.schemas.operators import Value
from nasport.toolkit.importing.layers.layer import ACTIVATIONS, Layer, LayerGraph

CONVOLUTIONS = ("convolution", "depthwise_convolution", "transposed_convolution")
# Of squeeze and excitation: how its width follows from the block that it stands in, as papers have it.
_MULTIPLE = 8

Fusing = Callable[[Layer, Layer], Layer | None]


def fused(graph: LayerGraph) -> LayerGraph:
    """The same graph with fewer layers."""
    for fuse in (_padded, _normalized, _activated, _feed_forward):
        graph = _pairs(graph, fuse)
    graph = _squeezes(_nested(graph))
    return replace(graph, layers=list(map(_linear, graph.layers)))


def _linear(layer: Layer) -> Layer:
    """A 1x1 convolution of a single position is a linear layer."""
    if layer.kind != "convolution" or layer.source.positions > 1 or not _is_dense(layer):
        return layer
    attributes: dict[str, Value] = {} if has_bias(layer) else {"bias": 0}
    if layer.word("activation") != "none":
        attributes["activation"] = layer.word("activation")
    return layer.but(kind="linear", attributes=attributes)


def _nested(graph: LayerGraph) -> LayerGraph:
    """Concatenations that begin as an earlier one does read that one (DenseNet: Huang et al. 2017)."""
    known: dict[tuple[str, ...], str] = {}
    layers = []
    for layer in graph.layers:
        if layer.kind == "concat" and layer.fits:
            whole = layer.inputs
            for length in range(len(whole) - 1, 1, -1):
                if (begin := known.get(whole[:length])) is not None:
                    layer = layer.but(inputs=(begin, *whole[length:]))
                    break
            known[whole] = layer.output
        layers.append(layer)
    return replace(graph, layers=layers)


def _pairs(graph: LayerGraph, fuse: Fusing) -> LayerGraph:
    """Every two layers, of which the second alone reads the first, made one where `fuse` gives one."""
    readers = graph.readers()
    made: dict[str, Layer] = {}
    for layer in graph.layers:
        if len(layer.inputs) == 1 and (before := made.get(layer.inputs[0])) is not None:
            alone = len(readers[before.output]) == 1 and before.output not in graph.outputs
            whole = fuse(before, layer) if alone else None
            if whole is not None:
                del made[before.output]
                operations = (*before.operations, *layer.operations)
                layer = whole.but(inputs=before.inputs, output=layer.output, operations=operations)
        made[layer.output] = layer
    return replace(graph, layers=list(made.values()))


def _padded(pad: Layer, layer: Layer) -> Layer | None:
    """Zeros around a map before a layer with a window: what comes out is as with padding of its own."""
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
    return layer.but(kind=kind, source=source, attributes=attributes)


def _normalized(layer: Layer, norm: Layer) -> Layer | None:
    if layer.kind == "patch_embedding" and norm.word("norm") == "batch":
        attributes: Mapping[str, Value] = {
            **layer.attributes,
            "bias": 1,
            "padding": 0,
            "norm": "batch",
            "activation": "none",
        }
        return layer.but(kind="convolution", attributes=attributes) if "bias" not in norm.attributes else None
    fits = layer.kind in CONVOLUTIONS and layer.word("norm") == "none" and norm.kind == "normalization"
    if not fits or norm.word("norm") != "batch" or "bias" in norm.attributes:
        return None
    return layer.but(attributes={**layer.attributes, "norm": "batch"})


def _activated(layer: Layer, activation: Layer) -> Layer | None:
    name = activation.word("activation")
    if activation.kind != "activation" or name not in ACTIVATIONS - {"softmax"}:
        return None
    if layer.kind == "linear" and "activation" not in layer.attributes:
        return layer.but(attributes={**layer.attributes, "activation": name})
    # How a transposed convolution is activated, the vocabulary does not say.
    if layer.kind in CONVOLUTIONS[:2] and layer.word("activation") == "none":
        return layer.but(attributes={**layer.attributes, "activation": name})
    return None


def _feed_forward(first: Layer, second: Layer) -> Layer | None:
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
    return second.but(kind="feed_forward", source=first.source, attributes=attributes)


def _is_dense(layer: Layer) -> bool:
    """Whether a layer is linear at every position by itself: a linear layer, or a 1x1 convolution without a norm."""
    if layer.kind != "convolution":
        return layer.kind == "linear"
    plain = set(layer.attributes) <= {"kernel", "norm", "bias", "activation"} and layer.stride == 1
    return plain and layer.number("kernel") == 1 and layer.word("norm") == "none"


def has_bias(layer: Layer) -> bool:
    """Whether a linear layer or a convolution has a bias of its own."""
    return bool(layer.number("bias", 1 if layer.kind == "linear" else 0))


def _squeezes(graph: LayerGraph) -> LayerGraph:
    """Squeeze and excitation (Hu et al. 2018): pooled, two layers, a gate; as one layer."""
    makers = {layer.output: layer for layer in graph.layers}
    readers = graph.readers()
    gone: set[str] = set()
    made: dict[str, Layer] = {}
    for layer in graph.layers:
        found = _squeeze(layer, makers) if layer.kind == "product" and len(layer.inputs) == 2 else None
        if found is None:
            continue
        whole, inner = found
        if all(len(readers[name]) == 1 and name not in graph.outputs for name in inner):
            gone |= inner
            made[layer.output] = whole
    layers = [made.get(layer.output, layer) for layer in graph.layers if layer.output not in gone]
    return replace(graph, layers=layers)


def _squeeze(product: Layer, makers: Mapping[str, Layer]) -> tuple[Layer, set[str]] | None:
    for source, gate in (product.inputs, product.inputs[::-1]):
        chain: list[Layer] = []
        name = gate
        while (
            name != source
            and (layer := makers.get(name)) is not None
            and len(layer.inputs) == 1
            and len(chain) < 6
        ):
            chain.append(layer)
            name = layer.inputs[0]
        if name != source or len(chain) not in (3, 4, 5):
            continue
        whole = _squeeze_of(product, source, chain[::-1])
        if whole is not None:
            return whole, {layer.output for layer in chain}
    return None


def _squeeze_of(product: Layer, source: str, chain: list[Layer]) -> Layer | None:
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
    operations = (*[each for layer in chain for each in layer.operations], *product.operations)
    return product.but(
        kind="squeeze_excitation",
        inputs=(source,),
        source=product.target,
        attributes=attributes,
        operations=operations,
        fits=True,
    )


def ratio(part: int, whole: int) -> float:
    """The shortest decimal of which `int(ratio * whole)` is the part."""
    for digits in range(1, 12):
        found = round(part / whole, digits)
        if int(found * whole) == part and found > 0:
            return found
    return (part + 0.25) / whole
