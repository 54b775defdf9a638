"""Layers as operators of the vocabulary, wherever these count exactly what the model counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.toolkit.importing.documents.naming import Named, named
from nasport.toolkit.importing.layers.layer import DESCRIBED, Layer, LayerGraph

BLOCKS = frozenset(
    [
        "basic_block",
        "bottleneck",
        "inverted_residual",
        "fused_inverted_residual",
        "convnext_block",
        "shufflenet_unit",
    ]
)
JOINS = ("sum", "product", "concat", "elementwise")


@dataclass(frozen=True)
class Counted:
    """A layer as an operator.

    Attributes:
        named: the operator.
        width: channels that it gives, where it states them.
    """

    named: Named
    width: int | None


def counted(layer: Layer, batch: int) -> Counted | None:
    """A layer as an operator; None where the vocabulary counts something else than the model does."""
    found = named(layer.kind, layer.attributes, layer.text, layer.key)
    operator = found.operator
    width = layer.target.channels if states_width(layer) and operator.kind not in _SHAPED else None
    try:
        cost, target = applied(operator, layer.source, width, layer.stride)
    except UnknownCostError:
        return None
    wanted = layer.parameters, layer.flops // batch, layer.target
    return Counted(found, width) if (cost.parameters, cost.flops, target) == wanted else None


def countable(graph: LayerGraph) -> LayerGraph:
    """The same graph, in which layers that count otherwise than the vocabulary says state their counts."""
    return replace(graph, layers=[_countable(layer, graph.batch) for layer in graph.layers])


def _countable(layer: Layer, batch: int) -> Layer:
    joins = layer.kind in JOINS
    if joins or layer.kind in DESCRIBED or counted(layer, batch) is not None:
        return layer
    counts = {"parameters": layer.parameters, "flops": layer.flops // batch}
    text = named(layer.kind, layer.attributes, layer.text, layer.key).operator.text
    return layer.but(kind="other", attributes=counts, stride=1, text=text)


def states_width(layer: Layer) -> bool:
    """Whether a layer says how many channels it gives."""
    return layer.kind in _OF_WIDTH | BLOCKS or layer.source.channels != layer.target.channels


_OF_WIDTH = frozenset(["convolution", "linear", "transposed_convolution", "patch_embedding", "channel_slice"])
# What gives a shape that follows from its input alone.
_SHAPED = frozenset(
    [
        "flatten",
        "pixel_shuffle",
        "pixel_unshuffle",
        "global_pooling",
        "class_token",
        "first_token",
        "patch_tokens",
    ]
)
