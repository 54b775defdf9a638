"""Once-for-all's MobileNetV3 configurations: `{"ks": [...], "e": [...], "d": [...], "r": 224}` (Cai et al. 2020).

Five stages of two to four blocks: `d` says how many, `ks` and `e` the kernel (3, 5, 7) and the expansion (3, 4, 6) of each
of four blocks a stage, twenty in all. What stands there of blocks beyond a stage's depth means nothing; it is written as
0, as the authors' encoder does, or as the source has it. `r` is the size of the image (224 unless said otherwise), `w`
what the widths are multiplied by (1.0; 1.2 is the other network that the authors trained). One number stands for a list of
it.

The network is that of the authors' code: ReLU in the first three stages and hardswish behind, squeeze and excitation in
the stages of 40, 112 and 160 channels, of a quarter of the expanded width in multiples of 8 with a hard sigmoid; behind the
pooling a linear layer without bias.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary
from nasport.toolkit.notations.base import Notation, trimmed
from nasport.toolkit.notations.objects import json_or_python
from nasport.toolkit.notations.skeletons import Layer, check_ends, layers

SPACE = "ofa_mbv3"
KERNELS, EXPANSIONS, DEPTHS = (3, 5, 7), (3, 4, 6), (2, 3, 4)
MULTIPLIERS = (1.0, 1.2)
SIZES = range(32, 1025)
MOST = max(DEPTHS)
# Of each stage: width, stride, activation, whether it squeezes.
STAGES = (
    (24, 2, "relu", False),
    (40, 2, "relu", True),
    (80, 2, "hardswish", False),
    (112, 1, "hardswish", True),
    (160, 2, "hardswish", True),
)
BLOCKS = MOST * len(STAGES)
SQUEEZE = (
    ("gate", "hardsigmoid"),
    ("squeeze", 0.25),
    ("squeeze_multiple", 8),
    ("squeeze_of", "expanded"),
)
HARDSWISH = (("activation", "hardswish"),)


@dataclass(frozen=True)
class Configuration:
    """One network.

    Attributes:
        kernels: of four blocks a stage; what stands beyond a stage's depth means nothing.
        expansions: likewise.
        depths: of the five stages.
        size: height and width of the image.
        multiplier: of the widths.
    """

    kernels: tuple[int, ...]
    expansions: tuple[int, ...]
    depths: tuple[int, ...]
    size: int = 224
    multiplier: float = 1.0

    def text(self) -> str:
        """The configuration as JSON."""
        value: dict[str, Any] = {"ks": self.kernels, "e": self.expansions, "d": self.depths, "r": self.size}
        return json.dumps(value | ({} if self.multiplier == 1 else {"w": self.multiplier}))

    def network(self) -> Configuration:
        """The same network, with 0 for what means nothing."""
        used = [place % MOST < self.depths[place // MOST] for place in range(BLOCKS)]
        kernels, expansions = (
            tuple(value if use else 0 for value, use in zip(values, used, strict=True))
            for values in (self.kernels, self.expansions)
        )
        return Configuration(kernels, expansions, self.depths, self.size, self.multiplier)


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
        found = _configuration(architecture)
        check_ends(architecture, document(found))
        source = architecture.source
        if source is not None and source.format == self.name:
            try:
                original = read(source.text)
            except InputError:
                return found.text()
            if original.network() == found:
                return original.text()
        return found.text()


def read(text: str) -> Configuration:
    """The configuration of a text.

    Raises:
        InputError: names the key and what was expected.
    """
    value = json_or_python(text, OFAMobileNetV3.example)
    if not isinstance(value, Mapping) or not {"ks", "e", "d"} <= set(value) <= {*_OTHERS, "ks", "e", "d"}:
        raise InputError(f"expected an object with 'ks', 'e' and 'd', e.g. {OFAMobileNetV3.example}")
    depths = _numbers(value, "d", len(STAGES), DEPTHS)
    used = [place % MOST < depths[place // MOST] for place in range(BLOCKS)]
    kernels = _numbers(value, "ks", BLOCKS, KERNELS, used)
    expansions = _numbers(value, "e", BLOCKS, EXPANSIONS, used)
    size, multiplier = _said(value, "r", "image_size"), _said(value, "w", "wid")
    if size is not None and (type(size) is not int or size not in SIZES):
        raise InputError(
            f"{size!r:.60}, expected the size of an image from {SIZES[0]} to {SIZES[-1]}", path=("r",)
        )
    if multiplier is not None and multiplier not in MULTIPLIERS:
        raise InputError(f"{multiplier!r:.60}, expected 1.0 or 1.2", path=("w",))
    return Configuration(kernels, expansions, depths, size or 224, float(multiplier or 1))


def document(found: Configuration, source: Source | None = None) -> Architecture:
    """The document of a configuration."""
    stages = [Stage(op="mb_3x3_e1", width=_width(16, found), attributes=(("activation", "relu"),))]
    for place, (width, stride, activation, squeezes) in enumerate(STAGES):
        attributes = _attributes(activation, squeezes)
        for block in range(found.depths[place]):
            kernel, expansion = (values[MOST * place + block] for values in (found.kernels, found.expansions))
            key = f"mb_{kernel}x{kernel}_e{expansion}"
            stages.append(
                Stage("", key, 1, _width(width, found), stride if block == 0 else 1, attributes=attributes)
            )
    skeleton = Skeleton(
        tuple(stages),
        stem=(Stage(op="conv_3x3", width=_width(16, found), stride=2, attributes=HARDSWISH),),
        head=(
            Stage(op="conv_1x1", width=_width(960, found), attributes=HARDSWISH),
            Stage(op="global_avg_pool"),
            Stage(op="linear", width=_width(1280, found), attributes=(*HARDSWISH, ("bias", 0))),
        ),
        input=(("channels", 3), ("height", found.size), ("width", found.size)),
        classes=1000,
    )
    return Architecture({}, skeleton, found.network().text(), SPACE, source)


_OTHERS = ("r", "image_size", "w", "wid")


def _said(value: Mapping[str, Any], *names: str) -> Any:
    """What stands under one of several names, a list of one taken out of it; None where nothing does."""
    found = next((value[name] for name in names if value.get(name) is not None), None)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _numbers(
    value: Mapping[str, Any], key: str, count: int, allowed: Sequence[int], used: Sequence[bool] = ()
) -> tuple[int, ...]:
    numbers = value[key] if isinstance(value[key], list) else [value[key]] * count
    if len(numbers) != count:
        raise InputError(f"{len(numbers)} numbers, expected {count}", path=(key,))
    for place, number in enumerate(numbers):
        matters = not used or used[place]
        if type(number) is not int or number not in (allowed if matters else (0, *allowed)):
            raise InputError(
                f"{number!r:.60}, expected one of {', '.join(map(str, allowed))}", path=(key, place)
            )
    return tuple(numbers)


def _width(width: int, found: Configuration) -> int:
    """To the nearest multiple of 8, not below nine tenths."""
    wanted = width * found.multiplier
    rounded = int(wanted + 4) // 8 * 8
    return rounded if rounded >= 0.9 * wanted else rounded + 8


def _attributes(activation: str, squeezes: bool) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((("activation", activation), *(SQUEEZE if squeezes else ()))))


def _configuration(architecture: Architecture) -> Configuration:
    """The configuration that a document has, with 0 for blocks that are not there.

    Raises:
        InputError: it has none.
    """
    found = layers(architecture)
    sizes = dict(architecture.skeleton.input) if architecture.skeleton else {}
    if architecture.cells or sizes.get("height") != sizes.get("width"):
        raise InputError("cells, or an image that is no square, expected none", path=("skeleton", "input"))
    groups = [[*group] for _, group in groupby(found[1:], lambda layer: layer.width)]
    for multiplier in MULTIPLIERS:
        scaled = Configuration((), (), (), sizes.get("height", 0), multiplier)
        widths = [_width(width, scaled) for width, *_ in STAGES]
        if [group[0].width for group in groups] == widths and len({*map(len, groups), *DEPTHS}) == len(
            DEPTHS
        ):
            blocks = [_block(group, place, at) for place, group in enumerate(groups) for at in range(MOST)]
            kernels, expansions = zip(*blocks, strict=True)
            depths = tuple(map(len, groups))
            return Configuration(kernels, expansions, depths, scaled.size, multiplier)
    raise InputError(
        "the stages are others, expected a block and five stages of 2 to 4 blocks with the widths of once-for-all",
        path=("skeleton", "stages"),
    )


def _block(group: Sequence[Layer], place: int, at: int) -> tuple[int, int]:
    """Kernel and expansion of a block of a stage; zeros beyond its depth."""
    _, stride, activation, squeezes = STAGES[place]
    if at >= len(group):
        return 0, 0
    for kernel in KERNELS:
        for expansion in EXPANSIONS:
            operator = vocabulary()[f"mb_{kernel}x{kernel}_e{expansion}"]
            changes = dict(_attributes(activation, squeezes))
            if group[at].stride == (stride if at == 0 else 1) and group[at].what == operator.with_attributes(
                changes
            ):
                return kernel, expansion
    raise InputError(
        f"block {at + 1} of stage {place + 1} is none of once-for-all's", path=("skeleton", "stages")
    )
