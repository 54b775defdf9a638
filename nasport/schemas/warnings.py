"""Warnings about valid documents that probably contain a mistake, for scores and for `nasport validate`.

Every check reads a whole architecture and yields sentences. A document with warnings still gets a score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.graphs.cell_graph import cell_graph

_MOST_NAMED = 5


def document_warnings(architecture: Architecture) -> tuple[str, ...]:
    """Return a sentence for every probable mistake in an architecture.

    Args:
        architecture: checked architecture, from `parse_architecture` or a notation.
    """
    checks = (_loose_nodes, _unfed_nodes, _unused_cells, _implied_data_set)
    return tuple(text for check in checks for text in check(architecture))


def _loose_nodes(architecture: Architecture) -> Iterator[str]:
    """Find nodes whose result no other node reads.

    The rule depends on the channels of the cell:

    - `stack` (DARTS): nodes that only nodes of kind `none` read are found too.
    - `same` and `own`: only nodes without any reader are found, because `none` cuts nodes off by design. Documents
      converted from a notation are skipped.
    - `split` (NAS-Bench-101): skipped, because such cells have unread nodes by design.
    """
    for name, cell in architecture.used_cells.items():
        positions: Sequence[int] = ()
        if cell.channels == "stack":
            positions = cell_graph(cell, architecture).wiring.lost
        elif cell.channels in ("same", "own") and architecture.source is None:
            positions = cell_graph(cell, architecture).wiring.unread
        if len(positions) == 1:
            what = "feeds no other node and is not an output, so its result is not used"
            yield f"the node {_named(cell, positions)} of the cell {name!r} {what}"
        elif positions:
            what = "feed no other node and are not outputs, so their results are not used"
            yield f"the nodes {_named(cell, positions)} of the cell {name!r} {what}"


def _unfed_nodes(architecture: Architecture) -> Iterator[str]:
    """Find nodes without inputs; skip documents converted from a notation, since some notations have such nodes by design."""
    for name, cell in architecture.used_cells.items() if architecture.source is None else ():
        positions = cell_graph(cell, architecture).wiring.unfed
        if positions:
            nodes, verb = ("node", "has") if len(positions) == 1 else ("nodes", "have")
            yield (
                f"the {nodes} {_named(cell, positions)} of the cell {name!r} {verb} no inputs, expected some: a node "
                "without inputs counts in parameters and FLOPs but not in the score"
            )


def _unused_cells(architecture: Architecture) -> Iterator[str]:
    used = architecture.used_cells
    for name in (name for name in architecture.cells if name not in used):
        yield f"no stage uses the cell {name!r}, so it is not part of the network and does not change the score"


def _implied_data_set(architecture: Architecture) -> Iterator[str]:
    """Find networks of NDS without the record that shows whether the data set is CIFAR-10 or ImageNet."""
    source, skeleton = architecture.source, architecture.skeleton
    alone = source is not None and source.format == "nds" and not source.text.startswith('{"space"')
    if alone and architecture.cells and skeleton and skeleton.classes == 10:
        yield (
            "the network of NDS does not name its data set, so CIFAR-10 is assumed; expected the whole record or "
            '{"space": NAME, "net": ...}, where NAME contains \'_in\' for ImageNet'
        )


def _named(cell: Cell, positions: Sequence[int]) -> str:
    ids = ", ".join(repr(cell.nodes[position].id) for position in positions[:_MOST_NAMED])
    return ids if len(positions) <= _MOST_NAMED else f"{ids} and {len(positions) - _MOST_NAMED} more"
