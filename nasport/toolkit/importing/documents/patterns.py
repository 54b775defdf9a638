"""Patterns of layers that may be blocks of the vocabulary: each proposes kinds and attributes.

Residual blocks (He et al. 2016; Radosavovic et al. 2020), mobile blocks (Sandler et al. 2018; Howard et al. 2019; Tan and Le
2021), ConvNeXt's (Liu et al. 2022) and ShuffleNetV2's (Ma et al. 2018).
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
    """A segment that is a body and a shortcut, joined at the end.

    Attributes:
        body, shortcut: layers in order; none: the input as it is.
        join: the layer that joins them.
        behind: activation behind the join; empty: none.
    """

    body: tuple[Layer, ...]
    shortcut: tuple[Layer, ...]
    join: Layer
    behind: str = ""


def two_paths(segment: Segment) -> TwoPaths | None:
    """A segment as two paths; None where it is none."""
    layers, behind = list(segment.layers), ""
    if layers[-1].kind == "activation" and len(layers) > 1:
        behind = layers.pop().word("activation")
    join = layers.pop()
    if len(join.inputs) != 2 or not join.fits:
        return None
    makers = {layer.output: layer for layer in layers}
    paths = [_path(name, segment.input, makers) for name in join.inputs]
    first, second = paths
    if first is None or second is None or len(first) + len(second) != len(layers):
        return None
    body, shortcut = (first, second) if len(first) >= len(second) else (second, first)
    return TwoPaths(body, shortcut, join, behind)


def _path(name: str, end: str, makers: dict[str, Layer]) -> tuple[Layer, ...] | None:
    found: list[Layer] = []
    while name != end:
        layer = makers.get(name)
        if layer is None or len(layer.inputs) != 1:
            return None
        found.append(layer)
        name = layer.inputs[0]
    return tuple(found[::-1])


def _is_conv(layer: Layer, kernel: int | None = None, activation: str | None = None) -> bool:
    """A convolution with batch normalization, without anything unusual."""
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


def of_paths(paths: TwoPaths, source: Map, target: Map) -> Iterator[Proposal]:
    if paths.join.kind != "sum":
        return
    body, shortcut, behind = paths.body, paths.shortcut, paths.behind
    projected = all(_is_conv(layer, 1, "none") and _groups(layer) == 1 for layer in shortcut)
    if projected and len(shortcut) <= 1:
        yield from _residual(body, behind, source, target)
    if not shortcut and not behind:
        yield from mobile(body, source, target, residual=True)
        yield from _convnext(body)


def _residual(body: Sequence[Layer], behind: str, source: Map, target: Map) -> Iterator[Proposal]:
    """Basic and bottleneck blocks."""
    kinds = ["convolution" if layer.kind in _CONVOLUTIONS else layer.kind for layer in body]
    convs = [layer for layer in body if layer.kind in _CONVOLUTIONS]
    if not all(map(_is_conv, convs)):
        return
    words = [layer.word("activation") for layer in convs]
    if kinds == ["convolution"] * 2 and behind == "relu" and words == ["relu", "none"]:
        kernels = {int(layer.number("kernel")) for layer in convs}
        if len(kernels) == 1 and all(_groups(layer) == 1 for layer in convs):
            yield "basic_block", {"kernel": kernels.pop()}
    begins = kinds == ["activation", "convolution", "convolution"] and body[0].word("activation") == "relu"
    if begins and not behind and words == ["relu", "none"] and all(_groups(layer) == 1 for layer in convs):
        yield "basic_block", {"kernel": int(convs[0].number("kernel")), "order": "relu-conv-bn"}
    squeezes = kinds == ["convolution", "convolution", "squeeze_excitation", "convolution"]
    if (kinds == ["convolution"] * 3 or squeezes) and behind == "relu" and words == ["relu", "relu", "none"]:
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


def mobile(body: Sequence[Layer], source: Map, target: Map, residual: bool = False) -> Iterator[Proposal]:
    """Inverted residuals, plain and fused."""
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
    """The shortest decimal that gives a width."""
    for digits in range(1, 12):
        found = round(wide / narrow, digits)
        if round(narrow * found) == wide and found > 0:
            return found
    return wide / narrow


def _squeezes(layer: Layer, channels: int) -> Iterator[dict[str, Value]]:
    """How the width of a squeeze and excitation may follow, papers' ways first."""
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


def shuffled(segment: Segment) -> Iterator[Proposal]:
    """ShuffleNetV2's unit: two paths concatenated, then shuffled."""
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
