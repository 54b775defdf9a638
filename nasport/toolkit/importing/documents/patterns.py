"""Patterns of layers that may be blocks of the vocabulary; each pattern proposes a kind and attributes.

The patterns cover residual blocks (He et al. 2016; Radosavovic et al. 2020), mobile blocks (Sandler et al. 2018; Howard et al.
2019; Tan and Le 2021), and the blocks of ConvNeXt (Liu et al. 2022) and ShuffleNetV2 (Ma et al. 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.operators import Value
from nasport.toolkit.importing.documents.segments import Segment
from nasport.toolkit.importing.layers.fusing import ratio
from nasport.toolkit.importing.layers.layer import Layer

Proposal = tuple[str, dict[str, Value]]
_CONVOLUTIONS = ("convolution", "depthwise_convolution")


@dataclass(frozen=True)
class TwoPaths:
    """A segment of two paths, a body and a shortcut, that are joined at the end.

    Attributes:
        body: layers of the longer path.
        shortcut: layers of the shorter path; empty for an identity.
        join: layer that joins the paths.
        activation: activation after the join; empty if there is none.
    """

    body: tuple[Layer, ...]
    shortcut: tuple[Layer, ...]
    join: Layer
    activation: str = ""


def two_paths(segment: Segment) -> TwoPaths | None:
    """Split a segment into two paths; return None if it has another form."""
    layers, activation = list(segment.layers), ""
    if layers[-1].kind == "activation" and len(layers) > 1:
        activation = layers.pop().word("activation")
    join = layers.pop()
    if len(join.inputs) != 2 or not join.fits:
        return None
    producers = {layer.output: layer for layer in layers}
    paths = [_path(name, segment.input, producers) for name in join.inputs]
    first, second = paths
    if first is None or second is None or len(first) + len(second) != len(layers):
        return None
    body, shortcut = (first, second) if len(first) >= len(second) else (second, first)
    return TwoPaths(body, shortcut, join, activation)


def _path(name: str, end: str, producers: dict[str, Layer]) -> tuple[Layer, ...] | None:
    """Return the layers that compute a value from the value `end`; None if one of them has several inputs."""
    path: list[Layer] = []
    while name != end:
        layer = producers.get(name)
        if layer is None or len(layer.inputs) != 1:
            return None
        path.append(layer)
        name = layer.inputs[0]
    return tuple(path[::-1])


def _is_conv(layer: Layer, kernel: int | None = None, activation: str | None = None) -> bool:
    """Return whether a layer is a convolution with batch normalization and only the usual attributes."""
    usual = {"kernel", "groups", "norm", "activation"}
    return (
        layer.kind in _CONVOLUTIONS
        and layer.word("norm") == "batch"
        and set(layer.attributes) <= usual
        and (kernel is None or layer.number("kernel") == kernel)
        and (activation is None or layer.word("activation") == activation)
    )


def _groups(layer: Layer) -> int:
    depthwise = layer.kind == "depthwise_convolution"
    return layer.source.channels if depthwise else int(layer.number("groups", 1))


def two_path_blocks(paths: TwoPaths, source: Map, target: Map) -> Iterator[Proposal]:
    """Propose residual, mobile and ConvNeXt blocks for two paths that are summed."""
    if paths.join.kind != "sum":
        return
    body, shortcut, activation = paths.body, paths.shortcut, paths.activation
    is_projection = all(_is_conv(layer, 1, "none") and _groups(layer) == 1 for layer in shortcut)
    if is_projection and len(shortcut) <= 1:
        yield from _residual(body, activation, source, target)
    if not shortcut and not activation:
        yield from mobile_blocks(body, source, target, residual=True)
        yield from _convnext(body)


def _residual(body: Sequence[Layer], activation: str, source: Map, target: Map) -> Iterator[Proposal]:
    """Propose basic and bottleneck blocks; `activation` follows the sum."""
    kinds = ["convolution" if layer.kind in _CONVOLUTIONS else layer.kind for layer in body]
    convs = [layer for layer in body if layer.kind in _CONVOLUTIONS]
    if not all(map(_is_conv, convs)):
        return
    words = [layer.word("activation") for layer in convs]
    if kinds == ["convolution"] * 2 and activation == "relu" and words == ["relu", "none"]:
        kernels = {int(layer.number("kernel")) for layer in convs}
        if len(kernels) == 1 and all(_groups(layer) == 1 for layer in convs):
            yield "basic_block", {"kernel": kernels.pop()}
    is_preactivated = (
        kinds == ["activation", "convolution", "convolution"] and body[0].word("activation") == "relu"
    )
    if (
        is_preactivated
        and not activation
        and words == ["relu", "none"]
        and all(_groups(layer) == 1 for layer in convs)
    ):
        yield "basic_block", {"kernel": int(convs[0].number("kernel")), "order": "relu-conv-bn"}
    squeezes = kinds == ["convolution", "convolution", "squeeze_excitation", "convolution"]
    if (
        (kinds == ["convolution"] * 3 or squeezes)
        and activation == "relu"
        and words == ["relu", "relu", "none"]
    ):
        first, middle, last = convs
        if (
            first.number("kernel") != 1
            or last.number("kernel") != 1
            or _groups(first) != 1
            or _groups(last) != 1
        ):
            return
        own: dict[str, Value] = {
            "kernel": int(middle.number("kernel")),
            "expansion": _expansion(middle.target.channels, target.channels),
            "groups": _groups(middle),
        }
        for squeeze in _squeezes(body[2], source.channels) if squeezes else ({},):
            yield "bottleneck", own | squeeze


def mobile_blocks(
    body: Sequence[Layer], source: Map, target: Map, residual: bool = False
) -> Iterator[Proposal]:
    """Propose inverted residuals and fused inverted residuals.

    Args:
        body: layers of the block without its sum.
        source: feature map that the block reads.
        target: feature map that the block returns.
        residual: whether the block ends by adding its input.
    """
    layers = list(body)
    squeeze = next((layer for layer in layers if layer.kind == "squeeze_excitation"), None)
    plain = [layer for layer in layers if layer is not squeeze]
    kinds = [layer.kind for layer in plain]
    usual = {"kernel", "groups", "norm", "activation"}
    if any(layer.word("norm") != "batch" or set(layer.attributes) - usual for layer in plain):
        return
    words = [layer.word("activation") for layer in plain]
    is_fused = (residual and kinds == ["convolution"]) or kinds == ["convolution", "convolution"]
    if is_fused and squeeze is None and all(_groups(layer) == 1 for layer in plain):
        ends = (
            words == [words[0], "none"] and plain[-1].number("kernel") == 1
            if len(plain) == 2
            else words != ["none"]
        )
        kernel = int(plain[0].number("kernel"))
        if ends and words[0] != "none" and (len(plain) == 1 or kernel > 1):
            width = plain[0].target.channels if len(plain) == 2 else source.channels
            expansion = _expansion(width, source.channels)
            yield (
                "fused_inverted_residual",
                {"kernel": kernel, "expansion": expansion, "activation": words[0]},
            )
        return
    expands = kinds == ["convolution", "depthwise_convolution", "convolution"]
    if not expands and kinds != ["depthwise_convolution", "convolution"]:
        return
    depthwise, last = plain[-2], plain[-1]
    if words[-1] != "none" or len(set(words[:-1])) != 1 or words[0] == "none" or last.number("kernel") != 1:
        return
    if squeeze is not None and layers.index(squeeze) != len(layers) - 2:
        return
    if (expands and (plain[0].number("kernel") != 1 or _groups(plain[0]) != 1)) or _groups(last) != 1:
        return
    own: dict[str, Value] = {
        "kernel": int(depthwise.number("kernel")),
        "expansion": _expansion(depthwise.source.channels, source.channels),
        "activation": words[0],
    }
    if expands and depthwise.source.channels == source.channels:
        own["expand"] = "always"
    for part in _squeezes(squeeze, source.channels) if squeeze is not None else ({},):
        yield "inverted_residual", own | part


def _expansion(wide: int, narrow: int) -> float:
    """Return the shortest decimal for which `round(expansion * narrow)` equals `wide`."""
    for digits in range(1, 12):
        rounded = round(wide / narrow, digits)
        if round(narrow * rounded) == wide and rounded > 0:
            return rounded
    return wide / narrow


def _squeezes(layer: Layer, channels: int) -> Iterator[dict[str, Value]]:
    """Propose attributes that may give the width of a squeeze and excitation, the rules of papers first."""
    expanded = layer.target.channels
    hidden = int(float(layer.attributes["squeeze"]) * expanded)
    words = {
        name: layer.attributes[name] for name in ("squeeze_activation", "gate") if name in layer.attributes
    }
    yield {"squeeze": 0.25, **words}
    yield {"squeeze": 0.25, "squeeze_of": "expanded", "squeeze_multiple": 8, **words}
    yield {"squeeze": 0.25, "squeeze_of": "expanded", **words}
    if hidden <= channels:
        yield {"squeeze": ratio(hidden, channels), **words}
    yield {"squeeze": layer.attributes["squeeze"], "squeeze_of": "expanded", **words}


def _convnext(body: Sequence[Layer]) -> Iterator[Proposal]:
    """Propose a ConvNeXt block."""
    kinds = [layer.kind for layer in body]
    if kinds != ["depthwise_convolution", "normalization", "feed_forward", "scale"]:
        return
    depthwise, norm, mixing, _ = body
    fits = (
        depthwise.word("norm") == "none"
        and depthwise.word("activation") == "none"
        and norm.word("norm") == "layer"
    )
    if fits and mixing.word("activation") == "gelu":
        yield (
            "convnext_block",
            {"kernel": int(depthwise.number("kernel")), "expansion": mixing.number("expansion")},
        )


def shuffle_units(segment: Segment) -> Iterator[Proposal]:
    """Propose ShuffleNetV2's unit: two concatenated paths whose channels are shuffled."""
    if (
        len(segment.layers) < 5
        or segment.layers[-1].kind != "channel_shuffle"
        or segment.layers[-2].kind != "concat"
    ):
        return
    depthwise = [layer for layer in segment.layers if layer.kind == "depthwise_convolution"]
    convs = [layer for layer in segment.layers if layer.kind == "convolution"]
    slices = [layer for layer in segment.layers if layer.kind == "channel_slice"]
    counts = (len(depthwise), len(convs), len(slices))
    kernels = {int(layer.number("kernel")) for layer in depthwise}
    others = len(segment.layers) - 2 - sum(counts)
    if (
        counts in ((1, 2, 2), (2, 3, 0))
        and len(kernels) == 1
        and not others
        and segment.layers[-1].number("groups") == 2
    ):
        yield "shufflenet_unit", {"kernel": kernels.pop()}
