"""Notation of NAS-Bench-301: `[[(node, operator), ...], [(node, operator), ...]]`, the normal and the reduction cell.

Each cell has eight pairs, two for each of its four intermediate nodes, and its output concatenates the four nodes. Operators are
numbered as in NASLib and NAS-Bench-Suite-Zero, from 0 for max pooling. The network has 8 cells and 32 channels (Zela et al. 2022,
section 3).
"""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture, Source
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.darts_network import cifar_network
from nasport.toolkit.notations.genotype import DILATED, Genotype, Half, checked_half, genotype_of
from nasport.toolkit.notations.objects import Literal, literal, syntax_tree
from nasport.toolkit.notations.same_graph import document_of_source
from nasport.toolkit.notations.skeletons import check_skeleton

EDGES = 8
CONCAT = (2, 3, 4, 5)
OPERATORS = ("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", *DILATED)


class NASBench301(Notation):
    """Architectures as pairs (source node, operator number)."""

    name = "nasbench301"
    description = "NAS-Bench-301 pairs [[(node, op), ... x8], [...]]: normal and reduction cell, ops 0 to 6"
    example = (
        "[[(0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (2, 5)], "
        "[(0, 0), (1, 0), (2, 2), (1, 0), (0, 0), (2, 2), (2, 2), (1, 0)]]"
    )

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        value = literal(syntax_tree(text, self.example))
        if not isinstance(value, tuple) or len(value) != 2:
            raise InputError(f"{text!r:.80}, expected a list of two cells, e.g. {self.example}")
        genotype = Genotype(_half("normal", value[0]), _half("reduce", value[1]))
        return replace(_document(genotype), name=pairs_text(genotype), source=Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        genotype = genotype_of(document_of_source(architecture, self))
        check_skeleton(architecture, _document(genotype))
        return pairs_text(genotype)


def _document(genotype: Genotype) -> Architecture:
    return Architecture(genotype.cells(), cifar_network(32, 8), space="nasbench301")


def pairs_text(genotype: Genotype) -> str:
    """Return the pairs of a genotype.

    Raises:
        InputError: an operator, a number of edges or a concatenation that NAS-Bench-301 does not have.
    """
    text = []
    for name, half in (("normal", genotype.normal), ("reduce", genotype.reduce)):
        edges = half.pairs(name)
        if len(edges) != EDGES or sorted(half.concat) != list(CONCAT):
            raise InputError(
                f"{name} has {len(edges)} edges and concatenates {list(half.concat)}, expected {EDGES} edges and "
                f"{list(CONCAT)} in NAS-Bench-301"
            )
        for operator, _ in edges:
            if operator not in OPERATORS:
                known = ", ".join(OPERATORS)
                raise InputError(f"{name} has {operator}, expected an operator of NAS-Bench-301: {known}")
        text.append([(source, OPERATORS.index(operator)) for operator, source in edges])
    return str(text)


def _half(name: str, value: Literal) -> Half:
    """Read one cell of the pairs; an invalid value raises InputError."""
    if not isinstance(value, tuple) or len(value) != EDGES:
        count = len(value) if isinstance(value, tuple) else 0
        raise InputError(f"{name} has {count} pairs, expected {EDGES}")
    edges = []
    for place, pair in enumerate(value):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise InputError(f"{name}[{place}] is {pair!r:.80}, expected (node, operator)")
        source, number = pair
        if not isinstance(number, int) or not 0 <= number < len(OPERATORS):
            last = len(OPERATORS) - 1
            raise InputError(f"{name}[{place}]: unknown operator {number!r:.80}, expected 0 to {last}")
        edges.append((OPERATORS[number], source))
    return checked_half(name, edges, CONCAT)
