"""Cells without what is dead: `none`, and nodes on no path from an input to an output.

The same nodes stay as in the canonical form (`nasport.schemas.canonical`), so that two documents of one hash have one
live cost.
"""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.graphs import cell_graph


def is_live(cell: Cell, architecture: Architecture) -> bool:
    """Whether nothing of a cell is dead or says nothing; a mixed node passes on what it is fed."""
    return cell_graph(cell, architecture).wiring.is_live


def live_architecture(architecture: Architecture) -> Architecture:
    """An architecture whose cells hold only nodes on a path; a cell without a path has no node at all.

    Sums that say nothing are dissolved, and what is added twice stands once.
    """
    cells = {name: _live_cell(cell, architecture) for name, cell in architecture.cells.items()}
    return replace(architecture, cells=cells)


def _live_cell(cell: Cell, architecture: Architecture) -> Cell:
    live = []
    for k, inputs in cell_graph(cell, architecture).wiring.live:
        node = cell.nodes[k]
        live.append(node if inputs == node.inputs else replace(node, inputs=inputs))
    return replace(cell, nodes=tuple(live))
