"""Notation of Accel-NASBench, a part of MnasNet's space: seven blocks of inverted residuals (Ahmad et al. 2024, appendix B).

`[[e, ...], [k, ...], [l, ...], [se, ...]]` gives for each block the expansion (1, 4, 6), the kernel (3, 5), the number of layers
(1 to 3, in the sixth block 1 to 4) and whether it has squeeze and excitation with a quarter of the layer's input channels. The
parser also reads the benchmark's configurations, `{"block0_e": 1, "block0_k": 3, ...}`.

The network is that of EfficientNet-B0: a 3x3 convolution to 32 channels, the blocks, a 1x1 convolution to 1280 channels, with
SiLU activations (on FPGAs the benchmark replaces them by ReLU).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby, product
from typing import Any

from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary
from nasport.toolkit.notations.base import Notation, trimmed
from nasport.toolkit.notations.objects import json_or_python
from nasport.toolkit.notations.skeletons import POOL, check_ends, image, layers

WIDTHS = (16, 24, 40, 80, 112, 192, 320)
STRIDES = (1, 2, 2, 2, 1, 2, 1)
# Allowed values of the four lists; those of the number of layers depend on the block.
EXPANSIONS, KERNELS = (1, 4, 6), (3, 5)
LAYERS = ((1, 2, 3),) * 5 + ((1, 2, 3, 4), (1, 2, 3))
KEYS = ("e", "k", "l", "se")
ACTIVATION = (("activation", "silu"),)

# Expansion, kernel, number of layers, and squeeze and excitation of each block.
SevenBlocks = Sequence[tuple[int, int, int, bool]]


class AccelNASBench(Notation):
    """Architectures as four lists of seven values."""

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
        groups = [[*group] for _, group in groupby(layers(architecture), lambda layer: layer.width)]
        if architecture.cells or tuple(group[0].width for group in groups) != WIDTHS:
            raise InputError(
                f"cells or other widths, expected stages of {', '.join(map(str, WIDTHS))} channels without cells",
                path=("skeleton", "stages"),
            )
        known = {
            vocabulary()[_key(*choice)].with_attributes(dict(ACTIVATION)): choice
            for choice in product(EXPANSIONS, KERNELS, (False, True))
        }
        blocks = []
        for place, group in enumerate(groups):
            (what, *others), count = {layer.what for layer in group}, len(group)
            strides = [STRIDES[place], *[1] * (count - 1)]
            wanted = not others and count in LAYERS[place] and [layer.stride for layer in group] == strides
            if what not in known or not wanted:
                problem = f"block {place + 1} differs, expected a block of Accel-NASBench"
                raise InputError(problem, path=("skeleton", "stages"))
            expansion, kernel, squeezed = known[what]
            blocks.append((expansion, kernel, count, squeezed))
        written = document(blocks)
        check_ends(architecture, written)
        return written.name


def document(blocks: SevenBlocks, source: Source | None = None) -> Architecture:
    """Return the document of a network of seven blocks."""
    stages = tuple(
        Stage("", _key(expansion, kernel, squeezed), count, width, stride, attributes=ACTIVATION)
        for (expansion, kernel, count, squeezed), width, stride in zip(blocks, WIDTHS, STRIDES, strict=True)
    )
    stem = Stage(op="conv_3x3", width=32, stride=2, attributes=ACTIVATION)
    last = Stage(op="conv_1x1", width=1280, attributes=ACTIVATION)
    skeleton = Skeleton(stages, (stem,), (last, *POOL), image(224), classes=1000)
    lists = json.dumps([*zip(*blocks, strict=True)])
    return Architecture({}, skeleton, lists, "accel_nasbench", source)


def _key(expansion: int, kernel: int, squeezed: bool) -> str:
    return f"mb_{kernel}x{kernel}_e{expansion}{'_se' if squeezed else ''}"


def _blocks(value: Any) -> SevenBlocks:
    """Read seven blocks from four lists or from a configuration of the benchmark.

    Raises:
        InputError: an invalid entry; the path of the error points to it.
    """
    count = len(WIDTHS)
    if isinstance(value, Mapping):
        if set(value) != {f"block{place}_{key}" for place in range(count) for key in KEYS}:
            problem = f"expected the keys block0_e, block0_k, block0_l, block0_se to block{count - 1}_se"
            raise InputError(problem)
        value = [[value[f"block{place}_{key}"] for place in range(count)] for key in KEYS]
    if not isinstance(value, list) or len(value) != len(KEYS):
        raise InputError(f"expected {len(KEYS)} lists of {count}, e.g. {AccelNASBench.example}")
    for row, key in enumerate(KEYS):
        if not isinstance(value[row], list) or len(value[row]) != count:
            raise InputError(f"expected a list of {count} values, {key} of each block", path=(row,))
        for place, entry in enumerate(value[row]):
            allowed = (EXPANSIONS, KERNELS, LAYERS[place], (True, False))[row]
            if not isinstance(entry, int) or entry not in allowed:
                problem = f"{key} is {entry!r:.60}, expected one of {', '.join(map(str, allowed))}"
                raise InputError(problem, path=(row, place))
    return [(int(e), int(k), int(layers), bool(se)) for e, k, layers, se in zip(*value, strict=True)]
