"""NDS' networks of stages: ResNet, ResNeXt and Vanilla (Radosavovic et al. 2019, section 2 and appendix).

The first stage is the stem. Its stride says which: 1 a 3x3 convolution (CIFAR-10), 4 a 7x7 convolution of stride 2 and
max pooling, 8 three 3x3 convolutions of stride 2, the first of half the width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nasport.schemas.architecture import Architecture, Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.notations.skeletons import check_own_operators

BLOCKS = ("res_basic_block", "res_bottleneck_block", "double_plain_block")
BOTTLENECK = "res_bottleneck_block"
# Of a bottleneck block that says nothing: the ratio is ResNet's.
DEFAULTS = {"expansion": 0.25, "groups": 1.0}
KEYS = ("block_type", "bot_muls", "ds", "num_gs", "ss", "ws")
STEM_STRIDES = (1, 4, 8)
MAX_STAGES, MAX_BLOCKS, MAX_LAYERS, MAX_WIDTH, MAX_STRIDE = 32, 500, 900, 65536, 8

Path = tuple[str, ...]


def stage_network(net: Mapping[str, Any], path: Path) -> Skeleton:
    """The skeleton of an NDS network of stages.

    Args:
        net: its JSON object.
        path: its place in the text.

    Raises:
        InputError: names the key and what was expected.
    """
    block = _checked_keys(net, path)
    depths = _integers(net, "ds", MAX_BLOCKS, path)
    widths = _integers(net, "ws", MAX_WIDTH, path, len(depths))
    strides = _integers(net, "ss", MAX_STRIDE, path, len(depths))
    if depths[0] != 1 or strides[0] not in STEM_STRIDES or len(depths) < 2:
        raise InputError(
            f"the first stage has depth {depths[0]} and stride {strides[0]}, expected the stem: "
            f"depth 1 and stride {', '.join(map(str, STEM_STRIDES))}, and a stage after it",
            path=path,
        )
    if sum(depths) > MAX_LAYERS:
        raise InputError(f"{sum(depths)} blocks in all, expected at most {MAX_LAYERS}", path=(*path, "ds"))
    numbers = _bottlenecks(net, block, len(depths), path)
    stages = tuple(
        Stage(op=block, repeats=depth, width=width, stride=stride, attributes=attributes)
        for depth, width, stride, attributes in zip(
            depths[1:], widths[1:], strides[1:], numbers[1:], strict=True
        )
    )
    return _network(widths[0], strides[0], stages)


def stage_lists(architecture: Architecture) -> dict[str, Any]:
    """The JSON object of an NDS network of stages, the inverse of `stage_network`.

    A bottleneck block that does not say its ratio and groups has a quarter and one.

    Raises:
        InputError: the skeleton is none of NDS'.
    """
    skeleton = architecture.skeleton
    assert skeleton is not None, "the caller has checked"
    check_own_operators(architecture, (*BLOCKS, "conv_3x3", "conv_7x7", "max_pool_3x3", "global_avg_pool"))
    blocks = {stage.op for stage in skeleton.stages}
    block = next(iter(blocks))
    last = skeleton.stem[-1] if skeleton.stem else Stage()
    width = last.width or (skeleton.stem[0].width if skeleton.stem else None) or 1
    stride = 8 if len(skeleton.stem) == 3 else 4 if len(skeleton.stem) == 2 else 1
    if len(blocks) > 1 or block not in BLOCKS or skeleton != _network(width, stride, skeleton.stages):
        raise InputError(
            f"not a network of NDS: expected its stem and stages of one of {', '.join(BLOCKS)}",
            path=("skeleton",),
        )
    bottleneck = block == BOTTLENECK
    stages = _spelled_out(skeleton.stages, width, DEFAULTS if bottleneck else {})
    numbers = [dict(stage.attributes) for stage in stages]
    net = {
        "block_type": block,
        "bot_muls": [1.0, *(value["expansion"] for value in numbers)] if bottleneck else [],
        "ds": [1, *(stage.repeats for stage in stages)],
        "num_gs": [1, *(int(value["groups"]) for value in numbers)] if bottleneck else [],
        "ss": [stride, *(stage.stride for stage in stages)],
        "ws": [width, *(stage.width for stage in stages)],
    }
    if stage_network(net, ()).stages != stages:
        raise InputError(
            "a stage has a resolution or attributes of its own, expected none: NDS has no word for them",
            path=("skeleton", "stages"),
        )
    return net


def _spelled_out(stages: tuple[Stage, ...], width: int, defaults: Mapping[str, float]) -> tuple[Stage, ...]:
    """The stages with their widths and attributes, also where a document leaves them to what came before."""
    found = []
    for stage in stages:
        width = stage.width if stage.width is not None else width
        attributes = tuple(sorted({**defaults, **dict(stage.attributes)}.items()))
        found.append(replace(stage, width=width, attributes=attributes))
    return tuple(found)


def _network(width: int, stride: int, stages: tuple[Stage, ...]) -> Skeleton:
    """The network of these stages; of CIFAR-10 where the stem has stride 1, else of ImageNet."""
    size = 32 if stride == 1 else 224
    return Skeleton(
        input=(("channels", 3), ("height", size), ("width", size)),
        stem=_stem(width, stride),
        stages=stages,
        head=(Stage(op="global_avg_pool"),),
        classes=10 if stride == 1 else 1000,
    )


def _stem(width: int, stride: int) -> tuple[Stage, ...]:
    if stride == 1:
        return (Stage(op="conv_3x3", width=width),)
    if stride == 4:
        return Stage(op="conv_7x7", width=width, stride=2), Stage(op="max_pool_3x3", stride=2)
    return tuple(Stage(op="conv_3x3", width=w, stride=2) for w in (max(width // 2, 1), width, width))


def _checked_keys(net: Mapping[str, Any], path: Path) -> str:
    if net.keys() != set(KEYS):
        raise InputError(f"keys {', '.join(sorted(net))}, expected {', '.join(KEYS)}", path=path)
    block = net["block_type"]
    if block not in BLOCKS:
        raise InputError(
            f"unknown block {block!r:.80}{did_you_mean(block, BLOCKS)}expected one of {', '.join(BLOCKS)}",
            path=(*path, "block_type"),
        )
    return str(block)


def _integers(
    net: Mapping[str, Any], key: str, limit: int, path: Path, length: int | None = None
) -> list[int]:
    values = net[key]
    if not isinstance(values, list) or not 0 < len(values) <= MAX_STAGES:
        raise InputError(f"expected a list of 1 to {MAX_STAGES} integers", path=(*path, key))
    if length is not None and len(values) != length:
        raise InputError(f"{len(values)} numbers, expected {length} as in 'ds'", path=(*path, key))
    for value in values:
        if type(value) is not int or not 1 <= value <= limit:
            raise InputError(f"{value!r:.80}, expected integers from 1 to {limit:,}", path=(*path, key))
    return values


def _bottlenecks(
    net: Mapping[str, Any], block: str, length: int, path: Path
) -> list[tuple[tuple[str, float], ...]]:
    """Each stage's ratio and groups as attributes of its block."""
    if block != BOTTLENECK:
        for key in ("bot_muls", "num_gs"):
            if net[key]:
                raise InputError(f"expected [], {block} has no bottleneck", path=(*path, key))
        return [()] * length
    groups = _integers(net, "num_gs", MAX_WIDTH, path, length)
    ratios = net["bot_muls"]
    if not isinstance(ratios, list) or len(ratios) != length:
        raise InputError(f"expected a list of {length} numbers as in 'ds'", path=(*path, "bot_muls"))
    for ratio in ratios:
        if type(ratio) not in (int, float) or not 0 < ratio <= 16:
            raise InputError(f"{ratio!r:.80}, expected numbers from 0 to 16", path=(*path, "bot_muls"))
    if (groups[0], ratios[0]) != (1, 1):
        raise InputError("the stem has a bottleneck, expected 1 and 1.0 for the first stage", path=path)
    return [(("expansion", ratio), ("groups", count)) for ratio, count in zip(ratios, groups, strict=True)]
