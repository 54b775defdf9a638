"""Search spaces of four-node cells (`edge_cell.py`), and base classes of their notations.

The notations write the six operators by name, or as integer codes in one of two orders of the edges.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.architecture import Architecture, Skeleton, Source
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.edge_cell import EDGES, edge_cell, edge_operators
from nasport.toolkit.notations.edge_cell_batch import EdgeCellEncoder

BY_SOURCE = tuple(sorted(EDGES))
BY_TARGET = EDGES
# Regular expression of each part of a layout; all other characters match a comma or spaces.
FORMS = {"{}": r"([0-9]{1,9})", "[": r"[\[(]", "(": r"[\[(]", "]": r"[\])]", ")": r"[\])]"}


@dataclass(frozen=True)
class EdgeCellSpace:
    """A search space of cells with an operator on each of six edges.

    Attributes:
        name: name of the search space.
        operators: keys of the allowed operators.
        skeleton: skeleton of all members.
        string: function that returns the name of a cell with six operators in the order of `EDGES`.
        check: function that raises `InputError` if the skeletons of a document and of a member differ.
    """

    name: str
    operators: tuple[str, ...]
    skeleton: Skeleton
    string: Callable[[Sequence[str]], str]
    check: Callable[[Architecture, Architecture], None]

    def document(self, operators: Sequence[str], source: Source | None = None) -> Architecture:
        """Return the document of a cell with six operators in the order of `EDGES`."""
        cells = {"cell": edge_cell(operators)}
        return Architecture(cells, self.skeleton, self.string(operators), self.name, source)

    def operators_of(self, architecture: Architecture) -> tuple[str, ...]:
        """Return the six operators of a document in the order of `EDGES`.

        Raises:
            InputError: a cell or skeleton outside this search space.
        """
        operators = edge_operators(architecture, self.operators)
        self.check(architecture, self.document(operators))
        return operators

    @cached_property
    def encoder(self) -> EdgeCellEncoder:
        """Encoder of codes that are indices into `operators`, in the order of `EDGES`."""
        return EdgeCellEncoder(self.operators, self.document)


class EdgeNotation(Notation):
    """A notation of six operators.

    Attributes:
        space: search space of its cells.
    """

    space: ClassVar[EdgeCellSpace]

    @abstractmethod
    def read(self, text: str) -> Sequence[str]:
        """Return the six operators of a text in the order of `EDGES`.

        Raises:
            InputError: an invalid text; the message says what was expected.
        """

    def spell(self, operators: Sequence[str]) -> str:
        """Return the text of six operators; the inverse of `read`."""
        return self.space.string(operators)

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        return self.space.document(self.read(text), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        return self.spell(self.space.operators_of(architecture))


class EdgeCodes(EdgeNotation):
    """A notation of six integers in brackets.

    The parser accepts square and round brackets, spaces anywhere, and the integers that numpy prints.

    Attributes:
        operators: operators by their codes.
        edges: edges of the six codes.
        layout: form of the text, with a placeholder for each code.
    """

    operators: ClassVar[tuple[str, ...]]
    edges: ClassVar[tuple[tuple[int, int], ...]]
    layout: ClassVar[str]

    def read(self, text: str) -> list[str]:
        parts = (FORMS.get(part, r"(?:,|\s)") for part in re.findall(r"\{\}|\S", self.layout))
        match = re.fullmatch(r"\s*".join(parts), without_numpy(text))
        if not match:
            raise InputError(f"{text!r:.200} is not in this notation, expected e.g. {self.example}")
        codes = [int(code) for code in match.groups()]
        for place, code in enumerate(codes):
            if code >= len(self.operators):
                meaning = ", ".join(f"{number} {name}" for number, name in enumerate(self.operators))
                raise InputError(f"code {code} at position {place + 1}, expected one of {meaning}")
        return [self.operators[codes[self.edges.index(edge)]] for edge in EDGES]

    def spell(self, operators: Sequence[str]) -> str:
        on_edge = dict(zip(EDGES, operators, strict=True))
        return self.layout.format(*(self.operators.index(on_edge[edge]) for edge in self.edges))

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        cells = [self.read(text.strip()) for text in texts]
        code_of = {key: code for code, key in enumerate(self.space.operators)}
        codes = np.array([[code_of[key] for key in cell] for cell in cells], np.int64)
        return self.space.encoder.encode([*map(self.space.string, cells)], codes.reshape(-1, len(EDGES)))


def without_numpy(text: str) -> str:
    """Replace numpy integers in a text, such as `np.int64(3)`, by plain ones, such as 3."""
    return re.sub(r"(?:np\.|numpy\.)?u?int[0-9]+\(([0-9]+)\)", r"\1", text) if "int" in text else text
