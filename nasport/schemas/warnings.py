"""What is allowed in a document and nearly always a slip: said beside its score, and by `nasport validate`.

Each check sees a whole architecture and gives sentences; a document can be scored all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.graphs.cell_graph import cell_graph

_MOST_NAMED = 5


def document_warnings(architecture: Architecture) -> tuple[str, ...]:
    """What is probably not meant as it is written; empty where there is nothing.

    Args:
        architecture: a checked one, as `parse_architecture` or a notation gives it.
    """
    checks = (_loose_nodes, _unfed_nodes, _unused_cells, _implied_data_set)
    return tuple(text for check in checks for text in check(architecture))


def _loose_nodes(architecture: Architecture) -> Iterator[str]:
    """Nodes whose result nobody reads.

    In a stacked cell, a DARTS genotype, a reader that is `none` is no reader. In other cells `none` cuts nodes off by
    design; of them only one that nothing at all reads is a slip, and only where no notation wrote it. Cells of
    NAS-Bench-101 (`split`) have such nodes by design.
    """
    for name, cell in architecture.used_cells.items():
        positions: Sequence[int] = ()
        if cell.channels == "stack":
            positions = cell_graph(cell, architecture).wiring.lost
        elif cell.channels in ("same", "own") and architecture.source is None:
            positions = cell_graph(cell, architecture).wiring.unread
        if len(positions) == 1:
            what = "feeds nothing and is no output: what it computes is lost"
            yield f"the node {_named(cell, positions)} of the cell {name!r} {what}"
        elif positions:
            what = "feed nothing and are no outputs: what they compute is lost"
            yield f"the nodes {_named(cell, positions)} of the cell {name!r} {what}"


def _unfed_nodes(architecture: Architecture) -> Iterator[str]:
    """Nodes without inputs; some notations have them by design, so only where no notation wrote the document."""
    for name, cell in architecture.used_cells.items() if architecture.source is None else ():
        positions = cell_graph(cell, architecture).wiring.unfed
        if positions:
            nodes = "node" if len(positions) == 1 else "nodes"
            yield (
                f"nothing feeds the {nodes} {_named(cell, positions)} of the cell {name!r}, expected inputs: what has "
                "none is counted as written and takes no part in the score"
            )


def _unused_cells(architecture: Architecture) -> Iterator[str]:
    used = architecture.used_cells
    for name in (name for name in architecture.cells if name not in used):
        yield f"no stage uses the cell {name!r}: it takes no part in network and score"


def _implied_data_set(architecture: Architecture) -> Iterator[str]:
    """A network of NDS without the record around it: its cells are trained on CIFAR-10 or on ImageNet."""
    source, skeleton = architecture.source, architecture.skeleton
    alone = source is not None and source.format == "nds" and not source.text.startswith('{"space"')
    if alone and architecture.cells and skeleton and skeleton.classes == 10:
        yield (
            "the network of NDS does not say its data set and is taken for CIFAR-10's, expected the whole record, or "
            '{"space": NAME, "net": ...}, of ImageNet where NAME has \'_in\''
        )


def _named(cell: Cell, positions: Sequence[int]) -> str:
    ids = ", ".join(repr(cell.nodes[position].id) for position in positions[:_MOST_NAMED])
    return ids if len(positions) <= _MOST_NAMED else f"{ids} and {len(positions) - _MOST_NAMED} more"
