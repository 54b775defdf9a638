"""Notations of TransNAS-Bench-101 in NASLib.

For the micro space, NASLib's graphs and tables give six integers different meanings, although NASLib's code mixes the two:

- `op_indices` of its graph: edges by source (0-1, 0-2, 0-3, 1-2, 1-3, 2-3); 0 skip_connect, 1 none, 2 nor_conv_3x3, 3 nor_conv_1x1, as
  for NAS-Bench-201.
- Keys of its tables, including the tuples of NAS-Bench-Suite-Zero: the digits of the benchmark's string, edges by target (0-1, 0-2,
  1-2, 0-3, 1-3, 2-3); 0 none, 1 skip_connect, 2 nor_conv_1x1, 3 nor_conv_3x3.

A member of the macro space is written as the digits of its modules, padded with zeros to six.
"""

from __future__ import annotations

import re

from nasport.schemas.errors import InputError
from nasport.toolkit.notations import transnas
from nasport.toolkit.notations.edge_space import BY_SOURCE, BY_TARGET, EdgeCodes, without_numpy

MAX_MODULES = 6


class NASLibMicro(EdgeCodes):
    """NASLib's `op_indices` of a graph."""

    space = transnas.MICRO_SPACE
    name = "transnas_micro_naslib"
    description = "op_indices [6 codes] of NASLib's graph, edges by source; 0 skip 1 none 2 conv3x3 3 conv1x1"
    example = "[0, 1, 2, 3, 2, 2]"
    operators = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1")
    edges = BY_SOURCE
    layout = "[{}, {}, {}, {}, {}, {}]"


class ZeroCostMicro(EdgeCodes):
    """Keys of the tables of NASLib and NAS-Bench-Suite-Zero."""

    space = transnas.MICRO_SPACE
    name = "transnas_micro_zerocost"
    description = "NAS-Bench-Suite-Zero tuple (6 codes): the digits of a_bc_def in 64-41414-a_bc_def"
    example = "(1, 0, 2, 3, 3, 3)"
    operators = transnas.OPERATORS
    edges = BY_TARGET
    layout = "({}, {}, {}, {}, {}, {})"


class NASLibMacro(transnas.TransNASMacro):
    """NASLib's `op_indices` of the macro space."""

    name = "transnas_macro_naslib"
    description = "NASLib and NAS-Bench-Suite-Zero (modules): the digits of 64-1234-basic, zeros at the end"
    example = "(1, 2, 3, 4, 0, 0)"

    def read(self, text: str) -> str:
        match = re.fullmatch(r"[\[(]\s*([0-4](?:[,\s]\s*[0-4])*)\s*,?\s*[\])]", without_numpy(text))
        digits = re.findall("[0-4]", match[1]) if match else []
        modules = "".join(digits).rstrip("0")
        if not modules or "0" in modules or len(digits) > MAX_MODULES:
            raise InputError(
                f"{text!r:.200} is not in this notation, expected 4 to {MAX_MODULES} digits from 1 to 4, padded with zeros to "
                f"{MAX_MODULES}, e.g. {self.example}"
            )
        return modules

    def spell(self, modules: str) -> str:
        return f"({', '.join(modules.ljust(MAX_MODULES, '0'))})"
