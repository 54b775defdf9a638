"""Conversion of convolutions and poolings."""

from __future__ import annotations

from nasport.schemas.operators import Value
from nasport.toolkit.importing.graph.maps import POSITIONS
from nasport.toolkit.importing.graph.tensor_graph import Operation
from nasport.toolkit.importing.layers.draft import Draft, Reader
from nasport.toolkit.importing.layers.layer import Layer


def convolution(draft: Draft, operation: Operation) -> Layer:
    numbers, shape = operation.numbers, operation.shape
    kernel, stride, dilation = numbers["kernel"], numbers["stride"], numbers["dilation"]
    source = draft.map_of(operation.inputs[0])
    sides = draft.sides(operation.inputs[0])
    plain = len(kernel) == 2 and stride[0] == stride[1] and dilation[0] == dilation[1]
    if not plain or (sides and sides[1] == POSITIONS) or len(shape) != 4:
        return draft.other(operation)
    padding = _padding(numbers["padding"])
    attributes: dict[str, Value] = {"kernel": kernel[0]}
    if kernel[1] != kernel[0]:
        attributes["kernel_width"] = kernel[1]
    if dilation[0] != 1:
        attributes["dilation"] = dilation[0]
    folded = bool(numbers.get("folded_norm"))
    attributes["norm"] = "batch" if folded else "none"
    if numbers["bias"]:
        attributes["bias"] = 1
    attributes["activation"] = "none"
    groups = numbers["groups"]
    channels = source.channels, draft.maps.maps[operation.output].channels
    kind = "convolution"
    if numbers["transposed"]:
        kind = "transposed_convolution"
        if groups != 1 or dilation[0] != 1 or padding is None:
            return draft.other(operation)
    elif groups > 1 and groups == channels[0] == channels[1]:
        kind = "depthwise_convolution"
    elif groups > 1:
        attributes["groups"] = groups
    unpadded = kernel == stride and not any(numbers["padding"]) and not folded and kernel[0] > 1
    if kind == "convolution" and unpadded and numbers["bias"] and groups == 1 and dilation[0] == 1:
        return draft.layer(operation, "patch_embedding", stride[0], kernel=kernel[0])
    layer = draft.layer(operation, kind, stride[0], **attributes)
    return _padded(draft, layer, operation, kernel, dilation[0], padding)


def _padded(
    draft: Draft,
    layer: Layer,
    operation: Operation,
    kernel: tuple[int, ...],
    dilation: int,
    padding: tuple[int, int] | None,
) -> Layer:
    """Return a convolution or pooling that states its padding if it differs from the usual padding.

    Args:
        draft: state of the conversion.
        layer: convolution or pooling without padding.
        operation: operation of the layer.
        kernel: sizes of the window.
        dilation: dilation of the window.
        padding: padding in height and width; None if it differs before and after the map.
    """
    if padding is None:
        if layer.target[1:] != layer.source.strided(1, layer.stride)[1:]:
            return draft.other(operation)
        draft.note("padding that differs between opposite sides")
        return layer
    usual = tuple(dilation * (side // 2) for side in kernel)
    odd = all(side % 2 for side in kernel)
    if layer.kind == "transposed_convolution":
        return layer.with_changes(attributes={**layer.attributes, "padding": padding[0]})
    if odd and padding == usual and not operation.number("ceil"):
        return layer
    is_tiling = kernel == (layer.stride,) * 2 and not any(padding)
    if (
        layer.kind == "pooling"
        and is_tiling
        and layer.target[1:] == layer.source.strided(1, layer.stride)[1:]
    ):
        return layer
    attributes = {**layer.attributes, "padding": padding[0]}
    if padding[1] != padding[0]:
        attributes["padding_width"] = padding[1]
    return layer.with_changes(attributes=attributes)


def pooling(draft: Draft, operation: Operation) -> Layer:
    kernel, stride = operation.number("kernel"), operation.number("stride")
    if len(kernel) != 2 or stride[0] != stride[1] or set(operation.number("dilation")) != {1}:
        return draft.other(operation)
    attributes: dict[str, Value] = {"mode": operation.number("mode"), "kernel": kernel[0]}
    if kernel[1] != kernel[0]:
        attributes["kernel_width"] = kernel[1]
    padding = _padding(operation.number("padding"))
    if operation.number("mode") == "average" and padding != (0, 0) and operation.number("counts_padding"):
        draft.note("zero padding that counts in the averages of pooling")
    layer = _padded(
        draft, draft.layer(operation, "pooling", stride[0], **attributes), operation, kernel, 1, padding
    )
    if operation.number("ceil") and "padding" in layer.attributes:
        layer = layer.with_changes(attributes={**layer.attributes, "ceil": 1})
    return layer


def adaptive_pooling(draft: Draft, operation: Operation) -> Layer | None:
    source, target = draft.map_of(operation.inputs[0]), draft.maps.maps[operation.output]
    mode = operation.number("mode")
    if source == target:
        return None
    if target.positions == 1:
        return draft.layer(operation, "global_pooling", mode=mode)
    kernel = -(-source.height // target.height)
    sizes = {"resolution": target.height}
    if target.width != target.height:
        sizes["resolution_width"] = target.width
    return draft.layer(operation, "pooling", mode=mode, kernel=kernel, **sizes)


def _padding(numbers: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the padding in height and width; None if the padding before and after the map differs."""
    half = len(numbers) // 2
    low, high = numbers[:half], numbers[half:]
    return (low[0], low[-1]) if low == high else None


READERS: dict[str, Reader] = {
    "convolution": convolution,
    "pooling": pooling,
    "adaptive_pooling": adaptive_pooling,
}
