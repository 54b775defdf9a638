"""Conversion of linear layers, norms, activations, reductions, attention, and operations with constants."""

from __future__ import annotations

from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.operators import Value
from nasport.toolkit.importing.graph.maps import CHANNELS, POSITIONS
from nasport.toolkit.importing.graph.tensor_graph import Operation
from nasport.toolkit.importing.layers.draft import Draft, Reader
from nasport.toolkit.importing.layers.layer import OWN_ATTENTION, WINDOWS, WITH_BIAS, Layer


def linear(draft: Draft, operation: Operation) -> Layer:
    sides = draft.sides(operation.inputs[0])
    if sides and sides[-1] == POSITIONS:
        return draft.other(operation, "Linear layer across the positions of each channel")
    attributes: dict[str, Value] = {} if operation.number("bias") else {"bias": 0}
    return draft.layer(operation, "linear", **attributes)


def normalization(draft: Draft, operation: Operation) -> Layer:
    norm, axes = operation.number("norm"), operation.number("axes")
    sides = draft.sides(operation.inputs[0])
    channels = draft.map_of(operation.inputs[0]).channels
    scaled, shifted = operation.number("scaled"), operation.number("shifted")
    fits = not sides or all(sides[axis] == CHANNELS for axis in axes if operation.shape[axis] > 1)
    if (
        not fits
        or not scaled
        or sum(weight.size for weight in operation.weights) != channels * (1 + bool(shifted))
    ):
        name = {
            "batch": "Batch",
            "layer": "Layer",
            "group": "Group",
            "instance": "Instance",
            "rms": "RMS",
        }[norm]
        trained = "" if operation.weights else " without scale and shift"
        return draft.other(operation, f"{name} normalization{trained}")
    attributes: dict[str, Value] = {"norm": norm}
    if norm == "group":
        attributes["groups"] = operation.number("groups")
    if not shifted:
        attributes["bias"] = 0
    return draft.layer(operation, "normalization", **attributes)


def activation(draft: Draft, operation: Operation) -> Layer:
    name = operation.number("activation")
    if name == "softmax":
        axis, sides = operation.number("axis"), draft.sides(operation.inputs[0])
        channels = draft.map_of(operation.inputs[0]).channels
        if sides and (sides[axis] != CHANNELS or operation.shape[axis] != channels):
            over = "positions" if sides[axis] != CHANNELS else "a part of the channels"
            return draft.other(operation, f"Softmax over {over}")
    return draft.layer(operation, "activation", activation=name)


def reduction(draft: Draft, operation: Operation) -> Layer | None:
    source, target = draft.map_of(operation.inputs[0]), draft.maps.maps[operation.output]
    mode = operation.number("mode")
    if source == target and mode != "sum":
        return None
    if target == Map(source.channels, 1, 1) and mode in ("average", "max"):
        return draft.layer(operation, "global_pooling", mode=mode)
    return draft.other(operation, f"{str(mode).capitalize()} over a side of the map")


def with_constant(draft: Draft, operation: Operation) -> Layer | None:
    """Convert an elementwise operation with a constant."""
    source, what = draft.map_of(operation.inputs[0]), operation.number("operation")
    if draft.maps.maps[operation.output] != source:
        return draft.other(operation)
    if what == "power" or (operation.number("reversed") and what == "quotient"):
        return draft.other(operation, _power(what, operation.number("scalar")))
    if any(weight.is_shared for weight in operation.weights):
        return draft.other(operation, "Trained values that another layer shares, combined with the map")
    if operation.parameters == 0:
        fixed = operation.number("scalar") is not None
        draft.note(
            "fixed numbers that are added or multiplied"
            if fixed
            else "fixed tensors that are added or multiplied"
        )
        return None
    if what == "product" and operation.parameters == source.channels:
        return draft.layer(operation, "scale")
    if what == "sum" and operation.parameters == source.channels * source.positions and source.positions > 1:
        return draft.layer(operation, "positional_embedding")
    words = {"sum": "added to", "product": "multiplied with"}.get(what, "combined with")
    return draft.other(operation, f"Trained values {words} the map")


def _power(what: str, exponent: float | None) -> str:
    """Return the description of a reciprocal or a power of the map."""
    if what == "quotient":
        return "Reciprocal"
    return "Trained power" if exponent is None else f"Power of {exponent:g}"


def self_attention(draft: Draft, operation: Operation) -> Layer:
    source, target = draft.map_of(operation.inputs[0]), draft.maps.maps[operation.output]
    numbers = operation.numbers
    heads, width = numbers["heads"], numbers["head_width"]
    is_global = (
        numbers["tokens"] == source.positions
        and source[1:] == target[1:]
        and source.channels == target.channels
    )
    if numbers["plain"] and is_global:
        attributes: dict[str, Value] = {"heads": heads}
        if heads * width != source.channels:
            attributes["head_width"] = width
        if numbers["key_value_heads"] != heads:
            attributes["key_value_heads"] = numbers["key_value_heads"]
        if not numbers["bias"]:
            attributes["bias"] = 0
        if numbers["query_bias"] != numbers["bias"]:
            attributes["query_bias"] = int(numbers["query_bias"])
        return draft.layer(operation, "self_attention", **attributes)
    key = WINDOWS if numbers["is_usual"] and numbers["tokens"] < source.positions else ""
    text = WITH_BIAS if numbers["is_biased"] else OWN_ATTENTION
    layer = draft.other(operation, "" if key else text, "attention")
    return layer.with_changes(
        source=source, target=target, key=key, attributes={**layer.attributes, "heads": heads}
    )


READERS: dict[str, Reader] = {
    "linear": linear,
    "normalization": normalization,
    "activation": activation,
    "reduction": reduction,
    "with_constant": with_constant,
    "self_attention": self_attention,
}
