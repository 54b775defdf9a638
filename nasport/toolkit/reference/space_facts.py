"""Everything there is to know of a space: its size, its genes, where its document lies, a member of it."""

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

HEADER = ("space", "size", "genes", "notation", "what it is")
NUMBERS = (1, 2)
"""The columns of numbers."""
_LARGE, _WRITTEN, _NUMBER = 10**9, 10**100, 10**1000
"""Sizes from which on their power of ten is said too, that power alone, and nothing in JSON."""


@dataclass(frozen=True)
class SpaceTour:
    """One space.

    Attributes:
        space: itself.
        file: its document.
        genes: of a member; None: no member is wanted.
    """

    space: SearchSpace
    file: Path
    genes: Genes | None = None

    @property
    def member(self) -> Architecture | None:
        """The member of `genes`."""
        return None if self.genes is None else self.space.architecture(self.genes)

    def to_json(self) -> dict[str, Any]:
        """The record that `nasport spaces --json` prints."""
        member = self.member
        return {
            "name": self.space.name,
            "description": self.space.document.description,
            "size": self.space.size() if self.space.size() < _NUMBER else None,
            "size_is_exact": self.space.size_is_exact,
            "genes": [{"name": g.name, "kind": g.kind, "values": list(g.labels)} for g in self.space.genes],
            "notation": notation_of(self.space.name),
            "file": str(self.file),
            "member": member and {"genes": list(self.genes or ()), "document": member.to_json()},
        }


def space_tour(name_or_path: str, seed: int | None = None) -> SpaceTour:
    """A space that comes along, or one of your own.

    Args:
        name_or_path: see `load_space`, whose errors it raises.
        seed: of a member to draw at random; None: none is wanted.
    """
    space = load_space(name_or_path)
    genes = None if seed is None else space.sample(default_rng(seed))
    return SpaceTour(space, space_file(name_or_path), genes)


def read_genes(text: str, space: SearchSpace) -> Genes:
    """Genes as `genes_text` writes them.

    Raises:
        InputError: they are no member of the space; says which one is wrong.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"\d{1,9}", part, re.ASCII) for part in parts):
        raise InputError(f"genes {text[:80]!r}, expected whole numbers with commas between them")
    genes = tuple(map(int, parts))
    if len(genes) != len(space.genes):
        raise InputError(f"{len(genes)} genes, expected {len(space.genes)} of the space {space.name!r}")
    for value, gene in zip(genes, space.genes, strict=True):
        if value >= gene.options:
            raise InputError(f"gene {gene.name!r} is {value}, expected 0 to {gene.options - 1}")
    if not space.valid(genes):
        near = genes_text(space.repair(genes))
        raise InputError(f"genes that break a limit of the space {space.name!r}, expected such as {near}")
    return genes


def genes_text(genes: Genes) -> str:
    """Genes as `nasport show --genes` reads them."""
    return ",".join(map(str, genes))


def row(tour: SpaceTour) -> tuple[str, ...]:
    """A space's row of the table."""
    space = tour.space
    about = space.document.description.partition(": ")[0]
    numbers = size_words(space, short=True), str(len(space.genes))
    return (space.name, *numbers, notation_of(space.name) or "-", about)


def facts(tour: SpaceTour) -> Iterator[tuple[str, str]]:
    """What there is to say of a space beside its genes and drawings: a word and a sentence each."""
    space = tour.space
    if space.document.description:
        yield "description", space.document.description
    yield "size", size_words(space)
    if notation := notation_of(space.name):
        yield "notation", f"{notation} (--from {notation})"
    yield "document", str(tour.file)


def gene_rows(space: SearchSpace) -> list[tuple[str, str, str]]:
    """The genes in their order: name, number of values, values."""
    rows = [(gene.name, str(gene.options), ", ".join(gene.labels)) for gene in space.genes]
    return [("gene", "values", ""), *rows]


def size_words(space: SearchSpace, *, short: bool = False) -> str:
    """How many members a space has.

    Args:
        space: itself.
        short: in powers of ten where it is large; else exactly, with the power beside it.
    """
    size = space.size()
    bound = "" if space.size_is_exact else "at most "
    if size < _LARGE:
        return f"{bound}{size:,}"
    power = f"{Decimal(size):.2e}".replace("e+", " * 10^")
    return f"{bound}{power}" if short or size >= _WRITTEN else f"{bound}{size:,} ({power})"
