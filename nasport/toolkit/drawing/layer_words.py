"""Describe the layers of an operator in words: type, shapes and cost."""

from __future__ import annotations

import re

from nasport.runtime.operators.layers import (
    Activation,
    Attention,
    AveragePool,
    Conv,
    Layer,
    Shuffle,
    SqueezeExcitation,
)
from nasport.runtime.operators.quantities import Cost
from nasport.toolkit.drawing.pieces import Box


def layer_name(layer: Layer) -> str:
    """Return the type of a layer, such as `conv` or `squeeze_excitation`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(layer).__name__).lower()


def layer_box(layer: Layer) -> Box:
    """Return the box of a layer; layers without a description here get the name of their type."""
    title, line, kind = layer_name(layer).replace("_", " "), "", layer_name(layer)
    if isinstance(layer, Conv):
        title, line, kind = _conv_title(layer), _conv_line(layer), "convolution"
    elif isinstance(layer, Activation):
        title = layer.name
    elif isinstance(layer, SqueezeExcitation):
        title, kind = "squeeze and excitation", "attention"
        line = f"means of {layer.channels} to {layer.squeezed} to {layer.channels}, {layer.gate}"
    elif isinstance(layer, Attention):
        title = f"attention of {layer.heads} head" + "s" * (layer.heads > 1)
        line = f"{layer.shape.channels} at {layer.shape.positions} positions, {layer.inner} in all heads"
    elif isinstance(layer, AveragePool):
        title, kind = f"average pooling {times(layer.stride, layer.stride)}", "pooling"
    elif isinstance(layer, Shuffle):
        title = f"shuffle of {layer.groups} groups"
    lines = tuple(part for part in (line, *cost_words(layer.cost)) if part)
    return Box(title, lines, kind, False, ": ".join([title, *lines]))


def cost_words(cost: Cost) -> tuple[str, ...]:
    """Describe a cost as one line; empty if there are neither parameters nor FLOPs."""
    if not (cost.parameters or cost.flops):
        return ()
    return (f"{cost.parameters:,} parameters, {cost.flops:,} FLOPs",)


def times(*numbers: int) -> str:
    """Join the sides of a shape with multiplication signs."""
    return "\N{MULTIPLICATION SIGN}".join(map(str, numbers))


def _conv_title(layer: Conv) -> str:
    kernel = layer.kernel if isinstance(layer.kernel, tuple) else (layer.kernel, layer.kernel)
    if kernel == (1, 1) and layer.bias and layer.source.positions == layer.target.positions:
        return "linear layer"
    return f"convolution {times(*kernel)}"


def _conv_line(layer: Conv) -> str:
    before, after = layer.source, layer.target
    if before.positions != after.positions:
        shapes = f"{times(*before)} to {times(*after)}"
    else:
        channels = dict.fromkeys((f"{before.channels}", f"{after.channels}"))  # one number if both are equal
        one = f"{after.height} position" + "s" * (after.height > 1)
        shapes = f"{' to '.join(channels)} at {times(*after[1:]) if after.width > 1 else one}"
    groups = f", {layer.groups} groups" if layer.groups > 1 else ""
    dilation = f", dilation {layer.dilation}" if layer.dilation > 1 else ""
    return f"{shapes}{groups}{dilation}{', with bias' * layer.bias}{', normalized' * layer.norm}"
