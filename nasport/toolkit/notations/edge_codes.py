"""Six integers for a cell with an operator on each of its six edges: what the notations of this kind share."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture, Source
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.edge_cell import EDGES
from nasport.toolkit.notations.edge_cell_batch import EdgeCellEncoder

BY_SOURCE = tuple(sorted(EDGES))
BY_TARGET = EDGES


class EdgeCodes(Notation):
    """Six integers between brackets.

    Read are brackets of either kind, spaces anywhere, and what numpy prints.

    Attributes:
        keys: the space's operators, in the order of its encoder.
        operators: what the codes mean.
        edges: which edge each of the six belongs to.
        layout: the text with a placeholder for each of the six.
    """

    keys: ClassVar[tuple[str, ...]]
    operators: ClassVar[tuple[str, ...]]
    edges: ClassVar[tuple[tuple[int, int], ...]]
    layout: ClassVar[str]

    @abstractmethod
    def document(self, operators: Sequence[str], source: Source | None = None) -> Architecture:
        """The document of a cell with these six operators, in the order of `EDGES`."""

    @abstractmethod
    def operators_of(self, architecture: Architecture) -> tuple[str, ...]:
        """The six operators of a document of the space, in the order of `EDGES`.

        Raises:
            InputError: it is none of the space.
        """

    @abstractmethod
    def string(self, operators: Sequence[str]) -> str:
        """What the space calls a cell with these operators."""

    @abstractmethod
    def encoder(self) -> EdgeCellEncoder:
        """Of codes that are indices into `keys`, in the order of `EDGES`."""

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        return self.document(self._operators(text), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        found = dict(zip(EDGES, self.operators_of(architecture), strict=True))
        return self.layout.format(*(self.operators.index(found[edge]) for edge in self.edges))

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        operators = [self._operators(text.strip()) for text in texts]
        codes = np.array([[self.keys.index(key) for key in keys] for keys in operators], np.int64)
        return self.encoder().encode([*map(self.string, operators)], codes.reshape(-1, len(EDGES)))

    def _operators(self, text: str) -> list[str]:
        """Operators in the order of `EDGES`."""
        found = re.fullmatch(self._pattern(), without_numpy(text))
        if not found:
            raise InputError(f"{text!r:.200} is not in this notation, expected e.g. {self.example}")
        codes = [int(code) for code in found.groups()]
        for place, code in enumerate(codes):
            if code >= len(self.operators):
                meaning = ", ".join(f"{number} {name}" for number, name in enumerate(self.operators))
                raise InputError(f"code {code} in place {place + 1}, expected one of {meaning}")
        return [self.operators[codes[self.edges.index(edge)]] for edge in EDGES]

    def _pattern(self) -> str:
        """The layout as a regular expression."""
        parts = []
        for part in re.findall(r"\{\}|[^\s]", self.layout):
            if part == "{}":
                parts.append(r"([0-9]{1,9})")
            elif part in "[(":
                parts.append(r"[\[(]")
            elif part in "])":
                parts.append(r"[\])]")
            else:
                parts.append(r"(?:,|\s)")
        return r"\s*".join(parts)


def without_numpy(text: str) -> str:
    """A list of integers with numpy's `np.int64(3)` written 3."""
    return re.sub(r"(?:np\.|numpy\.)?u?int[0-9]+\(([0-9]+)\)", r"\1", text) if "int" in text else text
