"""NAS-Bench-201 and NATS-Bench's topology space: the string of six operators.

`|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`: for each of the nodes 1 to 3 the operators on the edges that arrive there, each
with the node it comes from (Dong and Yang 2020, section 2). The network has a convolution as stem and three stages of
five cells with 16, 32 and 64 channels, with a residual block of stride 2 between them (figure 1 there).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.edge_cell import edge_cell, edge_operators
from nasport.toolkit.notations.edge_cell_batch import EdgeCellEncoder
from nasport.toolkit.notations.skeletons import check_skeleton

SPACE = "nasbench201"
OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
NODES = 3

SKELETON = Skeleton(
    input=(("channels", 3), ("height", 32), ("width", 32)),
    stem=(Stage(op="stem_conv3x3", width=16),),
    stages=(
        Stage(cell="cell", repeats=5, width=16),
        Stage(op="nasbench201_reduction", width=32, stride=2),
        Stage(cell="cell", repeats=5, width=32),
        Stage(op="nasbench201_reduction", width=64, stride=2),
        Stage(cell="cell", repeats=5, width=64),
    ),
    head=(Stage(op="batch_norm"), Stage(op="relu"), Stage(op="global_avg_pool")),
    classes=10,
)


class NASBench201(Notation):
    """The string of NAS-Bench-201 and NATS-Bench."""

    name = "nasbench201"
    description = "NAS-Bench-201 and NATS-Bench string |op~0|+|op~0|op~1|+|op~0|op~1|op~2|"
    example = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|"

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        return document(parse_operators(text), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        return operator_string(operators_of(architecture))

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        names = [text.strip() for text in texts]
        tables = _node_codes()
        codes = np.empty((len(names), 6), np.int64)
        for row, name in enumerate(names):
            try:
                first, second, third = name.split("+")
                codes[row] = tables[0][first] + tables[1][second] + tables[2][third]
            except (ValueError, KeyError):  # parsing says what is wrong
                return encode([self.parse(text) for text in texts])
        return encoder().encode(names, codes)


def document(operators: Sequence[str], source: Source | None = None) -> Architecture:
    """The document of a cell with these six operators, in the order of the string."""
    return Architecture({"cell": edge_cell(operators)}, SKELETON, operator_string(operators), SPACE, source)


def operators_of(architecture: Architecture) -> tuple[str, ...]:
    """The six operators of a document, in the order of the string.

    Raises:
        InputError: its cell or skeleton is not of this space.
    """
    operators = edge_operators(architecture, OPERATORS)
    check_skeleton(architecture, document(operators))
    return operators


def operator_string(operators: Sequence[str]) -> str:
    """The string of six operators that are in its order."""
    parts = iter(operators)
    return "+".join(
        "".join(f"|{next(parts)}~{source}" for source in range(node)) + "|" for node in range(1, NODES + 1)
    )


def parse_operators(text: str) -> tuple[str, ...]:
    """The six operators of a string, in its order.

    Raises:
        InputError: names the place and what was expected there.
    """
    nodes = text.split("+")
    if len(nodes) != NODES:
        raise InputError(
            f"{len(nodes)} nodes separated by '+', expected {NODES}, e.g. {NASBench201.example}: {text!r:.200}"
        )
    operators: list[str] = []
    for place, node in enumerate(nodes, 1):
        if len(node) < 2 or not (node.startswith("|") and node.endswith("|")):
            raise InputError(f"node {place} is {node!r:.200}, expected it between two '|'")
        edges = node[1:-1].split("|")
        if len(edges) != place:
            raise InputError(
                f"node {place} has {len(edges)} edges, expected {place} (from nodes 0 to {place - 1})"
            )
        operators.extend(_parse_edge(edge, source, place) for source, edge in enumerate(edges))
    return tuple(operators)


def _parse_edge(edge: str, source: int, node: int) -> str:
    operator, tilde, index = edge.rpartition("~")
    if not tilde:
        raise InputError(f"edge {edge!r:.200} into node {node}, expected operator~{source}")
    if index != str(source):
        raise InputError(
            f"edge {edge!r:.200} into node {node} comes from node {index!r:.50}, expected {source}: "
            "a node lists its edges from node 0 on"
        )
    if operator not in OPERATORS:
        near = did_you_mean(operator, OPERATORS)
        raise InputError(f"unknown operator {operator!r:.200}{near}expected one of {', '.join(OPERATORS)}")
    return operator


@cache
def encoder() -> EdgeCellEncoder:
    """Encodes codes that are indices into `OPERATORS`, in the order of the string."""
    return EdgeCellEncoder(OPERATORS, document)


@cache
def _node_codes() -> tuple[dict[str, tuple[int, ...]], ...]:
    """For each node all texts that it may have, with their codes."""
    return tuple(
        {
            "".join(f"|{OPERATORS[code]}~{source}" for source, code in enumerate(codes)) + "|": codes
            for codes in product(range(len(OPERATORS)), repeat=node)
        }
        for node in range(1, NODES + 1)
    )
