"""Networks of stages in NDS: ResNet, ResNeXt and Vanilla (Radosavovic et al. 2019, section 2 and appendix).

The first stage is the stem, and its stride determines its form: 1 for a 3x3 convolution (CIFAR-10), 4 for a 7x7 convolution of stride
2 with max pooling, 8 for three 3x3 convolutions of stride 2, the first with half the width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nasport.schemas.architecture import Architecture, Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Attributes
from nasport.toolkit.notations.base import one_of
from nasport.toolkit.notations.skeletons import POOL, check_own_operators, image

BLOCKS = ("res_basic_block", "res_bottleneck_block", "double_plain_block")
BOTTLENECK = "res_bottleneck_block"
# Attributes of a bottleneck block that states none, as in ResNet.
DEFAULTS = {"expansion": 0.25, "groups": 1.0}
KEYS = ("block_type", "bot_muls", "ds", "num_gs", "ss", "ws")
STEM_STRIDES = (1, 4, 8)
MAX_STAGES, MAX_BLOCKS, MAX_LAYERS, MAX_WIDTH, MAX_STRIDE = 32, 500, 900, 65536, 8


def stage_network(net: Mapping[str, Any]) -> Skeleton:
    """Return the skeleton of the JSON object of a network of stages.

    Raises:
        InputError: an invalid value; the message or the path of the error names the key.
    """
    if net.keys() != set(KEYS):
        raise InputError(f"keys {', '.join(sorted(net))}, expected {', '.join(KEYS)}")
    block = net["block_type"]
    if block not in BLOCKS:
        raise InputError(f"unknown block {block!r:.80}{one_of(block, BLOCKS)}", path=("block_type",))
    depths = _integers(net, "ds", MAX_BLOCKS)
    widths = _integers(net, "ws", MAX_WIDTH, len(depths))
    strides = _integers(net, "ss", MAX_STRIDE, len(depths))
    if depths[0] != 1 or strides[0] not in STEM_STRIDES or len(depths) < 2:
        raise InputError(
            f"the first stage has depth {depths[0]} and stride {strides[0]}, expected the stem with depth 1 and stride "
            f"{', '.join(map(str, STEM_STRIDES))}, and at least one stage after it"
        )
    if sum(depths) > MAX_LAYERS:
        raise InputError(f"{sum(depths)} blocks in total, expected at most {MAX_LAYERS}", path=("ds",))
    numbers = zip(depths, widths, strides, _bottlenecks(net, len(depths)), strict=True)
    _, *stages = (Stage("", block, depth, width, stride, None, own) for depth, width, stride, own in numbers)
    return _network(widths[0], strides[0], tuple(stages))


def stage_lists(architecture: Architecture) -> dict[str, Any]:
    """Return the JSON object of a network of stages; the inverse of `stage_network`.

    A bottleneck block that does not state its ratio and groups has ratio 0.25 and one group.

    Raises:
        InputError: a skeleton that NDS cannot express.
    """
    skeleton = architecture.skeleton
    assert skeleton is not None, "the caller has checked"
    check_own_operators(architecture, (*BLOCKS, "conv_3x3", "conv_7x7", "max_pool_3x3", "global_avg_pool"))
    stem, (block, *others) = skeleton.stem, {stage.op for stage in skeleton.stages}
    width = (stem and (stem[-1].width or stem[0].width)) or 1
    stride = {2: 4, 3: 8}.get(len(stem), 1)
    if others or block not in BLOCKS or skeleton != _network(width, stride, skeleton.stages):
        problem = f"another network, expected the stem of NDS and stages of one of {', '.join(BLOCKS)}"
        raise InputError(problem, path=("skeleton",))
    bottleneck = block == BOTTLENECK
    net: dict[str, Any] = {
        "block_type": block,
        "bot_muls": [1.0] if bottleneck else [],
        "ds": [1],
        "num_gs": [1] if bottleneck else [],
        "ss": [stride],
        "ws": [width],
    }
    stages = []
    for stage in skeleton.stages:
        width = stage.width if stage.width is not None else width
        attributes = {**(DEFAULTS if bottleneck else {}), **dict(stage.attributes)}
        stages.append(replace(stage, width=width, attributes=tuple(sorted(attributes.items()))))
        for key, number in (("ds", stage.repeats), ("ss", stage.stride), ("ws", width)):
            net[key].append(number)
        if bottleneck:
            net["bot_muls"].append(attributes["expansion"])
            net["num_gs"].append(int(attributes["groups"]))
    if stage_network(net).stages != tuple(stages):
        problem = "a stage with a resolution or further attributes, expected neither: NDS cannot express them"
        raise InputError(problem, path=("skeleton", "stages"))
    return net


def _network(width: int, stride: int, stages: tuple[Stage, ...]) -> Skeleton:
    """Return the network of stages: for CIFAR-10 if the stem has stride 1, otherwise for ImageNet."""
    if stride == 1:
        return Skeleton(stages, (Stage(op="conv_3x3", width=width),), POOL, image(32), 10)
    if stride == 4:
        stem = [Stage(op="conv_7x7", width=width, stride=2), Stage(op="max_pool_3x3", stride=2)]
    else:
        stem = [Stage(op="conv_3x3", width=each, stride=2) for each in (max(width // 2, 1), width, width)]
    return Skeleton(stages, tuple(stem), POOL, image(224), 1000)


def _integers(net: Mapping[str, Any], key: str, limit: int, length: int | None = None) -> list[int]:
    """Return the list of integers under a key; an invalid list raises InputError."""
    values = net[key]
    if not isinstance(values, list) or not 0 < len(values) <= MAX_STAGES:
        raise InputError(f"expected a list of 1 to {MAX_STAGES} integers", path=(key,))
    if length is not None and len(values) != length:
        raise InputError(f"{len(values)} numbers, expected {length} as in 'ds'", path=(key,))
    for value in values:
        if type(value) is not int or not 1 <= value <= limit:
            raise InputError(f"{value!r:.80}, expected integers from 1 to {limit:,}", path=(key,))
    return values


def _bottlenecks(net: Mapping[str, Any], length: int) -> list[Attributes]:
    """Return the ratio and the groups of each stage as attributes of its block."""
    if net["block_type"] != BOTTLENECK:
        for key in ("bot_muls", "num_gs"):
            if net[key]:
                raise InputError(f"expected [], {net['block_type']} has no bottleneck", path=(key,))
        return [()] * length
    groups = _integers(net, "num_gs", MAX_WIDTH, length)
    ratios = net["bot_muls"]
    if not isinstance(ratios, list) or len(ratios) != length:
        raise InputError(f"expected a list of {length} numbers as in 'ds'", path=("bot_muls",))
    for ratio in ratios:
        if type(ratio) not in (int, float) or not 0 < ratio <= 16:
            raise InputError(f"{ratio!r:.80}, expected numbers from 0 to 16", path=("bot_muls",))
    if (groups[0], ratios[0]) != (1, 1):
        raise InputError("the stem has a bottleneck, expected 1 and 1.0 for the first stage")
    return [(("expansion", ratio), ("groups", count)) for ratio, count in zip(ratios, groups, strict=True)]
