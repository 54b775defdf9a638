"""FBNet's space as HW-NAS-Bench writes it: 22 digits, one for each layer (Wu et al. 2019, table 1; Li et al. 2021).

0 k3_e1, 1 k3_e1_g2, 2 k3_e3, 3 k3_e6, 4 k5_e1, 5 k5_e1_g2, 6 k5_e3, 7 k5_e6: inverted residuals of a kernel, an
expansion and groups, which keep their first 1x1 convolution also where the expansion is 1, with a shuffle behind it where
there are groups. 8 skip: nothing, or a 1x1 convolution where the shape changes.

The network is that of CIFAR-100: a 3x3 convolution to 16 channels, stages of 1, 4, 4, 4, 4, 4 and 1 layers, a 1x1
convolution to 1504. A list of 22 numbers, HW-NAS-Bench's `op_idx_list`, is read as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator, vocabulary
from nasport.toolkit.notations.base import Notation, trimmed
from nasport.toolkit.notations.skeletons import Layer, check_ends, layers

SPACE = "fbnet"
# Layers, width and stride of each stage.
STAGES = ((1, 16, 1), (4, 24, 1), (4, 32, 2), (4, 64, 2), (4, 112, 1), (4, 184, 2), (1, 352, 1))
STEM_WIDTH, HEAD_WIDTH, CLASSES = 16, 1504, 100
BLOCKS = ("k3_e1", "k3_e1_g2", "k3_e3", "k3_e6", "k5_e1", "k5_e1_g2", "k5_e3", "k5_e6")
SKIP, PROJECTION = "skip", "conv_1x1"

# Of each layer: its width, its stride, and whether it changes neither.
LAYERS = tuple(
    (width, stride if place == 0 else 1, place > 0 or (width, stride) == (STEM_WIDTH, 1))
    for count, width, stride in STAGES
    for place in range(count)
)


class FBNet(Notation):
    """22 digits."""

    name = "fbnet"
    description = "FBNet, HW-NAS-Bench: 22 digits, 0-3 k3 e1 e1_g2 e3 e6, 4-7 the same with k5, 8 skip"
    example = "0123456781234567801234"

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        digits = re.sub(r"[\s,\[\]()]", "", text)
        if not re.fullmatch(f"[0-8]{{{len(LAYERS)}}}", digits):
            meaning = ", ".join(f"{code} {key}" for code, key in enumerate((*BLOCKS, SKIP)))
            raise InputError(
                f"{text!r:.200} is not in this notation, expected {len(LAYERS)} digits: {meaning}; e.g. {self.example}"
            )
        return document(digits, Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        found = layers(architecture)
        if architecture.cells or [(layer.width, layer.stride) for layer in found] != [
            (width, stride) for width, stride, _ in LAYERS
        ]:
            raise InputError(
                f"the stages are others, expected {len(LAYERS)} layers with the widths and strides of FBNet and no cell",
                path=("skeleton", "stages"),
            )
        digits = "".join(_digit(layer, place) for place, layer in enumerate(found))
        check_ends(architecture, document(digits))
        return digits


def document(digits: str, source: Source | None = None) -> Architecture:
    """The document of a network of these 22 digits."""
    chosen = [_key(int(digit), keeps) for digit, (_, _, keeps) in zip(digits, LAYERS, strict=True)]
    skeleton = Skeleton(
        tuple(
            Stage(op=key, width=width, stride=stride)
            for key, (width, stride, _) in zip(chosen, LAYERS, strict=True)
        ),
        stem=(Stage(op="conv_3x3", width=STEM_WIDTH),),
        head=(Stage(op="conv_1x1", width=HEAD_WIDTH), Stage(op="global_avg_pool")),
        input=(("channels", 3), ("height", 32), ("width", 32)),
        classes=CLASSES,
    )
    own = {key: operator for key, operator in operators().items() if key in chosen}
    return Architecture({}, skeleton, digits, SPACE, source, own)


@cache
def operators() -> Mapping[str, Operator]:
    """FBNet's blocks by their names: the vocabulary's inverted residuals with their first 1x1 kept, ReLU, and groups."""
    found = {}
    for key in BLOCKS:
        kernel, expansion = key[1], key[4]
        changes: dict[str, float | str] = {"expand": "always", "activation": "relu"}
        if key.endswith("g2"):
            changes["groups"] = 2
        found[key] = vocabulary()[f"mb_{kernel}x{kernel}_e{expansion}"].with_attributes(changes)
    return found


def _key(code: int, keeps_shape: bool) -> str:
    return BLOCKS[code] if code < len(BLOCKS) else SKIP if keeps_shape else PROJECTION


def _digit(layer: Layer, place: int) -> str:
    known = {**operators(), SKIP: vocabulary()[SKIP], PROJECTION: vocabulary()[PROJECTION]}
    for code in range(len(BLOCKS) + 1):
        if known[_key(code, LAYERS[place][2])] == layer.what:
            return str(code)
    raise InputError(
        f"layer {place + 1} is none of {', '.join((*BLOCKS, SKIP))} as FBNet has them",
        path=("skeleton", "stages"),
    )
