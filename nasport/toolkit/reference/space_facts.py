"""Facts about search spaces: size, genes, document and a member."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from numpy.random import default_rng

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.of_members import notation_of
from nasport.toolkit.spaces import Genes, SearchSpace, load_space
from nasport.toolkit.spaces.library import space_file

HEADER = ("space", "size", "genes", "notation", "description")
NUMBERS = (1, 2)
"""Indices of the columns of numbers."""
_LARGE, _HUGE, _BEYOND_JSON = 10**9, 10**100, 10**1000
"""Sizes from which texts add a power of ten, from which they have only the power of ten, and from which JSON has null."""


@dataclass(frozen=True)
class SpaceTour:
    """Description of one search space.

    Attributes:
        space: the search space.
        file: path of its document.
        genes: genes of a member; None if no member is requested.
    """

    space: SearchSpace
    file: Path
    genes: Genes | None = None

    @property
    def member(self) -> Architecture | None:
        """Architecture of `genes`; None without genes."""
        return None if self.genes is None else self.space.architecture(self.genes)

    def to_json(self) -> dict[str, Any]:
        """Return the record that `nasport spaces --json` prints."""
        member = self.member
        return {
            "name": self.space.name,
            "description": self.space.document.description,
            "size": self.space.size() if self.space.size() < _BEYOND_JSON else None,
            "size_is_exact": self.space.size_is_exact,
            "genes": [{"name": g.name, "kind": g.kind, "values": list(g.labels)} for g in self.space.genes],
            "notation": notation_of(self.space.name),
            "file": str(self.file),
            "member": member and {"genes": list(self.genes or ()), "document": member.to_json()},
        }


def space_tour(name_or_path: str, seed: int | None = None) -> SpaceTour:
    """Describe a search space.

    Args:
        name_or_path: name of a shipped search space, or file.
        seed: seed of a random member; None for no member.

    Raises:
        InputError: an unknown name, or an invalid document.
    """
    space = load_space(name_or_path)
    genes = None if seed is None else space.sample(default_rng(seed))
    return SpaceTour(space, space_file(name_or_path), genes)


def read_genes(text: str, space: SearchSpace) -> Genes:
    """Parse genes in the form of `genes_text`.

    Raises:
        InputError: genes that are not a member of the search space; the message names the wrong gene.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"\d{1,9}", part, re.ASCII) for part in parts):
        raise InputError(f"genes {text[:80]!r}, expected whole numbers separated by commas")
    genes = tuple(map(int, parts))
    if len(genes) != len(space.genes):
        raise InputError(
            f"{len(genes)} genes, expected {len(space.genes)} of the search space {space.name!r}"
        )
    for value, gene in zip(genes, space.genes, strict=True):
        if value >= gene.options:
            raise InputError(f"gene {gene.name!r} is {value}, expected 0 to {gene.options - 1}")
    if not space.valid(genes):
        near = genes_text(space.repair(genes))
        raise InputError(
            f"genes outside a limit of the search space {space.name!r}, expected for example {near}"
        )
    return genes


def genes_text(genes: Genes) -> str:
    """Return genes in the form that `nasport show --genes` reads."""
    return ",".join(map(str, genes))


def row(tour: SpaceTour) -> tuple[str, ...]:
    """Return the row of a search space in the table."""
    space = tour.space
    about = space.document.description.partition(": ")[0]
    numbers = size_words(space, short=True), str(len(space.genes))
    return (space.name, *numbers, notation_of(space.name) or "-", about)


def facts(tour: SpaceTour) -> Iterator[tuple[str, str]]:
    """Yield the description of a search space as pairs of a heading and a text."""
    space = tour.space
    if space.document.description:
        yield "description", space.document.description
    yield "size", size_words(space)
    if notation := notation_of(space.name):
        yield "notation", f"{notation} (--from {notation})"
    yield "document", str(tour.file)


def gene_rows(space: SearchSpace) -> list[tuple[str, str, str]]:
    """Return the table of genes: name, number of values, values."""
    rows = [(gene.name, str(gene.options), ", ".join(gene.labels)) for gene in space.genes]
    return [("gene", "values", ""), *rows]


def size_words(space: SearchSpace, *, short: bool = False) -> str:
    """Return the number of members of a search space as text.

    Args:
        space: the search space.
        short: whether a large number is given only as a power of ten, without the exact number.
    """
    size = space.size()
    bound = "" if space.size_is_exact else "at most "
    if size < _LARGE:
        return f"{bound}{size:,}"
    power = f"{Decimal(size):.2e}".replace("e+", " * 10^")
    return f"{bound}{power}" if short or size >= _HUGE else f"{bound}{size:,} ({power})"
