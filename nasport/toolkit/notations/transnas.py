"""TransNAS-Bench-101: `64-41414-a_bc_def` (micro) and `64-1234-basic` (macro), Duan et al. 2021, section 3.

The first number is the width after the stem. Each digit of the middle is a module of two cells or residual blocks:
1 as before, 2 doubles the channels, 3 halves the resolution, 4 does both, in the first of the two. The micro space
keeps 41414 and varies the cell: NAS-Bench-201's without average pooling, the operators of nodes 1, 2 and 3 in turn
(0 none, 1 skip_connect, 2 nor_conv_1x1, 3 nor_conv_3x3). The macro space keeps the residual block and takes four to six
modules, one to three that double the channels and one to four that halve the resolution: 3,256.

The benchmark trains the backbone for seven tasks; the head here is that of object classification (75 classes, images of
256 by 256).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator, vocabulary
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.edge_cell import edge_cell, edge_operators
from nasport.toolkit.notations.edge_cell_batch import EdgeCellEncoder
from nasport.toolkit.notations.skeletons import Layer, check_ends, layers, stem_width

MICRO_SPACE, MACRO_SPACE = "transnas_micro", "transnas_macro"
OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
BLOCK = "res_basic_block"
# The benchmark's block: each ReLU before its convolution, nothing behind the sum.
BLOCK_ATTRIBUTES = (("order", "relu-conv-bn"),)
WIDTH = 64
MICRO_MODULES = "41414"
BLOCKS_A_MODULE = 2
# Of each digit: by what it multiplies the channels, and its stride.
MODULES = {"1": (1, 1), "2": (2, 1), "3": (1, 2), "4": (2, 2)}


class TransNASMicro(Notation):
    """`64-41414-a_bc_def`."""

    name = "transnas_micro"
    description = "TransNAS-Bench-101 micro 64-41414-a_bc_def; 0 none 1 skip 2 conv1x1 3 conv3x3"
    example = "64-41414-1_02_333"

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        if not text.startswith(f"{WIDTH}-{MICRO_MODULES}-"):
            raise InputError(
                f"{text!r:.200} does not begin with '{WIDTH}-{MICRO_MODULES}-', expected e.g. {self.example}"
            )
        cell = text.removeprefix(f"{WIDTH}-{MICRO_MODULES}-")
        if not re.fullmatch("[0-3]_[0-3]{2}_[0-3]{3}", cell):
            meaning = ", ".join(f"{code} {key}" for code, key in enumerate(OPERATORS))
            raise InputError(f"cell {cell!r:.100}, expected a_bc_def, each a digit: {meaning}")
        keys = [OPERATORS[int(code)] for code in cell.replace("_", "")]
        return micro_document(keys, Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        return micro_string(micro_operators(architecture))

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        names = [text.strip() for text in texts]
        known = _micro_codes()
        if not known.keys() >= set(names):
            return encode([self.parse(text) for text in texts])
        codes = np.array([known[name] for name in names], np.int64).reshape(-1, 6)
        return micro_encoder().encode(names, codes)


class TransNASMacro(Notation):
    """`64-1234-basic`."""

    name = "transnas_macro"
    description = "TransNAS-Bench-101 macro 64-1234-basic; modules 1 plain 2 channels x2 3 stride 2 4 both"
    example = "64-1234-basic"

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        found = re.fullmatch(rf"{WIDTH}-([1-4]+)-basic", text)
        if not found:
            raise InputError(
                f"{text!r:.200} is not in this notation, expected {WIDTH}-modules-basic with digits 1 to 4, "
                f"e.g. {self.example}"
            )
        return macro_document(found[1], Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        return _macro_string(macro_modules(architecture))


def macro_document(modules: str, source: Source | None = None) -> Architecture:
    """The document of a network of these modules, a digit each.

    Raises:
        InputError: the macro space has no such network.
    """
    skeleton = _skeleton(_checked_macro(modules), op=BLOCK)
    return Architecture({}, skeleton, _macro_string(modules), MACRO_SPACE, source)


def macro_modules(architecture: Architecture) -> str:
    """The digits of the modules of a document, the inverse of `macro_document`.

    Raises:
        InputError: it is none of the macro space.
    """
    if architecture.cells:
        raise InputError("the architecture has cells, expected residual blocks alone in the macro space")
    block = vocabulary()[BLOCK].with_attributes(dict(BLOCK_ATTRIBUTES))
    modules = _checked_macro(_modules(architecture, block))
    check_ends(architecture, macro_document(modules))
    return modules


def _macro_string(modules: str) -> str:
    return f"{WIDTH}-{modules}-basic"


def _checked_macro(modules: str) -> str:
    doubled = sum(MODULES[digit][0] == 2 for digit in modules)
    halved = sum(MODULES[digit][1] == 2 for digit in modules)
    if not 4 <= len(modules) <= 6 or not 1 <= doubled <= 3 or not 1 <= halved <= 4:
        raise InputError(
            f"modules {modules:.50}: {len(modules)}, of which {doubled} double the channels (2, 4) and {halved} halve "
            "the resolution (3, 4); expected 4 to 6, 1 to 3 and 1 to 4"
        )
    return modules


def _skeleton(modules: str, cell: str = "", op: str = "") -> Skeleton:
    width, stages = WIDTH, []
    for digit in modules:
        factor, stride = MODULES[digit]
        width *= factor
        attributes = BLOCK_ATTRIBUTES if op else ()
        stages.append(Stage(cell, op, BLOCKS_A_MODULE, width, stride, attributes=attributes))
    return Skeleton(
        tuple(stages),
        stem=(
            Stage(op="stem_conv3x3", width=WIDTH // 2, stride=2),
            Stage(op="nor_conv_3x3", width=WIDTH, stride=2),
        ),
        head=(Stage(op="global_avg_pool"),),
        input=(("channels", 3), ("height", 256), ("width", 256)),
        classes=75,
    )


def _modules(architecture: Architecture, block: Operator | None) -> str:
    """The digits of an architecture whose every layer is this block, or its cell.

    Raises:
        InputError: it is no architecture of this space.
    """
    found = layers(architecture)
    assert architecture.skeleton is not None, "it has layers"
    if stem_width(architecture.skeleton) != WIDTH:
        raise InputError(f"the stem has another width, expected {WIDTH} channels", path=("skeleton", "stem"))
    if len(found) % BLOCKS_A_MODULE or any(layer.what != block for layer in found):
        what = f"the block {BLOCK} in the order relu-conv-bn" if block else "the cell"
        raise InputError(f"expected stages of two repeats of {what} each", path=("skeleton", "stages"))
    firsts, seconds = found[::BLOCKS_A_MODULE], found[1::BLOCKS_A_MODULE]
    digits = {value: digit for digit, value in MODULES.items()}
    code = ""
    for before, first, second in zip([Layer(None, WIDTH, 1), *seconds], firsts, seconds, strict=False):
        factor, rest = divmod(first.width, before.width)
        if rest or (factor, first.stride) not in digits or (second.width, second.stride) != (first.width, 1):
            raise InputError(
                "expected that a module keeps or doubles the channels and keeps or halves the resolution, "
                "in its first block",
                path=("skeleton", "stages"),
            )
        code += digits[factor, first.stride]
    return code


def micro_document(keys: Sequence[str], source: Source | None = None) -> Architecture:
    """The document of a cell with these six operators, in the order of the string."""
    skeleton = _skeleton(MICRO_MODULES, cell="cell")
    return Architecture({"cell": edge_cell(keys)}, skeleton, micro_string(keys), MICRO_SPACE, source)


def micro_operators(architecture: Architecture) -> tuple[str, ...]:
    """The six operators of a document, in the order of the string.

    Raises:
        InputError: its cell or skeleton is not of the micro space.
    """
    keys = edge_operators(architecture, OPERATORS)
    modules = _modules(architecture, None)
    if modules != MICRO_MODULES:
        raise InputError(f"the modules are {modules}, expected {MICRO_MODULES} in the micro space")
    check_ends(architecture, micro_document(keys))
    return keys


def micro_string(keys: Sequence[str]) -> str:
    """The string of six operators that are in its order."""
    a, b, c, d, e, f = (OPERATORS.index(key) for key in keys)
    return f"{WIDTH}-{MICRO_MODULES}-{a}_{b}{c}_{d}{e}{f}"


@cache
def micro_encoder() -> EdgeCellEncoder:
    """Encodes codes that are indices into `OPERATORS`, in the order of the string."""
    return EdgeCellEncoder(OPERATORS, micro_document)


@cache
def _micro_codes() -> dict[str, tuple[int, ...]]:
    """All 4,096 strings with their codes."""
    codes = np.indices((len(OPERATORS),) * 6).reshape(6, -1).T.tolist()
    return {micro_string([OPERATORS[digit] for digit in code]): tuple(code) for code in codes}
