"""Notation of NAS-Bench-201 and of NATS-Bench's topology space: a string of six operators.

`|op~0|+|op~0|op~1|+|op~0|op~1|op~2|` lists for each of the nodes 1 to 3 the operators on its incoming edges with their source nodes
(Dong and Yang 2020, section 2). The network has a convolution as stem and three stages of five cells with 16, 32 and 64 channels, with
a residual block of stride 2 between the stages (figure 1 of that paper).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Skeleton, Stage
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import one_of
from nasport.toolkit.notations.edge_space import EdgeCellSpace, EdgeNotation
from nasport.toolkit.notations.skeletons import check_skeleton, image

OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
# Operator codes by text, for all possible texts of the nodes 1, 2 and 3.
NODE_CODES: tuple[dict[str, tuple[int, ...]], ...] = tuple(
    {
        "".join(f"|{OPERATORS[code]}~{source}" for source, code in enumerate(codes)) + "|": codes
        for codes in product(range(len(OPERATORS)), repeat=node)
    }
    for node in (1, 2, 3)
)

SKELETON = Skeleton(
    input=image(32),
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


def operator_string(operators: Sequence[str]) -> str:
    """Return the string of six operators in the order of `EDGES`."""
    return "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*operators)


SPACE = EdgeCellSpace("nasbench201", OPERATORS, SKELETON, operator_string, check_skeleton)


class NASBench201(EdgeNotation):
    """The string of NAS-Bench-201 and NATS-Bench."""

    space = SPACE
    name = "nasbench201"
    description = "NAS-Bench-201 and NATS-Bench string |op~0|+|op~0|op~1|+|op~0|op~1|op~2|"
    example = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|"

    def read(self, text: str) -> tuple[str, ...]:
        return parse_operators(text)

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        names = [text.strip() for text in texts]
        node_1, node_2, node_3 = NODE_CODES
        codes = np.empty((len(names), 6), np.int64)
        for row, name in enumerate(names):
            try:
                first, second, third = name.split("+")
                codes[row] = node_1[first] + node_2[second] + node_3[third]
            except (ValueError, KeyError):  # the parser reports the error
                return encode([self.parse(text) for text in texts])
        return SPACE.encoder.encode(names, codes)


def parse_operators(text: str) -> tuple[str, ...]:
    """Parse the six operators of a string, in the order of `EDGES`.

    Raises:
        InputError: an invalid string; the message names the node or edge.
    """
    nodes = text.split("+")
    if len(nodes) != 3:
        raise InputError(
            f"{len(nodes)} nodes separated by '+', expected 3, e.g. {NASBench201.example}: {text!r:.200}"
        )
    operators: list[str] = []
    for place, node in enumerate(nodes, 1):
        if len(node) < 2 or not (node.startswith("|") and node.endswith("|")):
            raise InputError(f"node {place} is {node!r:.200}, expected its edges between two '|'")
        edges = node[1:-1].split("|")
        if len(edges) != place:
            problem = f"node {place} has {len(edges)} edges, expected {place} (from nodes 0 to {place - 1})"
            raise InputError(problem)
        for source, edge in enumerate(edges):
            operator, tilde, index = edge.rpartition("~")
            if not tilde:
                raise InputError(f"edge {edge!r:.200} into node {place}, expected operator~{source}")
            if index != str(source):
                raise InputError(
                    f"edge {edge!r:.200} into node {place} comes from node {index!r:.50}, expected {source}: "
                    "the edges of a node are listed by source, from node 0 on"
                )
            if operator not in OPERATORS:
                raise InputError(f"unknown operator {operator!r:.200}{one_of(operator, OPERATORS)}")
            operators.append(operator)
    return tuple(operators)
