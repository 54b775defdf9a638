"""NAS-Bench-201 cells as integers, the way three other projects write them. No two of the orders agree with the string.

- NASLib's `op_indices` and the tuples of NAS-Bench-Suite-Zero: edges by source (0-1, 0-2, 0-3, 1-2, 1-3, 2-3);
  0 skip_connect, 1 none, 2 nor_conv_3x3, 3 nor_conv_1x1, 4 avg_pool_3x3. They differ in the brackets only.
- GenNAS: nested lists by target, [[0-1], [0-2, 1-2], [0-3, 1-3, 2-3]]; 0 none, 1 skip_connect, 2 nor_conv_1x1,
  3 nor_conv_3x3, 4 avg_pool_3x3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture, Source
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.edge_cell import EDGES
from nasport.toolkit.notations.nasbench201 import OPERATORS, document, encoder, operator_string, operators_of

BY_SOURCE = tuple(sorted(EDGES))


class _Codes(Notation):
    """Six integers between brackets.

    Attributes:
        operators: what the codes 0 to 4 mean.
        edges: which edge each of the six belongs to.
        layout: the text with a placeholder for each of the six.
    """

    operators: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    layout: str

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        return document(self._operators(text), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        found = dict(zip(EDGES, operators_of(architecture), strict=True))
        return self.layout.format(*(self.operators.index(found[edge]) for edge in self.edges))

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        operators = [self._operators(text.strip()) for text in texts]
        codes = np.array([[OPERATORS.index(key) for key in keys] for keys in operators], np.int64)
        return encoder().encode([operator_string(keys) for keys in operators], codes.reshape(-1, len(EDGES)))

    def _operators(self, text: str) -> list[str]:
        """Operators in the order of `EDGES`."""
        found = re.fullmatch(self._pattern(), text)
        if not found:
            raise InputError(f"{text!r:.200} is not in this notation, expected e.g. {self.example}")
        codes = [int(code) for code in found.groups()]
        for place, code in enumerate(codes):
            if code >= len(self.operators):
                meaning = ", ".join(f"{number} {name}" for number, name in enumerate(self.operators))
                raise InputError(f"code {code} in place {place + 1}, expected one of {meaning}")
        return [self.operators[codes[self.edges.index(edge)]] for edge in EDGES]

    def _pattern(self) -> str:
        """The layout as a regular expression: brackets of either kind, spaces anywhere."""
        parts = []
        for part in re.findall(r"\{\}|[^\s]", self.layout):
            if part == "{}":
                parts.append(r"([0-9]{1,9})")
            elif part in "[(":
                parts.append(r"[\[(]")
            elif part in "])":
                parts.append(r"[\])]")
            else:
                parts.append(re.escape(part))
        return r"\s*".join(parts)


class NASLibIndices(_Codes):
    """`op_indices` of NASLib."""

    name = "nasbench201_naslib"
    description = "NASLib op_indices [6 codes], edges by source; 0 skip 1 none 2 conv3x3 3 conv1x1 4 avgpool"
    example = "[4, 0, 3, 1, 4, 3]"
    operators = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
    edges = BY_SOURCE
    layout = "[{}, {}, {}, {}, {}, {}]"


class ZeroCostTuple(NASLibIndices):
    """Keys of NAS-Bench-Suite-Zero's tables."""

    name = "nasbench201_zerocost"
    description = "NAS-Bench-Suite-Zero tuple (6 codes): NASLib's codes and order"
    example = "(4, 0, 3, 1, 4, 3)"
    layout = "({}, {}, {}, {}, {}, {})"


class GenNASLists(_Codes):
    """Nested lists of GenNAS."""

    name = "nasbench201_gennas"
    description = (
        "GenNAS lists [[a], [b, c], [d, e, f]], edges by target; 0 none 1 skip 2 conv1x1 3 conv3x3 4 avgpool"
    )
    example = "[[1], [1, 2], [3, 2, 1]]"
    operators = OPERATORS
    edges = EDGES
    layout = "[[{}], [{}, {}], [{}, {}, {}]]"
