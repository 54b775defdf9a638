"""Operators for layers, accepted only if they have exactly the costs and the shapes of the layers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.toolkit.importing.documents.naming import NamedOperator, named_operator
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
        named: operator under its key in the document.
        width: number of output channels, or None if the layer does not state it.
    """

    named: NamedOperator
    width: int | None


def counted(layer: Layer, batch: int) -> Counted | None:
    """Return the operator of a layer; None if its costs or its output differ from the layer's.

    Args:
        layer: layer of the model.
        batch: number of images for which the layer's FLOPs are counted.
    """
    named = named_operator(layer.kind, layer.attributes, layer.text, layer.key)
    operator = named.operator
    width = layer.target.channels if states_width(layer) and operator.kind not in _SHAPED else None
    try:
        cost, target = applied(operator, layer.source, width, layer.stride)
    except UnknownCostError:
        return None
    wanted = layer.parameters, layer.flops // batch, layer.target
    return Counted(named, width) if (cost.parameters, cost.flops, target) == wanted else None


def countable(graph: LayerGraph) -> LayerGraph:
    """Turn layers whose costs differ from those of their operator into described layers, which state their counts."""
    return replace(graph, layers=[_countable(layer, graph.batch) for layer in graph.layers])


def _countable(layer: Layer, batch: int) -> Layer:
    joins = layer.kind in JOINS
    if joins or layer.kind in DESCRIBED or counted(layer, batch) is not None:
        return layer
    counts = {"parameters": layer.parameters, "flops": layer.flops // batch}
    text = named_operator(layer.kind, layer.attributes, layer.text, layer.key).operator.text
    return layer.with_changes(kind="other", attributes=counts, stride=1, text=text)


def states_width(layer: Layer) -> bool:
    """Return whether a layer states its number of output channels."""
    return layer.kind in _OF_WIDTH | BLOCKS or layer.source.channels != layer.target.channels


_OF_WIDTH = frozenset(["convolution", "linear", "transposed_convolution", "patch_embedding", "channel_slice"])
# Kinds whose output shape follows from their input.
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
