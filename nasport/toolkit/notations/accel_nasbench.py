"""Accel-NASBench's part of MnasNet's space: seven blocks of inverted residuals (Ahmad et al. 2024, appendix B).

`[[e, ...], [k, ...], [l, ...], [se, ...]]`: of each block the expansion (1, 4, 6), the kernel (3, 5), the number of
layers (1 to 3, of the sixth block to 4) and whether there is squeeze and excitation, of a quarter of the layer's input.
The benchmark's own configurations, `{"block0_e": 1, "block0_k": 3, ...}`, are read as well.

The network is EfficientNet-B0's: a 3x3 convolution to 32 channels, the blocks, a 1x1 convolution to 1280, SiLU throughout
(on the benchmark's FPGAs ReLU in its place).
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

SPACE = "accel_nasbench"
WIDTHS = (16, 24, 40, 80, 112, 192, 320)
STRIDES = (1, 2, 2, 2, 1, 2, 1)
# What each of the four lists may hold; of the number of layers block by block.
EXPANSIONS, KERNELS = (1, 4, 6), (3, 5)
LAYERS = ((1, 2, 3),) * 5 + ((1, 2, 3, 4), (1, 2, 3))
KEYS = ("e", "k", "l", "se")
ACTIVATION = (("activation", "silu"),)


@dataclass(frozen=True)
class Block:
    """One of the seven."""

    expansion: int
    kernel: int
    layers: int
    squeezed: bool

    @property
    def key(self) -> str:
        """The vocabulary's key of its operator."""
        return f"mb_{self.kernel}x{self.kernel}_e{self.expansion}{'_se' if self.squeezed else ''}"


class AccelNASBench(Notation):
    """Four lists of seven."""

    name = "accel_nasbench"
    description = (
        "Accel-NASBench [[e x7], [k x7], [l x7], [se x7]]: expansion, kernel, layers, squeeze and excitation"
    )
    example = (
        "[[1, 6, 6, 6, 6, 6, 6], [3, 3, 5, 3, 5, 5, 3], [1, 2, 2, 3, 3, 4, 1], "
        "[true, true, true, true, true, true, true]]"
    )

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        return document(_blocks(json_or_python(text, self.example)), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        groups = [
            (width, list(group)) for width, group in groupby(layers(architecture), lambda one: one.width)
        ]
        if architecture.cells or tuple(width for width, _ in groups) != WIDTHS:
            raise InputError(
                f"the stages are others, expected blocks of {', '.join(map(str, WIDTHS))} channels and no cell",
                path=("skeleton", "stages"),
            )
        blocks = [_block(group, place) for place, (_, group) in enumerate(groups)]
        found = document(blocks)
        check_ends(architecture, found)
        return found.name


def document(blocks: Sequence[Block], source: Source | None = None) -> Architecture:
    """The document of a network of seven blocks."""
    skeleton = Skeleton(
        tuple(
            Stage(op=block.key, repeats=block.layers, width=width, stride=stride, attributes=ACTIVATION)
            for block, width, stride in zip(blocks, WIDTHS, STRIDES, strict=True)
        ),
        stem=(Stage(op="conv_3x3", width=32, stride=2, attributes=ACTIVATION),),
        head=(Stage(op="conv_1x1", width=1280, attributes=ACTIVATION), Stage(op="global_avg_pool")),
        input=(("channels", 3), ("height", 224), ("width", 224)),
        classes=1000,
    )
    return Architecture({}, skeleton, _text(blocks), SPACE, source)


def _text(blocks: Sequence[Block]) -> str:
    rows = zip(*((one.expansion, one.kernel, one.layers, one.squeezed) for one in blocks), strict=True)
    return json.dumps([list(row) for row in rows])


def _blocks(value: Any) -> list[Block]:
    """Seven blocks of four lists, or of a configuration.

    Raises:
        InputError: says which entry is wrong.
    """
    count = len(WIDTHS)
    if isinstance(value, Mapping):
        names = {f"block{place}_{key}" for place in range(count) for key in KEYS}
        if set(value) != names:
            raise InputError(
                f"expected the keys block0_e, block0_k, block0_l, block0_se to block{count - 1}_se"
            )
        lists = [[value[f"block{place}_{key}"] for place in range(count)] for key in KEYS]
    else:
        lists = value
    if not isinstance(lists, list) or len(lists) != len(KEYS):
        raise InputError(f"expected {len(KEYS)} lists of {count}, e.g. {AccelNASBench.example}")
    for row, key in enumerate(KEYS):
        if not isinstance(lists[row], list) or len(lists[row]) != count:
            raise InputError(f"expected a list of {count}, {key} of each block", path=(row,))
        for place, entry in enumerate(lists[row]):
            allowed = (EXPANSIONS, KERNELS, LAYERS[place], (True, False))[row]
            if not isinstance(entry, int) or entry not in allowed:
                raise InputError(
                    f"{key} is {entry!r:.60}, expected one of {', '.join(map(str, allowed))}",
                    path=(row, place),
                )
    return [Block(int(e), int(k), int(count), bool(se)) for e, k, count, se in zip(*lists, strict=True)]


def _block(group: Sequence[Layer], place: int) -> Block:
    """The block of a stage's layers.

    Raises:
        InputError: it is none of the space.
    """
    for expansion in EXPANSIONS:
        for kernel in KERNELS:
            for squeezed in (False, True):
                block = Block(expansion, kernel, len(group), squeezed)
                operator = vocabulary()[block.key].with_attributes(dict(ACTIVATION))
                strides = (STRIDES[place], *(1,) * (len(group) - 1))
                wanted = [(operator, stride) for stride in strides]
                if len(group) in LAYERS[place] and [(one.what, one.stride) for one in group] == wanted:
                    return block
    raise InputError(f"block {place + 1} is none of Accel-NASBench's", path=("skeleton", "stages"))
