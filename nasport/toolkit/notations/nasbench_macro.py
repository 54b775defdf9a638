"""Notation of NAS-Bench-Macro: eight digits, one per layer.

0 identity, 1 inverted residual 3x3 with expansion 3, 2 inverted residual 5x5 with expansion 6 (Su et al. 2021, section 5). The
network has a 3x3 convolution to 32 channels, stages of 2, 3 and 3 layers with 64, 128 and 256 channels whose first layers have
stride 2, and a 1x1 convolution to 1280 channels. An identity that changes the shape is a 1x1 projection.
"""

from __future__ import annotations

import re

from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.skeletons import POOL, check_ends, image, layer_digits, layers

OPERATORS = ("id", "ir_3x3_t3", "ir_5x5_t6")
# Width and stride of each layer.
LAYERS = ((64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1))


class NASBenchMacro(Notation):
    """Architectures as eight digits."""

    name = "nasbench_macro"
    description = (
        "NAS-Bench-Macro, eight digits: 0 identity, 1 inverted residual 3x3 t3, 2 inverted residual 5x5 t6"
    )
    example = "01212102"

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        if not re.fullmatch(f"[012]{{{len(LAYERS)}}}", text):
            raise InputError(
                f"{text!r:.200} is not in this notation, expected eight digits 0, 1 or 2, e.g. {self.example}"
            )
        stages = tuple(
            Stage(op=OPERATORS[int(digit)], width=width, stride=stride)
            for digit, (width, stride) in zip(text, LAYERS, strict=True)
        )
        stem, last = Stage(op="conv_3x3", width=32), Stage(op="conv_1x1", width=1280)
        skeleton = Skeleton(stages, (stem,), (last, *POOL), image(32), classes=10)
        return Architecture({}, skeleton, text, "nasbench_macro", Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        stacked = layers(architecture)
        if architecture.cells or tuple((layer.width, layer.stride) for layer in stacked) != LAYERS:
            raise InputError(
                f"cells or other stages, expected {len(LAYERS)} layers of (width, stride) "
                f"{', '.join(map(str, LAYERS))} without cells"
            )
        operators = [vocabulary()[key] for key in OPERATORS]
        text = layer_digits(stacked, [operators] * len(LAYERS), ", ".join(OPERATORS))
        check_ends(architecture, self.parse(text))
        return text
