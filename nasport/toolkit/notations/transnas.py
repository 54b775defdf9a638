"""Notations of TransNAS-Bench-101: `64-41414-a_bc_def` (micro) and `64-1234-basic` (macro), Duan et al. 2021, section 3.

The first number is the width after the stem. Each digit of the middle part is a module of two cells or residual blocks: 1 keeps the
shape; in its first cell or block, 2 doubles the channels, 3 halves the resolution, and 4 does both. The micro space has the modules
41414 and varies the cell, which is that of NAS-Bench-201 without average pooling. The last part lists the operators on the edges into
nodes 1, 2 and 3 (0 none, 1 skip_connect, 2 nor_conv_1x1, 3 nor_conv_3x3). The macro space has a fixed residual block and four to six
modules, of which one to three double the channels and one to four halve the resolution: 3,256 architectures.

The benchmark trains the backbone for seven tasks. The documents have the head of object classification (75 classes, images of
256x256).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator, vocabulary
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.edge_space import EdgeCellSpace, EdgeNotation
from nasport.toolkit.notations.skeletons import POOL, StackedLayer, check_ends, image, layers, stem_width

OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
BLOCK = "res_basic_block"
# In the benchmark's block, each ReLU precedes its convolution, and no operation follows the sum.
BLOCK_ATTRIBUTES = (("order", "relu-conv-bn"),)
WIDTH = 64
MICRO_MODULES = "41414"
MICRO_START = f"{WIDTH}-{MICRO_MODULES}-"
BLOCKS_PER_MODULE = 2
# Factor on the channels, and stride, by digit.
MODULES = {"1": (1, 1), "2": (2, 1), "3": (1, 2), "4": (2, 2)}


def _skeleton(modules: str, **layer: Any) -> Skeleton:
    """Return the network of modules that repeat one cell or operator.

    Args:
        modules: a digit for each module.
        layer: fields of `Stage` for the cell or operator.
    """
    width, stages = WIDTH, []
    for digit in modules:
        factor, stride = MODULES[digit]
        width *= factor
        stages.append(Stage(repeats=BLOCKS_PER_MODULE, width=width, stride=stride, **layer))
    first, second = ("stem_conv3x3", WIDTH // 2), ("nor_conv_3x3", WIDTH)
    stem = tuple(Stage(op=op, width=wide, stride=2) for op, wide in (first, second))
    return Skeleton(tuple(stages), stem, POOL, image(256), classes=75)


def _modules(architecture: Architecture, block: Operator | None) -> str:
    """Return the digits of an architecture's modules.

    Args:
        architecture: the document.
        block: operator of all layers; None for the cell.

    Raises:
        InputError: an architecture outside TransNAS-Bench-101.
    """
    stacked = layers(architecture)
    assert architecture.skeleton is not None, "it has layers"
    if stem_width(architecture.skeleton) != WIDTH:
        raise InputError(f"a stem of another width, expected {WIDTH} channels", path=("skeleton", "stem"))
    if len(stacked) % BLOCKS_PER_MODULE or any(layer.what != block for layer in stacked):
        what = f"the block {BLOCK} in the order relu-conv-bn" if block else "the cell"
        raise InputError(f"other stages, expected two repeats of {what} in each", path=("skeleton", "stages"))
    firsts, seconds = stacked[::BLOCKS_PER_MODULE], stacked[1::BLOCKS_PER_MODULE]
    digits = {value: digit for digit, value in MODULES.items()}
    code = ""
    for before, first, second in zip([StackedLayer(None, WIDTH, 1), *seconds], firsts, seconds, strict=False):
        factor, rest = divmod(first.width, before.width)
        if rest or (factor, first.stride) not in digits or (second.width, second.stride) != (first.width, 1):
            raise InputError(
                "another module, expected that its first block keeps or doubles the channels and keeps or halves the "
                "resolution",
                path=("skeleton", "stages"),
            )
        code += digits[factor, first.stride]
    return code


def _micro_string(keys: Sequence[str]) -> str:
    return MICRO_START + "{}_{}{}_{}{}{}".format(*map(OPERATORS.index, keys))


def _check_micro(architecture: Architecture, of: Architecture) -> None:
    modules = _modules(architecture, None)
    if modules != MICRO_MODULES:
        raise InputError(f"the modules are {modules}, expected {MICRO_MODULES} in the micro space")
    check_ends(architecture, of)


MICRO_SPACE = EdgeCellSpace(
    "transnas_micro", OPERATORS, _skeleton(MICRO_MODULES, cell="cell"), _micro_string, _check_micro
)


class TransNASMicro(EdgeNotation):
    """Architectures of the micro space as `64-41414-a_bc_def`."""

    space = MICRO_SPACE
    name = "transnas_micro"
    description = "TransNAS-Bench-101 micro 64-41414-a_bc_def; 0 none 1 skip 2 conv1x1 3 conv3x3"
    example = "64-41414-1_02_333"

    def read(self, text: str) -> list[str]:
        if not text.startswith(MICRO_START):
            problem = f"{text!r:.200} does not begin with {MICRO_START!r}, expected e.g. {self.example}"
            raise InputError(problem)
        cell = text.removeprefix(MICRO_START)
        if not re.fullmatch("[0-3]_[0-3]{2}_[0-3]{3}", cell):
            meaning = ", ".join(f"{code} {key}" for code, key in enumerate(OPERATORS))
            raise InputError(f"cell {cell!r:.100}, expected a_bc_def, each a digit: {meaning}")
        return [OPERATORS[int(code)] for code in cell.replace("_", "")]

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        names = [text.strip() for text in texts]
        if not all(map(re.compile(f"{MICRO_START}[0-3]_[0-3]{{2}}_[0-3]{{3}}").fullmatch, names)):
            return encode([self.parse(text) for text in texts])
        characters = np.frombuffer("".join(names).encode(), np.uint8).reshape(len(names), len(self.example))
        digits = characters[:, (9, 11, 12, 14, 15, 16)].astype(np.int64) - ord("0")
        return MICRO_SPACE.encoder.encode(names, digits)


class TransNASMacro(Notation):
    """Architectures of the macro space as `64-1234-basic`."""

    name = "transnas_macro"
    description = "TransNAS-Bench-101 macro 64-1234-basic; modules 1 plain 2 channels x2 3 stride 2 4 both"
    example = "64-1234-basic"

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        return macro_document(self.read(text), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        if architecture.cells:
            raise InputError("the architecture has cells, expected only residual blocks in the macro space")
        block = vocabulary()[BLOCK].with_attributes(dict(BLOCK_ATTRIBUTES))
        modules = _modules(architecture, block)
        check_ends(architecture, macro_document(modules))
        return self.spell(modules)

    def read(self, text: str) -> str:
        """Return the digits of the modules."""
        match = re.fullmatch(rf"{WIDTH}-([1-4]+)-basic", text)
        if not match:
            raise InputError(
                f"{text!r:.200} is not in this notation, expected {WIDTH}-modules-basic with digits 1 to 4, "
                f"e.g. {self.example}"
            )
        return match[1]

    def spell(self, modules: str) -> str:
        """Return the text for the digits of the modules; the inverse of `read`."""
        return f"{WIDTH}-{modules}-basic"


def macro_document(modules: str, source: Source | None = None) -> Architecture:
    """Return the document of a network of the macro space.

    Args:
        modules: a digit for each module.
        source: text that it was read from.

    Raises:
        InputError: modules outside the macro space.
    """
    doubled = sum(MODULES[digit][0] == 2 for digit in modules)
    halved = sum(MODULES[digit][1] == 2 for digit in modules)
    if not 4 <= len(modules) <= 6 or not 1 <= doubled <= 3 or not 1 <= halved <= 4:
        raise InputError(
            f"modules {modules:.50}: {len(modules)} modules, of which {doubled} double the channels (2, 4) and {halved} "
            "halve the resolution (3, 4), expected 4 to 6 modules, 1 to 3 and 1 to 4"
        )
    skeleton = _skeleton(modules, op=BLOCK, attributes=BLOCK_ATTRIBUTES)
    return Architecture({}, skeleton, f"{WIDTH}-{modules}-basic", "transnas_macro", source)
