"""Published ImageNet networks as documents, built from the configurations in their papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

from nasport.schemas import Architecture, architecture_from_json, vocabulary

Stage = dict[str, Any]


def network(
    stem: list[Stage],
    stages: list[Stage],
    head: list[Stage],
    size: int = 224,
    operators: dict[str, Any] | None = None,
    cells: dict[str, Any] | None = None,
) -> Architecture:
    """Return a network with 1,000 classes."""
    return architecture_from_json(
        {
            "format": "nasport-architecture",
            "version": 1,
            **({"operators": operators} if operators else {}),
            "cells": cells or {},
            "skeleton": {
                "input": {"channels": 3, "height": size, "width": size},
                "stem": stem,
                "stages": stages,
                "head": head,
                "classes": 1000,
            },
        }
    )


def layer(op: str, width: int | None = None, stride: int = 1, repeats: int = 1, **attributes: Any) -> Stage:
    stage: Stage = {"op": op, "repeats": repeats, "stride": stride}
    if width:
        stage["width"] = width
    return {**stage, "attributes": attributes} if attributes else stage


def mobile(
    kernel: int, expansion: float, width: int, stride: int = 1, repeats: int = 1, **attributes: Any
) -> Stage:
    """Return inverted residuals; an expansion without a key in the vocabulary becomes an attribute."""
    key = f"mb_{kernel}x{kernel}_e{expansion:g}"
    if key not in vocabulary():
        key, attributes = f"mb_{kernel}x{kernel}_e6", {"expansion": expansion, **attributes}
    return layer(key, width, stride, repeats, **attributes)


POOLED = layer("global_avg_pool")


def mobilenet_v2() -> Architecture:
    """Sandler et al. 2018, table 2: expansion, width, repeats, stride."""
    rows = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2)]
    return network(
        [layer("conv_3x3", 32, 2, activation="relu6")],
        [mobile(3, t, c, s, n) for t, c, n, s in [*rows, (6, 320, 1, 1)]],
        [layer("conv_1x1", 1280, activation="relu6"), POOLED],
    )


# Howard et al. 2019, tables 1 and 2: kernel, expanded width, width, squeeze and excitation, activation, stride.
_LARGE = """
    3 16 16 - relu 1    3 64 24 - relu 2      3 72 24 - relu 1       5 72 40 se relu 2         5 120 40 se relu 1
    5 120 40 se relu 1  3 240 80 - hardswish 2  3 200 80 - hardswish 1  3 184 80 - hardswish 1  3 184 80 - hardswish 1
    3 480 112 se hardswish 1  3 672 112 se hardswish 1  5 672 160 se hardswish 2  5 960 160 se hardswish 1
    5 960 160 se hardswish 1
"""
_SMALL = """
    3 16 16 se relu 2  3 72 24 - relu 2  3 88 24 - relu 1  5 96 40 se hardswish 2  5 240 40 se hardswish 1
    5 240 40 se hardswish 1  5 120 48 se hardswish 1  5 144 48 se hardswish 1  5 288 96 se hardswish 2
    5 576 96 se hardswish 1  5 576 96 se hardswish 1
"""


def _mobilenet_v3(table: str, features: int, hidden: int) -> Architecture:
    words, stages, before = table.split(), [], 16
    for kernel, expanded, width, squeezes, activation, stride in zip(*[iter(words)] * 6, strict=True):
        named: dict[str, Any] = {"activation": activation}
        if squeezes == "se":
            named |= {"squeeze": 0.25, "squeeze_of": "expanded", "squeeze_multiple": 8, "gate": "hardsigmoid"}
        stages.append(mobile(int(kernel), int(expanded) / before, int(width), int(stride), **named))
        before = int(width)
    activated = {"activation": "hardswish"}
    head = [layer("conv_1x1", features, **activated), POOLED, layer("linear", hidden, **activated)]
    return network([layer("conv_3x3", 16, 2, **activated)], stages, head)


def mobilenet_v3_large() -> Architecture:
    return _mobilenet_v3(_LARGE, 960, 1280)


def mobilenet_v3_small() -> Architecture:
    return _mobilenet_v3(_SMALL, 576, 1024)


def mnasnet() -> Architecture:
    """Tan et al. 2019, MnasNet-B1: kernel, expansion, width, repeats, stride."""
    rows = [(3, 1, 16, 1, 1), (3, 3, 24, 3, 2), (5, 3, 40, 3, 2), (5, 6, 80, 3, 2), (3, 6, 96, 2, 1)]
    rows += [(5, 6, 192, 4, 2), (3, 6, 320, 1, 1)]
    stages = [mobile(k, t, c, s, n, activation="relu") for k, t, c, n, s in rows]
    return network([layer("conv_3x3", 32, 2)], stages, [layer("conv_1x1", 1280), POOLED])


def _eight(width: float) -> int:
    """Round a width like EfficientNet."""
    rounded = max(8, int(width + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * width else rounded + 8


def efficientnet(width: float = 1.0, depth: float = 1.0, size: int = 224) -> Architecture:
    """Tan and Le 2019, table 1 and its scaling; B0 by default: expansion, kernel, stride, width, repeats."""
    rows = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3)]
    rows += [(6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
    stages = [mobile(k, t, _eight(c * width), s, ceil(n * depth), **_SQUEEZED) for t, k, s, c, n in rows]
    stem = layer("conv_3x3", _eight(32 * width), 2, activation="silu")
    last = layer("conv_1x1", _eight(320 * width) * 4, activation="silu")
    return network([stem], stages, [last, POOLED], size)


_SQUEEZED = {"activation": "silu", "squeeze": 0.25, "squeeze_activation": "silu"}


def efficientnet_v2_s(size: int = 384) -> Architecture:
    """Tan and Le 2021, table 4."""
    fused = [("fused_mb_3x3_e1", 24, 1, 2), ("fused_mb_3x3_e4", 48, 2, 4), ("fused_mb_3x3_e4", 64, 2, 4)]
    stages = [layer(*row) for row in fused]
    for expansion, width, stride, repeats in [(4, 128, 2, 6), (6, 160, 1, 9), (6, 256, 2, 15)]:
        stages.append(mobile(3, expansion, width, stride, repeats, **_SQUEEZED))
    stem = layer("conv_3x3", 24, 2, activation="silu")
    return network([stem], stages, [layer("conv_1x1", 1280, activation="silu"), POOLED], size)


def regnet(widths: str, depths: str, group: int, squeeze: float = 0) -> Architecture:
    """Radosavovic et al. 2020: widths and depths of the stages, width of a group, squeeze and excitation (Y)."""
    stages = []
    for width, depth in zip(map(int, widths.split()), map(int, depths.split()), strict=True):
        named = {"expansion": 1, "groups": width // group} | ({"squeeze": squeeze} if squeeze else {})
        stages.append(layer("res_bottleneck_block", width, 2, depth, **named))
    return network([layer("conv_3x3", 32, 2)], stages, [POOLED])


def resnet(
    op: str, depths: str, groups: int = 1, width: int = 64, expansion: float | None = None
) -> Architecture:
    """He et al. 2016, table 1; Xie et al. 2017 with groups."""
    named = {"groups": groups} if groups > 1 else {}
    named |= {"expansion": expansion} if expansion else {}
    stages = [
        layer(op, width * 2**place, 2 if place else 1, int(repeats), **named)
        for place, repeats in enumerate(depths.split())
    ]
    return network([layer("conv_7x7", 64, 2), layer("max_pool_3x3", stride=2)], stages, [POOLED])


def _basic(depths: str) -> Architecture:
    return resnet("res_basic_block", depths)


def _bottlenecks(depths: str, groups: int = 1, expansion: float | None = None) -> Architecture:
    return resnet("res_bottleneck_block", depths, groups, 256, expansion)


def convnext(depths: str, width: int) -> Architecture:
    """Liu et al. 2022, section 3: a layer normalization and a strided convolution between stages."""
    stages: list[Stage] = []
    for place, repeats in enumerate(depths.split()):
        if place:
            narrow = layer("patch_embedding", width * 2**place, 2, kernel=2)
            stages += [layer("layer_norm"), narrow]
        stages.append(layer("convnext_block", repeats=int(repeats)))
    stem = [layer("patch_embedding", width, 4, kernel=4), layer("layer_norm")]
    return network(stem, stages, [POOLED, layer("layer_norm")])


def shufflenet_v2(widths: str) -> Architecture:
    """Ma et al. 2018, table 5: widths of the three stages and of the last convolution."""
    *body, last = map(int, widths.split())
    stages = [
        layer("shufflenet_v2_unit", width, 2, repeats) for width, repeats in zip(body, (4, 8, 4), strict=True)
    ]
    stem = [layer("conv_3x3", 24, 2), layer("max_pool_3x3", stride=2)]
    return network(stem, stages, [layer("conv_1x1", last), POOLED])


def _node(name: str, op: str, *inputs: str) -> dict[str, Any]:
    return {"id": name, "op": op, "inputs": list(inputs)}


def encoder(heads: int) -> dict[str, Any]:
    """Return a block of a vision transformer: attention, then a feed-forward network, each with normalization first and
    a shortcut.
    """
    attention = {**_node("attention", "self_attention", "norm_1"), "attributes": {"heads": heads}}
    return {
        "nodes": [
            _node("in", "input"),
            _node("norm_1", "layer_norm", "in"),
            attention,
            _node("attended", "sum", "in", "attention"),
            _node("norm_2", "layer_norm", "attended"),
            _node("mixed", "feed_forward_e4", "norm_2"),
            _node("out", "output", "attended", "mixed"),
        ]
    }


def vit(width: int, heads: int, patch: int = 16, depth: int = 12) -> Architecture:
    """Dosovitskiy et al. 2021, table 1; DeiT of Touvron et al. 2021."""
    stem = [
        layer("patch_embedding", width, kernel=patch),
        layer("class_token"),
        layer("positional_embedding"),
    ]
    stages = [{"cell": "encoder", "repeats": depth}]
    head = [layer("layer_norm"), layer("first_token")]
    return network(stem, stages, head, cells={"encoder": encoder(heads)})


def pit(width: int, heads: int, depths: str, patch: int = 16, stride: int = 8) -> Architecture:
    """Heo et al. 2021, table 1: twice the width and heads after each pooling."""
    stem = [
        layer("patch_embedding", width * heads, stride, kernel=patch),
        layer("positional_embedding"),
        layer("class_token"),
    ]
    stages: list[Stage] = []
    cells = {}
    for place, depth in enumerate(depths.split()):
        if place:
            stages.append(layer("token_pooling", width * heads * 2**place, 2))
        cells[f"stage_{place}"] = encoder(heads * 2**place)
        stages.append({"cell": f"stage_{place}", "repeats": int(depth)})
    return network(stem, stages, [layer("layer_norm"), layer("first_token")], cells=cells)


def published() -> Iterable[tuple[str, Callable[[], Architecture], int, int]]:
    """Return name, document, trainable parameters and multiply-accumulates of each network.

    The numbers were counted on modules of torchvision 0.28.0, and of timm 1.0.31 for DeiT and PiT, at the image size of the
    document. They include the multiplications of convolutions, of linear layers, and of both products of attention.
    """
    return [
        ("mobilenet_v2", mobilenet_v2, 3_504_872, 300_774_272),
        ("mobilenet_v3_large", mobilenet_v3_large, 5_483_032, 216_589_760),
        ("mobilenet_v3_small", mobilenet_v3_small, 2_542_856, 56_510_400),
        ("mnasnet1_0", mnasnet, 4_383_312, 314_415_872),
        ("efficientnet_b0", efficientnet, 5_288_548, 385_814_752),
        ("efficientnet_b1", lambda: efficientnet(1.0, 1.1, 240), 7_794_184, 686_802_832),
        ("efficientnet_b3", lambda: efficientnet(1.2, 1.4, 300), 12_233_232, 1_827_141_392),
        ("efficientnet_v2_s", efficientnet_v2_s, 21_458_488, 8_365_617_152),
        ("regnet_x_400mf", lambda: regnet("32 64 160 400", "1 2 7 12", 16), 5_495_976, 413_812_608),
        ("regnet_x_3_2gf", lambda: regnet("96 192 432 1008", "2 6 15 2", 48), 15_296_552, 3_176_621_952),
        ("regnet_y_400mf", lambda: regnet("48 104 208 440", "1 3 6 6", 8, 0.25), 4_344_144, 401_842_848),
        ("regnet_y_1_6gf", lambda: regnet("48 120 336 888", "2 6 17 2", 24, 0.25), 11_202_430, 1_612_076_160),
        (
            "regnet_y_3_2gf",
            lambda: regnet("72 216 576 1512", "2 5 13 1", 24, 0.25),
            19_436_338,
            3_176_482_752,
        ),
        ("resnet18", lambda: _basic("2 2 2 2"), 11_689_512, 1_814_073_344),
        ("resnet34", lambda: _basic("3 4 6 3"), 21_797_672, 3_663_761_408),
        ("resnet50", lambda: _bottlenecks("3 4 6 3"), 25_557_032, 4_089_184_256),
        ("resnet152", lambda: _bottlenecks("3 8 36 3"), 60_192_808, 11_513_626_624),
        ("resnext50_32x4d", lambda: _bottlenecks("3 4 6 3", 32, 0.5), 25_028_904, 4_230_479_872),
        ("resnext101_32x8d", lambda: _bottlenecks("3 4 23 3", 32, 1), 88_791_336, 16_414_015_488),
        ("wide_resnet50_2", lambda: _bottlenecks("3 4 6 3", 1, 0.5), 68_883_240, 11_398_021_120),
        ("convnext_tiny", lambda: convnext("3 3 9 3", 96), 28_589_128, 4_455_531_264),
        ("convnext_base", lambda: convnext("3 3 27 3", 128), 88_591_464, 15_354_729_472),
        ("shufflenet_v2_x0_5", lambda: shufflenet_v2("48 96 192 1024"), 1_366_792, 40_476_448),
        ("shufflenet_v2_x1_0", lambda: shufflenet_v2("116 232 464 1024"), 2_278_604, 144_907_992),
        ("shufflenet_v2_x1_5", lambda: shufflenet_v2("176 352 704 1024"), 3_503_624, 295_759_392),
        ("shufflenet_v2_x2_0", lambda: shufflenet_v2("244 488 976 2048"), 7_393_996, 583_253_464),
        ("deit_tiny_patch16_224", lambda: vit(192, 3), 5_717_416, 1_253_683_200),
        ("deit_small_patch16_224", lambda: vit(384, 6), 22_050_664, 4_598_882_304),
        ("vit_b_16", lambda: vit(768, 12), 86_567_656, 17_563_828_224),
        ("vit_b_32", lambda: vit(768, 12, 32), 88_224_232, 4_409_186_304),
        ("pit_ti_224", lambda: pit(32, 2, "2 6 4"), 4_847_272, 699_059_456),
        ("pit_xs_224", lambda: pit(48, 2, "2 6 4"), 10_618_888, 1_394_699_136),
        ("pit_s_224", lambda: pit(48, 3, "2 6 4"), 23_461_912, 2_870_796_096),
        ("pit_b_224", lambda: pit(64, 4, "3 6 4", 14, 7), 73_764_840, 12_401_916_928),
    ]
