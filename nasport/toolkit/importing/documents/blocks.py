"""Blocks of the vocabulary in a network's segments: residual and mobile blocks, ConvNeXt's and ShuffleNet's.

A pattern proposes a block; it stands only if the block counts exactly what its layers count, at the same shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import Shape as Map
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.schemas.operators import Value
from nasport.toolkit.importing.documents.naming import Named, named
from nasport.toolkit.importing.documents.segments import Segment, TwoPaths, two_paths
from nasport.toolkit.importing.layers.fusing import ratio
from nasport.toolkit.importing.layers.layer import DESCRIBED, Layer, LayerGraph

Proposal = tuple[str, dict[str, Value]]
LONGEST_ROW = 4


@dataclass(frozen=True)
class Block:
    """A block or a layer of the vocabulary at its place.

    Attributes:
        named: its operator.
        width: channels that it gives, where it states them.
        stride: between its input and its output.
        source, target: the maps before and behind it.
        layers: what it stands for.
    """

    named: Named
    width: int | None
    stride: int
    source: Map
    target: Map
    layers: tuple[Layer, ...]


def block_of(segment: Segment, source: Map, batch: int) -> Block | None:
    """The block that a segment of several layers is; None where the vocabulary has none."""
    paths = two_paths(segment)
    for kind, attributes in _of_paths(paths, source, segment.target) if paths else ():
        if (block := _verified(kind, attributes, segment.layers, source, segment.target, batch)) is not None:
            return block
    for kind, attributes in _shuffled(segment):
        if (block := _verified(kind, attributes, segment.layers, source, segment.target, batch)) is not None:
            return block
    return None


def block_of_row(row: Sequence[Layer], source: Map, batch: int) -> tuple[Block, int] | None:
    """The block that the first layers of a row are, without a shortcut, and how many they are; None where none is."""
    for length in range(min(LONGEST_ROW, len(row)), 1, -1):
        layers = tuple(row[:length])
        for kind, attributes in _mobile(layers, source, layers[-1].target):
            block = _verified(kind, attributes, layers, source, layers[-1].target, batch)
            if block is not None:
                return block, length
    return None


def layer_block(layer: Layer, batch: int) -> Block | None:
    """A single layer as an operator; None where a document cannot count it as the model does."""
    attributes = dict(layer.attributes)
    stated = layer.target.channels if states_width(layer) else None
    own = named(layer.kind, attributes, layer.text, layer.key)
    return _counted(own, stated, layer.stride, (layer,), layer.source, layer.target, batch)


def countable(graph: LayerGraph) -> LayerGraph:
    """The same graph, in which layers that count otherwise than the vocabulary says state their counts."""
    return replace(graph, layers=[_countable(layer, graph.batch) for layer in graph.layers])


def _countable(layer: Layer, batch: int) -> Layer:
    joins = layer.kind in ("sum", "product", "concat", "elementwise")
    if joins or layer.kind in DESCRIBED or layer_block(layer, batch) is not None:
        return layer
    counts = {"parameters": layer.parameters, "flops": layer.flops // batch}
    text = named(layer.kind, layer.attributes, layer.text, layer.key).operator.text
    return layer.but(kind="other", attributes=counts, stride=1, text=text)


def states_width(layer: Layer) -> bool:
    """Whether a layer says how many channels it gives."""
    return layer.kind in _OF_WIDTH or layer.source.channels != layer.target.channels


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


def _verified(
    kind: str,
    attributes: Mapping[str, Value],
    layers: tuple[Layer, ...],
    source: Map,
    target: Map,
    batch: int,
) -> Block | None:
    stride = next((s for s in range(1, 9) if source.strided(1, s)[1:] == target[1:]), None)
    if stride is None:
        return None
    return _counted(named(kind, attributes), target.channels, stride, layers, source, target, batch)


def _counted(
    own: Named,
    width: int | None,
    stride: int,
    layers: tuple[Layer, ...],
    source: Map,
    target: Map,
    batch: int,
) -> Block | None:
    """A block, if it counts what its layers do."""
    operator = own.operator
    if operator.kind in _SHAPED:
        width = None
    try:
        cost, found = applied(operator, source, width, stride)
    except UnknownCostError:
        return None
    parameters = sum(layer.parameters for layer in layers)
    flops = sum(layer.flops for layer in layers) // batch
    if (cost.parameters, cost.flops, found) != (parameters, flops, target):
        return None
    return Block(own, width, stride, source, target, layers)


def _is_conv(layer: Layer, kernel: int | None = None, activation: str | None = None) -> bool:
    """A convolution with batch normalisation, without anything unusual."""
    usual = {"kernel", "groups", "norm", "activation"}
    return (
        layer.kind == "convolution"
        and layer.word("norm") == "batch"
        and set(layer.attributes) <= usual
        and (kernel is None or layer.number("kernel") == kernel)
        and (activation is None or layer.word("activation") == activation)
    )


def _groups(layer: Layer) -> int:
    return int(layer.number("groups", 1))


def _of_paths(paths: TwoPaths, source: Map, target: Map) -> Iterator[Proposal]:
    if paths.join.kind != "sum":
        return
    body, shortcut, behind = paths.body, paths.shortcut, paths.behind
    projected = all(_is_conv(layer, 1, "none") and _groups(layer) == 1 for layer in shortcut)
    if projected and len(shortcut) <= 1:
        yield from _residual(body, behind, source, target)
    if not shortcut and not behind:
        yield from _mobile(body, source, target, residual=True)
        yield from _convnext(body)


def _residual(body: Sequence[Layer], behind: str, source: Map, target: Map) -> Iterator[Proposal]:
    """Basic and bottleneck blocks."""
    kinds = [layer.kind for layer in body]
    convs = [layer for layer in body if layer.kind == "convolution"]
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


def _mobile(body: Sequence[Layer], source: Map, target: Map, residual: bool = False) -> Iterator[Proposal]:
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


def _shuffled(segment: Segment) -> Iterator[Proposal]:
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
