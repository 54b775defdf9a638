"""Notation of FBNet's space in HW-NAS-Bench: 22 digits, one per layer (Wu et al. 2019, table 1; Li et al. 2021).

0 k3_e1, 1 k3_e1_g2, 2 k3_e3, 3 k3_e6, 4 k5_e1, 5 k5_e1_g2, 6 k5_e3, 7 k5_e6: inverted residuals with kernel, expansion and groups.
They have a first 1x1 convolution even for expansion 1, followed by a channel shuffle if there are groups. 8 skip: identity, or a
1x1 convolution if the shape changes.

The network is that for CIFAR-100: a 3x3 convolution to 16 channels, stages of 1, 4, 4, 4, 4, 4 and 1 layers, a 1x1 convolution to
1504 channels. The parser also reads a list of 22 numbers, the `op_idx_list` of HW-NAS-Bench.
"""

from __future__ import annotations

import re

from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary
from nasport.toolkit.notations.base import Notation, trimmed
from nasport.toolkit.notations.skeletons import POOL, check_ends, image, layer_digits, layers

# Number of layers, width and stride of each stage.
STAGES = ((1, 16, 1), (4, 24, 1), (4, 32, 2), (4, 64, 2), (4, 112, 1), (4, 184, 2), (1, 352, 1))
STEM_WIDTH = 16
# Width and stride of each layer.
LAYERS = [(width, 1 if place else stride) for count, width, stride in STAGES for place in range(count)]
# Inverted residuals of the vocabulary with a first 1x1 convolution in any case, ReLU activations and groups.
BLOCKS = {
    key: vocabulary()[f"mb_{key[1]}x{key[1]}_e{key[4]}"].with_attributes(
        {"expand": "always", "activation": "relu"} | ({"groups": 2} if key.endswith("g2") else {})
    )
    for key in ("k3_e1", "k3_e1_g2", "k3_e3", "k3_e6", "k5_e1", "k5_e1_g2", "k5_e3", "k5_e6")
}
OPERATORS = (*BLOCKS, "skip")
# Operators of each layer by their digits. The skip of a layer that changes the shape is a 1x1 convolution.
CHOICES = [
    OPERATORS if shape == (before, 1) else (*BLOCKS, "conv_1x1")
    for before, shape in zip([STEM_WIDTH, *(width for width, _ in LAYERS)], LAYERS, strict=False)
]


class FBNet(Notation):
    """Architectures as 22 digits."""

    name = "fbnet"
    description = "FBNet, HW-NAS-Bench: 22 digits, 0-3 k3 e1 e1_g2 e3 e6, 4-7 the same with k5, 8 skip"
    example = "0123456781234567801234"

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        digits = re.sub(r"[\s,\[\]()]", "", text)
        if not re.fullmatch(f"[0-8]{{{len(LAYERS)}}}", digits):
            meaning = ", ".join(f"{code} {key}" for code, key in enumerate(OPERATORS))
            raise InputError(
                f"{text!r:.200} is not in this notation, expected {len(LAYERS)} digits: {meaning}; e.g. {self.example}"
            )
        return document(digits, Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        stacked = layers(architecture)
        if architecture.cells or [(layer.width, layer.stride) for layer in stacked] != LAYERS:
            raise InputError(
                f"cells or other stages, expected {len(LAYERS)} layers with the widths and strides of FBNet without cells",
                path=("skeleton", "stages"),
            )
        choices = [[BLOCKS.get(key) or vocabulary()[key] for key in keys] for keys in CHOICES]
        digits = layer_digits(stacked, choices, f"FBNet's {', '.join(OPERATORS)}")
        check_ends(architecture, document(digits))
        return digits


def document(digits: str, source: Source | None = None) -> Architecture:
    """Return the document of a network of 22 digits."""
    chosen = [keys[int(digit)] for digit, keys in zip(digits, CHOICES, strict=True)]
    placed = zip(chosen, LAYERS, strict=True)
    stages = tuple(Stage(op=key, width=width, stride=stride) for key, (width, stride) in placed)
    stem, last = Stage(op="conv_3x3", width=STEM_WIDTH), Stage(op="conv_1x1", width=1504)
    skeleton = Skeleton(stages, (stem,), (last, *POOL), image(32), classes=100)
    own = {key: operator for key, operator in BLOCKS.items() if key in chosen}
    return Architecture({}, skeleton, digits, "fbnet", source, own)
