"""Notation of Once-for-all's MobileNetV3: `{"ks": [...], "e": [...], "d": [...], "r": 224}` (Cai et al. 2020).

A network has five stages of two to four blocks. `d` gives the number of blocks of each stage; `ks` and `e` give the kernel (3, 5, 7)
and the expansion (3, 4, 6) of four blocks per stage, twenty in total. Values of blocks beyond the depth of a stage have no effect;
they are written as 0, like in the authors' encoder, or as in the source text. `r` is the size of the image (default: 224). `w`
multiplies the widths (default: 1.0; the authors also trained a network with 1.2). A single number means a list of equal numbers.

The network is that of the authors' code: ReLU in the first three stages and hardswish after them; squeeze and excitation in the stages
of 40, 112 and 160 channels, with a hard sigmoid and a quarter of the expanded width, rounded to a multiple of 8; and a linear layer
without bias after the pooling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby, product
from operator import mul
from typing import Any

from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Attributes, vocabulary
from nasport.toolkit.notations.base import Notation, trimmed
from nasport.toolkit.notations.objects import json_or_python
from nasport.toolkit.notations.skeletons import POOL, check_ends, image, layers

KERNELS, EXPANSIONS, DEPTHS = (3, 5, 7), (3, 4, 6), (2, 3, 4)
MULTIPLIERS = (1.0, 1.2)
SIZES = range(32, 1025)
MOST = max(DEPTHS)
RELU, HARDSWISH = (("activation", "relu"),), (("activation", "hardswish"),)
SQUEEZE = (("gate", "hardsigmoid"), ("squeeze", 0.25), ("squeeze_multiple", 8), ("squeeze_of", "expanded"))
# Width, stride, and attributes of the blocks of each stage.
STAGES: tuple[tuple[int, int, Attributes], ...] = (
    (24, 2, RELU),
    (40, 2, (*RELU, *SQUEEZE)),
    (80, 2, HARDSWISH),
    (112, 1, (*HARDSWISH, *SQUEEZE)),
    (160, 2, (*HARDSWISH, *SQUEEZE)),
)


@dataclass(frozen=True)
class OFAConfiguration:
    """Configuration of one network.

    Attributes:
        kernels: kernels of four blocks per stage; values beyond the depth of a stage have no effect.
        expansions: expansions of four blocks per stage; values beyond the depth of a stage have no effect.
        depths: number of blocks of each of the five stages.
        size: height and width of the image.
        multiplier: factor on the widths.
    """

    kernels: tuple[int, ...]
    expansions: tuple[int, ...]
    depths: tuple[int, ...]
    size: int = 224
    multiplier: float = 1.0

    def text(self) -> str:
        """Return the configuration as JSON."""
        value: dict[str, Any] = {"ks": self.kernels, "e": self.expansions, "d": self.depths, "r": self.size}
        return json.dumps(value | ({} if self.multiplier == 1 else {"w": self.multiplier}))

    def network(self) -> OFAConfiguration:
        """Return the same network, with 0 for values without effect."""
        used = _used(self.depths)
        kernels, expansions = (tuple(map(mul, values, used)) for values in (self.kernels, self.expansions))
        return replace(self, kernels=kernels, expansions=expansions)

    def width(self, width: int) -> int:
        """Return a multiplied width, rounded to the nearest multiple of 8, or up if rounding loses more than a tenth."""
        wanted = width * self.multiplier
        rounded = int(wanted + 4) // 8 * 8
        return rounded if rounded >= 0.9 * wanted else rounded + 8


class OFAMobileNetV3(Notation):
    """A configuration as JSON."""

    name = "ofa_mbv3"
    description = (
        'once-for-all MobileNetV3 {"ks": [20 kernels], "e": [20 expansions], "d": [5 depths], "r": 224}'
    )
    example = json.dumps({"ks": [3, 5, 7, 0] * 5, "e": [6, 4, 3, 0] * 5, "d": [3] * 5, "r": 224})

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        return document(read(text), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        configuration = _configuration(architecture)
        check_ends(architecture, document(configuration))
        if architecture.source is not None and architecture.source.format == self.name:
            with suppress(InputError):
                original = read(architecture.source.text)
                return original.text() if original.network() == configuration else configuration.text()
        return configuration.text()


def read(text: str) -> OFAConfiguration:
    """Parse a configuration.

    Raises:
        InputError: an invalid value; the path of the error names the key.
    """
    value = json_or_python(text, OFAMobileNetV3.example)
    needed = {"ks", "e", "d"}
    if not isinstance(value, Mapping) or not needed <= set(value) <= {*needed, "r", "image_size", "w", "wid"}:
        raise InputError(f"expected an object with 'ks', 'e' and 'd', e.g. {OFAMobileNetV3.example}")
    depths = _numbers(value, "d", DEPTHS, [True] * len(STAGES))
    used = _used(depths)
    kernels, expansions = _numbers(value, "ks", KERNELS, used), _numbers(value, "e", EXPANSIONS, used)
    size, multiplier = _optional(value, "r", "image_size"), _optional(value, "w", "wid")
    if size is not None and (type(size) is not int or size not in SIZES):
        problem = f"{size!r:.60}, expected an image size from {SIZES[0]} to {SIZES[-1]}"
        raise InputError(problem, path=("r",))
    if multiplier is not None and multiplier not in MULTIPLIERS:
        raise InputError(f"{multiplier!r:.60}, expected 1.0 or 1.2", path=("w",))
    return OFAConfiguration(kernels, expansions, depths, size or 224, float(multiplier or 1))


def document(configuration: OFAConfiguration, source: Source | None = None) -> Architecture:
    """Return the document of a configuration."""
    blocks = zip(configuration.kernels, configuration.expansions, _used(configuration.depths), strict=True)
    scaled = configuration.width
    stages = [Stage(op="mb_3x3_e1", width=scaled(16), attributes=RELU)]
    for place, (kernel, expansion, used) in enumerate(blocks):
        width, stride, attributes = STAGES[place // MOST]
        if used:
            key, stride = _key(kernel, expansion), 1 if place % MOST else stride
            stages.append(Stage("", key, 1, scaled(width), stride, attributes=attributes))
    stem = Stage(op="conv_3x3", width=scaled(16), stride=2, attributes=HARDSWISH)
    last = Stage(op="conv_1x1", width=scaled(960), attributes=HARDSWISH)
    linear = Stage(op="linear", width=scaled(1280), attributes=(*HARDSWISH, ("bias", 0)))
    head = (last, *POOL, linear)
    skeleton = Skeleton(tuple(stages), (stem,), head, image(configuration.size), classes=1000)
    return Architecture({}, skeleton, configuration.network().text(), "ofa_mbv3", source)


def _key(kernel: int, expansion: int) -> str:
    return f"mb_{kernel}x{kernel}_e{expansion}"


def _used(depths: Sequence[int]) -> list[bool]:
    """Return whether each block is within the depth of its stage, for four blocks per stage."""
    return [block < depth for depth in depths for block in range(MOST)]


def _optional(value: Mapping[str, Any], *names: str) -> Any:
    """Return the value of the first of several keys that is present, or None. A list of one value becomes this value."""
    entry = next((value[name] for name in names if value.get(name) is not None), None)
    return entry[0] if isinstance(entry, list) and len(entry) == 1 else entry


def _numbers(
    value: Mapping[str, Any], key: str, allowed: Sequence[int], used: Sequence[bool]
) -> tuple[int, ...]:
    """Return the numbers under a key.

    Args:
        value: JSON object.
        key: key of a list, or of one number for all.
        allowed: allowed numbers of the blocks that are used; other blocks can also have 0.
        used: whether each block is used; determines the length of the list.

    Raises:
        InputError: a number that is not allowed, or another length.
    """
    count = len(used)
    numbers = value[key] if isinstance(value[key], list) else [value[key]] * count
    if len(numbers) != count:
        raise InputError(f"{len(numbers)} numbers, expected {count}", path=(key,))
    for place, number in enumerate(numbers):
        if type(number) is not int or number not in (allowed if used[place] else (0, *allowed)):
            problem = f"{number!r:.60}, expected one of {', '.join(map(str, allowed))}"
            raise InputError(problem, path=(key, place))
    return tuple(numbers)


def _configuration(architecture: Architecture) -> OFAConfiguration:
    """Return the configuration of a document, with 0 for absent blocks.

    Raises:
        InputError: an architecture outside Once-for-all's search space.
    """
    stacked = layers(architecture)
    sizes = dict(architecture.skeleton.input) if architecture.skeleton else {}
    if architecture.cells or sizes.get("height") != sizes.get("width"):
        raise InputError(
            "cells or a rectangular image, expected no cells and a square image", path=("skeleton", "input")
        )
    groups = [[*group] for _, group in groupby(stacked[1:], lambda layer: layer.width)]
    depths = tuple(map(len, groups))
    networks = (OFAConfiguration((), (), depths, sizes.get("height", 0), each) for each in MULTIPLIERS)
    widths = [group[0].width for group in groups]
    network = next((n for n in networks if [n.width(width) for width, *_ in STAGES] == widths), None)
    if network is None or not set(depths) <= {*DEPTHS}:
        raise InputError(
            "other stages, expected a block and five stages of 2 to 4 blocks with the widths of Once-for-all",
            path=("skeleton", "stages"),
        )
    blocks: list[tuple[int, int]] = []
    for place, (group, (_, stride, attributes)) in enumerate(zip(groups, STAGES, strict=True), 1):
        known = {}
        for choice in product(KERNELS, EXPANSIONS):
            known[vocabulary()[_key(*choice)].with_attributes(dict(attributes))] = choice
        for number, layer in enumerate(group):
            if layer.what not in known or layer.stride != (1 if number else stride):
                problem = f"block {number + 1} of stage {place} differs, expected a block of Once-for-all"
                raise InputError(problem, path=("skeleton", "stages"))
            blocks.append(known[layer.what])
        blocks += [(0, 0)] * (MOST - len(group))
    kernels, expansions = zip(*blocks, strict=True)
    return replace(network, kernels=kernels, expansions=expansions)
