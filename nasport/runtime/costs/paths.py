"""Cells without what is dead: `none`, and nodes on no path from an input to an output.

The same nodes stay as in the canonical form (`nasport.schemas.canonical`), so that two documents of one hash have one
live cost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.checks import topological_order
from nasport.schemas.graphs import carried, kind_of, operators_of


def on_path(inputs: Mapping[str, Collection[str]], kinds: Mapping[str, str]) -> dict[str, list[str]]:
    """The nodes on an input-output path, in order, with those of their inputs that are on one.

    Args:
        inputs: id to the ids that feed it, in topological order; ids that are no keys are left out.
        kinds: of every node.
    """
    reached: set[str] = set()
    for node_id, sources in inputs.items():
        if kinds[node_id] == "input" or not reached.isdisjoint(sources):
            reached.add(node_id)
    reaching: set[str] = set()
    for node_id in reversed(list(inputs)):
        if node_id in reached and (kinds[node_id] == "output" or node_id in reaching):
            reaching.update([node_id, *inputs[node_id]])
    kept = reached & reaching
    return {
        node_id: [u for u in sources if u in kept] for node_id, sources in inputs.items() if node_id in kept
    }


def has_dead_nodes(cell: Cell, architecture: Architecture) -> bool:
    """Whether a cell has a node on no path, or `none`; a mixed node passes on what it is fed."""
    kinds = {node.id: kind_of(operators_of(node, architecture)) for node in cell.nodes}
    inputs = {node.id: node.inputs for node in cell.nodes}
    order = topological_order(inputs)
    assert order is not None, "checked when the document was read"
    kept = on_path({node_id: inputs[node_id] for node_id in order if kinds[node_id] != "none"}, kinds)
    return len(kept) < len(inputs)


def live_architecture(architecture: Architecture) -> Architecture:
    """An architecture whose cells hold only nodes on a path; a cell without a path has no node at all.

    Sums that say nothing are dissolved, and what is added twice stands once.
    """
    cells = {name: _live_cell(cell, architecture) for name, cell in architecture.cells.items()}
    return replace(architecture, cells=cells)


def _live_cell(cell: Cell, architecture: Architecture) -> Cell:
    nodes, operators, inputs = carried(cell, architecture)
    order = topological_order(inputs)
    assert order is not None, "checked when the document was read"
    kinds = {node_id: kind_of(operators[node_id]) for node_id in order}
    kept = on_path({node_id: inputs[node_id] for node_id in order}, kinds)
    live = []
    for node_id, node in nodes.items():
        if node_id in kept:
            once = node.join == "sum" and not operators[node_id][0].ordered
            sources = kept[node_id]
            found = tuple(sources) if once else tuple(u for u in node.inputs if u in sources)
            live.append(node if found == node.inputs else replace(node, inputs=found))
    return replace(cell, nodes=tuple(live))
