"""Notation of DARTS: `Genotype(...)`, parsed without executing it (Liu et al. 2019; `genotypes.py` in the public code).

The arguments can be named or positional, their values can be lists, tuples or `range(...)`, and the edges can have any form of
`genotype_spellings.py`. `NAME =` or the time of a log can precede the genotype. A genotype describes cells but no network. The
document gets the CIFAR-10 evaluation network, and writing accepts every network that stacks cells like DARTS.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from nasport.schemas.architecture import Architecture, Source
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Found, Notation, trimmed
from nasport.toolkit.notations.darts_network import DARTS_DEPTH, DARTS_WIDTH, check_network, cifar_network
from nasport.toolkit.notations.genotype import FIELDS, Genotype, genotype_of
from nasport.toolkit.notations.genotype_search import genotypes_in, without_log
from nasport.toolkit.notations.genotype_spellings import spelled, spelled_half
from nasport.toolkit.notations.objects import described, literal, syntax_tree
from nasport.toolkit.notations.same_graph import document_of_source

MAX_NAME = 200


class DARTS(Notation):
    """The form in which DARTS and its successors print a pair of cells."""

    name = "darts"
    description = (
        "DARTS Genotype(normal=[(op, node), ...], normal_concat=..., reduce=[...], reduce_concat=...)"
    )
    example = (
        "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('max_pool_3x3', 0)], "
        "normal_concat=range(2, 4), "
        "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('avg_pool_3x3', 1)], "
        "reduce_concat=range(2, 4))"
    )

    def parse(self, text: str) -> Architecture:
        text = without_log(trimmed(text))
        name, genotype = parse_genotype(text)
        if len(name) > MAX_NAME:
            raise InputError(f"the name has {len(name):,} characters, expected at most {MAX_NAME:,}")
        network = cifar_network(DARTS_WIDTH, DARTS_DEPTH)
        return Architecture(genotype.cells(), network, name, "darts", Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        original = document_of_source(architecture, self)
        if original is architecture or original.source is None:
            text = genotype_text(genotype_of(architecture))
        else:  # the source text on one line, with its name only if the document still has this name
            name, text = _named(original.source.text)
            if not original.source.text.isprintable():
                text = ast.unparse(syntax_tree(text, ""))
            text = f"{name} = {text}" if name and name == architecture.name else text
        check_network(architecture, exact=False)
        return text

    def found_in(self, lines: Iterable[str]) -> Iterator[Found]:
        return genotypes_in(lines)


def parse_genotype(text: str) -> tuple[str, Genotype]:
    """Parse a genotype and the name to which the text assigns it; an empty name without an assignment.

    Raises:
        InputError: an invalid text; the message names the column or the edge.
    """
    name, expression = _named(text)
    tree = syntax_tree(expression, "Genotype(normal=[('sep_conv_3x3', 0), ...], ...)")
    if not isinstance(tree, ast.Call) or ast.unparse(tree.func) not in ("Genotype", "genotypes.Genotype"):
        raise InputError(f"{described(tree)}, expected Genotype({', '.join(f'{f}=...' for f in FIELDS)})")
    if len(tree.args) > len(FIELDS):
        raise InputError(f"Genotype has {len(tree.args)} arguments, expected {len(FIELDS)}")
    values = {field: literal(value) for field, value in zip(FIELDS, tree.args, strict=False)}
    for keyword in tree.keywords:
        if keyword.arg not in FIELDS:
            raise InputError(f"Genotype has an argument {keyword.arg!r}, expected {', '.join(FIELDS)}")
        if keyword.arg in values:
            raise InputError(f"Genotype has {keyword.arg!r} twice")
        values[keyword.arg] = literal(keyword.value)
    missing = [field for field in FIELDS if field not in values]
    if missing:
        raise InputError(f"Genotype lacks {', '.join(missing)}, expected {', '.join(FIELDS)}")
    halves = (spelled_half(f, values[f], values[f"{f}_concat"]) for f in ("normal", "reduce"))
    return name, Genotype(*halves)


def genotype_text(genotype: Genotype) -> str:
    """Return the text of a genotype as Python prints it."""
    arguments = []
    for name, half in (("normal", genotype.normal), ("reduce", genotype.reduce)):
        nodes = range(half.concat[0], half.concat[-1] + 1)
        concat = nodes if half.concat == tuple(nodes) else list(half.concat)
        arguments.append(f"{name}={spelled(half)}, {name}_concat={concat}")
    return f"Genotype({', '.join(arguments)})"


def _named(text: str) -> tuple[str, str]:
    """Split an assignment into its name and its value; the name is empty without an assignment."""
    return re.match(r"\s*(?:(\w+)\s*=\s*(?!=))?(.*)", text, re.DOTALL).groups("")  # type: ignore[union-attr,return-value]
