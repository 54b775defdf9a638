"""Spaces whose members differ in the six operators of one cell, and what their notations share.

A notation says the six by name, or as codes: integers in one order of the edges or the other.
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
# What may stand for each part of a layout; anything else is a comma or space.
FORMS = {"{}": r"([0-9]{1,9})", "[": r"[\[(]", "(": r"[\[(]", "]": r"[\])]", ")": r"[\])]"}


@dataclass(frozen=True)
class EdgeCellSpace:
    """A space of cells with an operator on each of six edges.

    Attributes:
        name: of the space.
        operators: keys of the operators that an edge may have.
        skeleton: of every member.
        string: what a cell with these six operators, in the order of `EDGES`, is called.
        check: raises `InputError` where a document has another skeleton than a member of the space.
    """

    name: str
    operators: tuple[str, ...]
    skeleton: Skeleton
    string: Callable[[Sequence[str]], str]
    check: Callable[[Architecture, Architecture], None]

    def document(self, operators: Sequence[str], source: Source | None = None) -> Architecture:
        """The document of a cell with these six operators, in the order of `EDGES`."""
        cells = {"cell": edge_cell(operators)}
        return Architecture(cells, self.skeleton, self.string(operators), self.name, source)

    def operators_of(self, architecture: Architecture) -> tuple[str, ...]:
        """The six operators of a document, in the order of `EDGES`.

        Raises:
            InputError: its cell or skeleton is not of this space.
        """
        operators = edge_operators(architecture, self.operators)
        self.check(architecture, self.document(operators))
        return operators

    @cached_property
    def encoder(self) -> EdgeCellEncoder:
        """Encodes codes that are indices into `operators`, in the order of `EDGES`."""
        return EdgeCellEncoder(self.operators, self.document)


class EdgeNotation(Notation):
    """A notation of six operators.

    Attributes:
        space: whose cells it names.
    """

    space: ClassVar[EdgeCellSpace]

    @abstractmethod
    def read(self, text: str) -> Sequence[str]:
        """The six operators that a text names, in the order of `EDGES`.

        Raises:
            InputError: says what was expected.
        """

    def spell(self, operators: Sequence[str]) -> str:
        """The text of six operators, the inverse of `read`."""
        return self.space.string(operators)

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        return self.space.document(self.read(text), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        return self.spell(self.space.operators_of(architecture))


class EdgeCodes(EdgeNotation):
    """Six integers between brackets.

    Read are brackets of either kind, spaces anywhere, and what numpy prints.

    Attributes:
        operators: what the codes mean.
        edges: which edge each of the six belongs to.
        layout: the text with a placeholder for each of the six.
    """

    operators: ClassVar[tuple[str, ...]]
    edges: ClassVar[tuple[tuple[int, int], ...]]
    layout: ClassVar[str]

    def read(self, text: str) -> list[str]:
        parts = (FORMS.get(part, r"(?:,|\s)") for part in re.findall(r"\{\}|\S", self.layout))
        found = re.fullmatch(r"\s*".join(parts), without_numpy(text))
        if not found:
            raise InputError(f"{text!r:.200} is not in this notation, expected e.g. {self.example}")
        codes = [int(code) for code in found.groups()]
        for place, code in enumerate(codes):
            if code >= len(self.operators):
                meaning = ", ".join(f"{number} {name}" for number, name in enumerate(self.operators))
                raise InputError(f"code {code} in place {place + 1}, expected one of {meaning}")
        return [self.operators[codes[self.edges.index(edge)]] for edge in EDGES]

    def spell(self, operators: Sequence[str]) -> str:
        found = dict(zip(EDGES, operators, strict=True))
        return self.layout.format(*(self.operators.index(found[edge]) for edge in self.edges))

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        cells = [self.read(text.strip()) for text in texts]
        code_of = {key: code for code, key in enumerate(self.space.operators)}
        codes = np.array([[code_of[key] for key in cell] for cell in cells], np.int64)
        return self.space.encoder.encode([*map(self.space.string, cells)], codes.reshape(-1, len(EDGES)))


def without_numpy(text: str) -> str:
    """A list of integers with numpy's `np.int64(3)` written 3."""
    return re.sub(r"(?:np\.|numpy\.)?u?int[0-9]+\(([0-9]+)\)", r"\1", text) if "int" in text else text
