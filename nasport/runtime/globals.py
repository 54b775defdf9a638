"""Numbers of the whole network that a predictor may read beside the graph of its cells.

Widths, depths and resolutions stand in no cell; they enter through what they cost. A bundle's manifest lists the names
that it reads, in order; 0 stands for what a document does not tell (and `knows_parameters`, `knows_flops`,
`knows_network` say so). The names of the table, with their meaning, are in docs/reference/formats.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs import LiveCosts
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch

Column = NDArray[np.float64]


def global_table(
    names: Sequence[str], batch: EncodedBatch, graphs: GraphBatch, reachable: Column
) -> NDArray[np.float32]:
    """(B, G) float32: the numbers `names` of every architecture.

    Args:
        names: from the bundle's manifest, all of `GLOBALS`.
        batch: the encoded architectures, with parameters and FLOPs.
        graphs: their canonical graphs.
        reachable: (B,) reachable parameters.

    Raises:
        InputError: the bundle reads a number that this nasport does not know.
    """
    unknown = [name for name in names if name not in GLOBALS]
    if unknown:
        problem = f"the bundle reads a global {unknown[0]!r} that this nasport does not know, update nasport"
        raise InputError(problem)
    columns = [GLOBALS[name](batch, graphs, reachable) for name in names]
    return np.stack(columns, axis=1).astype(np.float32) if columns else np.zeros((len(graphs), 0), np.float32)


def _log(values: Sequence[int | None]) -> Column:
    return np.log1p(np.array([value or 0 for value in values], np.float64))


def _live(values: Column, live: LiveCosts) -> Column:
    """0 where not all costs of the network are known."""
    return np.where(_knows(live), values, 0.0)


def _knows(live: LiveCosts) -> Column:
    return np.isfinite(live.balanced).astype(np.float64)


def _known(values: Sequence[int | None]) -> Column:
    return np.array([value is not None for value in values], np.float64)


GLOBALS: dict[str, Callable[[EncodedBatch, GraphBatch, Column], Column]] = {
    "log_parameters": lambda batch, graphs, reachable: _log(batch.parameters),
    "knows_parameters": lambda batch, graphs, reachable: _known(batch.parameters),
    "log_flops": lambda batch, graphs, reachable: _log(batch.flops),
    "knows_flops": lambda batch, graphs, reachable: _known(batch.flops),
    "log_live_parameters": lambda batch, graphs, reachable: _live(
        np.log1p(batch.live.parameters), batch.live
    ),
    "log_live_flops": lambda batch, graphs, reachable: _live(np.log1p(batch.live.flops), batch.live),
    "balanced_parameters": lambda batch, graphs, reachable: _live(batch.live.balanced, batch.live),
    "balanced_flops": lambda batch, graphs, reachable: _live(batch.live.balanced_flops, batch.live),
    "summed_capacity": lambda batch, graphs, reachable: _live(batch.live.summed, batch.live),
    "resolutions": lambda batch, graphs, reachable: _live(batch.live.resolutions, batch.live),
    "log_layers": lambda batch, graphs, reachable: _live(np.log1p(batch.live.layers), batch.live),
    "log_width": lambda batch, graphs, reachable: _live(np.log1p(batch.live.width), batch.live),
    "log_positions": lambda batch, graphs, reachable: _live(np.log1p(batch.live.positions), batch.live),
    "knows_network": lambda batch, graphs, reachable: _knows(batch.live),
    "log_reachable_parameters": lambda batch, graphs, reachable: np.log1p(reachable),
    "nodes": lambda batch, graphs, reachable: graphs.mask.sum(axis=1).astype(np.float64),
}
