"""Random spaces of chains: mobile blocks, residual blocks, transformers, and chains of other operators."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from nasport.toolkit.laboratory.world.draw import Draw, Json, rounded
from nasport.toolkit.laboratory.world.skeletons import resolution, skeleton, stem

FUSED = ("fused_mb_3x3_e1", "fused_mb_3x3_e4")
SQUEEZED = (1, 4, 6)
"""Expansions of the squeeze-and-excitation blocks in the vocabulary."""
HALVING_SHARES = (0.07, 0.18, 0.35, 0.25, 0.15)
"""Probabilities of zero to four stages that halve the resolution."""
MIXED = (
    "convnext_block",
    "shufflenet_v2_unit",
    "conv_3x3",
    "conv_5x5",
    "conv_1x1",
    "conv_7x1_1x7",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dw_conv_5x5",
    "group_conv_3x3_g2",
    "group_conv_3x3_g4",
    "double_plain_block",
    "fused_mb_3x3_e1",
    "fused_mb_3x3_e4",
    "mb_5x5_e3",
    "res_basic_block",
    "res_bottleneck_block",
    "max_pool_3x3",
    "avg_pool_3x3",
    "id",
)


def mobile_chains(draw: Draw) -> Json:
    """Draw a space of inverted residuals, with choices of kernel, expansion, squeeze, repeats and width in each stage."""
    first, activation = draw.width(8, 64), draw.one(("relu", "relu6", "silu", "hardswish"))
    kernels, expansions = draw.some((3, 5, 7), 1, 3), draw.some((1, 2, 3, 4, 6), 2, 4)
    squeezes = draw.some((0, 0.25), 1, 2)
    acting: Json = {"attributes": {"activation": activation}}
    if draw.chance(0.5):
        lists: dict[str, Sequence[float]] = {"kernel": kernels, "expansion": expansions, "squeeze": squeezes}
        numbers = {name: _open(values) for name, values in lists.items() if values != [0]}
        block: Json = {"op": "mb_3x3_e4", "attributes": {**acting["attributes"], **numbers}}
    else:
        candidates = _mobile_blocks(kernels, expansions, squeezes)
        candidates += draw.some(FUSED, 1, 2) if draw.chance(0.15) else []
        skips = draw.chance(0.3)
        block = {"candidates": [*candidates, "id"]} if skips else {"candidates": candidates, **acting}
    if draw.chance(0.25):
        return _rows(draw, first, [_fixed(draw, block) for _ in range(draw.whole(1, 3))], (4, 9))
    op = draw.one(("mb_3x3_e1", "mb_3x3_e3"))
    entry = [{"op": op, "width": rounded(0.75 * first), **acting}] if draw.chance(0.3) else []
    return _stages(draw, first, block, (3, 8), entry=entry, wide_head=draw.chance(0.5))


def residual_chains(draw: Draw) -> Json:
    """Draw a space of basic, bottleneck or ResNeXt blocks, with choices of depth, width and where the resolution halves."""
    order = {"order": draw.one(("conv-bn-relu", "relu-conv-bn"))}
    basic = {"op": "res_basic_block", "attributes": order}
    numbers: Json = {"expansion": _open(draw.some((0.25, 0.5, 1.0), 1, 3))}
    numbers |= {"groups": _open(draw.some((1, 2, 4), 2, 3))} if draw.chance(0.5) else {}
    if draw.chance(0.2):
        numbers["squeeze"] = _open([0, 0.25])
    bottleneck = {"op": "res_bottleneck_block", "attributes": numbers}
    plain = {"op": "double_plain_block"}
    if draw.chance(0.5):
        blocks: list[Json] = draw.one(
            ([basic], [bottleneck], [basic, bottleneck], [basic, plain]), (0.5, 0.2, 0.2, 0.1)
        )
        fixed = [_fixed(draw, block) for block in blocks]
        return _rows(draw, draw.width(8, 48), fixed, (3, 8))
    block = draw.one((basic, bottleneck), (0.45, 0.55))
    return _stages(draw, draw.width(8, 64), block, (2, 4), free_strides=draw.chance(0.35))


def transformer_chains(draw: Draw) -> Json:
    """Draw a space of transformer layers on image patches, with choices of width, depth, heads and ratio."""
    size = draw.one((32, 64, 128, 224), (0.55, 0.2, 0.1, 0.15))
    patch = {32: draw.one((4, 8)), 64: 8, 128: 16, 224: 16}[size]
    head_width = draw.one((8, 16, 24, 32))
    widths = [head_width * heads for heads in draw.some((2, 3, 4, 5, 6, 8), 1, 3)]
    own = draw.chance(0.6)
    heads = draw.some((1, 2, 3, 4), 1, 3) if own else [1]
    ratios = draw.some((0.5, 1, 2, 3, 3.5, 4), 2, 3)
    parallel, norm = draw.chance(0.2), draw.one(("layer_norm", "rms_norm", "batch_norm"), (0.8, 0.1, 0.1))
    cells, options = {}, []
    for count, ratio in product(heads, ratios):
        attention = {"heads": count, "head_width": head_width} if own else {"heads": count}
        name = f"{count} heads, ratio {ratio:g}"
        cells[name] = _transformer_cell(attention, ratio, norm, parallel)
        options.append([{"cell": name, "width": {"times": 1}}])
    least = draw.whole(1, 8)
    row = {"length": {"min": least, "max": least + draw.whole(2, 9)}, "options": options}
    with_token = draw.chance(0.5)
    token: list[Json] = [{"op": "class_token"}] if with_token else []
    taken: list[Json] = [{"op": "patch_tokens"}] if with_token else []
    patches = {"op": "patch_embedding", "width": _open(widths), "stride": patch}
    before, after = [patches, *token, {"op": "positional_embedding"}], [{"op": "layer_norm"}, *taken]
    return {"cells": cells, "skeleton": skeleton(draw, size, before, [{"sequence": row}], after)}


def mixed_chains(draw: Draw) -> Json:
    """Draw a space of rarer operators, several of which are candidates of each stage."""
    block: Json = {"candidates": draw.some(MIXED, 3, 7)}
    return _stages(draw, draw.width(8, 64), block, (3, 8), free_strides=draw.chance(0.2))


def _stages(
    draw: Draw,
    first: int,
    block: Json,
    count: tuple[int, int],
    *,
    entry: Sequence[Json] = (),
    free_strides: bool = False,
    wide_head: bool = False,
) -> Json:
    """Return a chain of stages, each with its own choices of the block, the repeats and, in most spaces, the width.

    Args:
        draw: random choices of the space.
        first: width of the first stage.
        block: block of every stage, as keys of a stage.
        count: smallest and largest number of stages.
        entry: stages before these.
        free_strides: whether a member chooses the stride of every stage.
        wide_head: whether a 1x1 convolution widens the output of the last stage.
    """
    size, stages = resolution(draw), draw.whole(*count)
    growth, wide = draw.one((1.25, 1.5, 2.0)), draw.chance(0.6)
    factors = draw.some((0.5, 0.75, 1, 1.25, 1.5, 2), 2, 4)
    most, halvings = draw.whole(1, 6), min(stages, draw.one(range(5), HALVING_SHARES))
    strides = dict.fromkeys(draw.some(range(stages), halvings, halvings), 2)
    body: list[Json] = []
    width = float(first)
    for stage in range(stages):
        values = sorted({rounded(width * factor) for factor in (factors if wide else (1,))})
        repeats = {"repeats": _open(list(range(1, most + 1)))}
        stride = {"stride": {"choose": [1, 2]}} if free_strides else {"stride": strides.get(stage, 1)}
        body.append({**block, **repeats, "width": _open(values), **stride})
        width = min(width * (growth if strides.get(stage + 1) or draw.chance(0.3) else 1.0), 256.0)
    head: list[Json] = [{"op": "conv_1x1", "width": rounded(width * draw.one((2, 4)))}] if wide_head else []
    before = stem(draw, size, first, rounded(0.5 * first))
    return {"skeleton": skeleton(draw, size, before, [*entry, *body], head)}


def _rows(draw: Draw, first: int, blocks: Sequence[Json], length: tuple[int, int]) -> Json:
    """Return a sequence of modules, each of which may be wider than the previous module, halve the resolution, or both.

    TransNAS-Bench-101 macro has such a sequence.

    Args:
        draw: random choices of the space.
        first: width after the stem.
        blocks: blocks of a module, as keys of a stage.
        length: smallest and largest number of modules.
    """
    size, growth = resolution(draw), draw.one((1.5, 2))
    repeats = draw.some((1, 2, 3), 1, 2)
    least = draw.whole(length[0], length[0] + 2)
    options = [
        [{**block, "repeats": times, "width": {"times": factor}, "stride": stride}]
        for block, times, factor, stride in product(blocks, repeats, (1, growth), (1, 2))
    ]
    wider = [k for k, option in enumerate(options) if option[0]["width"]["times"] != 1]
    halving = [k for k, option in enumerate(options) if option[0]["stride"] == 2]
    row = {
        "length": {"min": least, "max": min(length[1], least + draw.whole(1, 3))},
        "options": options,
        "limits": [
            {"options": wider, "min": 0, "max": draw.whole(2, 4)},
            {"options": halving, "min": draw.whole(0, 1), "max": draw.whole(2, 5)},
        ],
    }
    before = stem(draw, size, first, rounded(0.5 * first))
    return {"skeleton": skeleton(draw, size, before, [{"sequence": row}], [])}


def _transformer_cell(attention: Json, ratio: float, norm: str, parallel: bool) -> Json:
    """Return a layer of attention and a feed-forward network, each after a normalization, sequential or parallel."""
    second = "norm 1" if parallel else "norm 2"
    between: list[Json] = [
        {"id": "sum", "op": "sum", "inputs": ["input", "attention"]},
        {"id": "norm 2", "op": norm, "inputs": ["sum"]},
    ]
    joined = ["input", "attention"] if parallel else ["sum"]
    nodes = [
        {"id": "input", "op": "input"},
        {"id": "norm 1", "op": norm, "inputs": ["input"]},
        {"id": "attention", "op": "self_attention", "inputs": ["norm 1"], "attributes": attention},
        *([] if parallel else between),
        {"id": "feed forward", "op": "feed_forward", "inputs": [second], "attributes": {"expansion": ratio}},
        {"id": "output", "op": "output", "inputs": [*joined, "feed forward"]},
    ]
    return {"nodes": nodes}


def _mobile_blocks(kernels: Sequence[int], expansions: Sequence[int], squeezes: Sequence[float]) -> list[str]:
    """Return the different keys of the inverted residuals with these numbers; squeezed blocks only if the vocabulary has them."""
    found = (
        f"mb_{kernel}x{kernel}_e{expansion}{'_se' if squeeze and expansion in SQUEEZED else ''}"
        for kernel, expansion, squeeze in product(kernels, expansions, squeezes)
    )
    return list(dict.fromkeys(found))


def _open(values: Sequence[object]) -> object:
    """Return a choice between values; a single value is fixed."""
    return {"choose": list(values)} if len(values) > 1 else values[0]


def _fixed(draw: Draw, block: Json) -> Json:
    """Draw the operator and the attributes of a block, because modules of a sequence have no choices."""
    op = block["op"] if "op" in block else draw.one(block["candidates"])
    attributes = {
        name: draw.one(place["choose"]) if isinstance(place, dict) else place
        for name, place in block.get("attributes", {}).items()
    }
    return {"op": op, "attributes": attributes}
