"""Notation of NATS-Bench's size space: `64:64:64:64:64`, five widths of 8, 16, ..., 64 (Dong et al. 2021, section 3.2).

The network is that of NAS-Bench-201 with one fixed cell per stage. The widths are those of the stem and first cell, the first
residual block, the second cell, the second residual block and the third cell. If a cell changes the width, the edges from its input
change it, and a skip on such an edge becomes a 1x1 projection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nasport.schemas.architecture import Architecture, Source, Stage
from nasport.schemas.errors import InputError
from nasport.toolkit.notations import nasbench201
from nasport.toolkit.notations.base import Notation
from nasport.toolkit.notations.edge_cell import edge_cell, edge_operators
from nasport.toolkit.notations.skeletons import check_skeleton, layers

WIDTHS = tuple(range(8, 65, 8))
PLACES = 5
CELL = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"


class NATSSize(Notation):
    """Architectures as five widths."""

    name = "nats_size"
    description = "NATS-Bench size space: five widths of 8, 16, ..., 64 around one cell"
    example = "64:64:64:64:64"

    def parse(self, text: str) -> Architecture:
        text = text.strip()
        fields = text.split(":")
        if len(fields) != PLACES or not {*map(str, WIDTHS)}.issuperset(fields):
            raise InputError(
                f"{text!r:.200} is not in this notation, expected {PLACES} widths of {', '.join(map(str, WIDTHS))} "
                f"separated by ':', e.g. {self.example}"
            )
        return document([*map(int, fields)], Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        if nasbench201.operator_string(edge_operators(architecture, nasbench201.OPERATORS)) != CELL:
            raise InputError(f"another cell, expected {CELL} in NATS-Bench's size space")
        widths = [layer.width for layer in layers(architecture)]
        if len(widths) != PLACES or not {*WIDTHS}.issuperset(widths):
            raise InputError(
                f"layers with the widths {widths!s:.200}, expected {PLACES} widths from {WIDTHS[0]} to {WIDTHS[-1]} "
                f"in steps of {WIDTHS[0]}",
                path=("skeleton", "stages"),
            )
        written = document(widths)
        check_skeleton(architecture, written)
        return written.name


def document(widths: Sequence[int], source: Source | None = None) -> Architecture:
    """Return the document of a network with five widths."""
    stages = tuple(
        Stage(op="nasbench201_reduction", width=width, stride=2) if place % 2 else Stage("cell", width=width)
        for place, width in enumerate(widths)
    )
    skeleton = replace(nasbench201.SKELETON, stages=stages, stem=(Stage(op="stem_conv3x3", width=widths[0]),))
    cells = {"cell": edge_cell(nasbench201.parse_operators(CELL))}
    return Architecture(cells, skeleton, ":".join(map(str, widths)), "nats_size", source)
