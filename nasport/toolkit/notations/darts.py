"""DARTS' `Genotype(...)` text, read without evaluating it.

The arguments may be named or positional, their values lists, tuples or `range(...)`, the edges spelled in any of the
ways of `genotype_spellings.py`, and `NAME =` or a log's time may stand before (Liu et al. 2019; the public code's
`genotypes.py`). A genotype names cells, no network: a document gets the CIFAR-10 evaluation network, and any network
that stacks its cells as DARTS does is written as its cells alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from nasport.schemas.architecture import Architecture, Source
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Found, Notation, trimmed
from nasport.toolkit.notations.darts_network import DARTS_DEPTH, DARTS_WIDTH, check_network, cifar_network
from nasport.toolkit.notations.genotype import Genotype, Half, genotype_of
from nasport.toolkit.notations.genotype_search import genotypes_in, without_log
from nasport.toolkit.notations.genotype_spellings import spelled, spelled_half
from nasport.toolkit.notations.literals import Literal, described, literal, syntax_tree
from nasport.toolkit.notations.same_graph import settled_by_source

SPACE = "darts"
MAX_NAME = 200
FIELDS = ("normal", "normal_concat", "reduce", "reduce_concat")


class DARTS(Notation):
    """The text that DARTS and its successors print a pair of cells as."""

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
        return Architecture(
            genotype.cells(),
            cifar_network(DARTS_WIDTH, DARTS_DEPTH),
            name,
            SPACE,
            Source(self.name, text),
        )

    def write(self, architecture: Architecture) -> str:
        settled = settled_by_source(architecture, self)
        if settled is architecture or settled.source is None:
            text = genotype_text(genotype_of(architecture))
        else:
            text = _on_one_line(settled.source.text, architecture.name)
        check_network(architecture, exact=False)
        return text

    def found_in(self, lines: Iterable[str]) -> Iterator[Found]:
        return genotypes_in(lines)


def parse_genotype(text: str) -> tuple[str, Genotype]:
    """The name that the text assigns to (or none) and the genotype.

    Raises:
        InputError: names the place and what was expected there.
    """
    name, expression = _named(text)
    tree = syntax_tree(expression, "Genotype(normal=[('sep_conv_3x3', 0), ...], ...)")
    if not isinstance(tree, ast.Call) or ast.unparse(tree.func) not in ("Genotype", "genotypes.Genotype"):
        raise InputError(f"{described(tree)}, expected Genotype({', '.join(f'{f}=...' for f in FIELDS)})")
    values = _arguments(tree)
    halves = (spelled_half(f, values[f], values[f"{f}_concat"]) for f in ("normal", "reduce"))
    return name, Genotype(*halves)


def genotype_text(genotype: Genotype) -> str:
    """The text of a genotype, as Python prints it."""
    normal, reduce = _half_texts(genotype.normal), _half_texts(genotype.reduce)
    values = zip(FIELDS, (*normal, *reduce), strict=True)
    return f"Genotype({', '.join(f'{field}={value}' for field, value in values)})"


def _named(text: str) -> tuple[str, str]:
    """The name that a text assigns to (or none), and what it assigns."""
    return re.match(r"\s*(?:(\w+)\s*=\s*(?!=))?(.*)", text, re.DOTALL).groups("")  # type: ignore[union-attr,return-value]


def _on_one_line(text: str, document: str) -> str:
    """The same text, without its name where the document has another one and without line breaks."""
    name, expression = _named(text)
    if not text.isprintable():
        expression = ast.unparse(syntax_tree(expression, ""))
    return f"{name} = {expression}" if name and name == document else expression


def _arguments(call: ast.Call) -> Mapping[str, Literal]:
    if len(call.args) > len(FIELDS):
        raise InputError(f"Genotype has {len(call.args)} arguments, expected {len(FIELDS)}")
    values = {field: literal(tree) for field, tree in zip(FIELDS, call.args, strict=False)}
    for keyword in call.keywords:
        if keyword.arg not in FIELDS:
            raise InputError(f"Genotype has an argument {keyword.arg!r}, expected {', '.join(FIELDS)}")
        if keyword.arg in values:
            raise InputError(f"Genotype has {keyword.arg!r} twice")
        values[keyword.arg] = literal(keyword.value)
    missing = [field for field in FIELDS if field not in values]
    if missing:
        raise InputError(f"Genotype lacks {', '.join(missing)}, expected {', '.join(FIELDS)}")
    return values


def _half_texts(half: Half) -> tuple[str, str]:
    first, last = half.concat[0], half.concat[-1]
    consecutive = half.concat == tuple(range(first, last + 1))
    concat = f"range({first}, {last + 1})" if consecutive else str(list(half.concat))
    return str(spelled(half)), concat
