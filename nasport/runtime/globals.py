"""Numbers of the whole network that a predictor may read in addition to the graph of the cells.

Cells do not contain widths, depths and resolutions, so predictors read them through the costs. The manifest of a bundle
lists the names of its numbers in order. Unknown numbers are 0, which `knows_parameters`, `knows_flops` and `knows_network`
indicate. docs/reference/spec.md explains all names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs import ReachableCosts
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.document_graph import GraphBatch

Column = NDArray[np.float64]


def global_table(
    names: Sequence[str], batch: EncodedBatch, graphs: GraphBatch, relative: Column
) -> NDArray[np.float32]:
    """Return the numbers `names` of every architecture, (B, G) float32.

    Args:
        names: G keys of `GLOBALS`, from the manifest of the bundle.
        batch: B encoded architectures.
        graphs: canonical graphs of the architectures.
        relative: (B,) relative reachable parameters, see `predictor.reachable_parameters`.

    Raises:
        InputError: this release of nasport does not know a number of the bundle.
    """
    unknown = [name for name in names if name not in GLOBALS]
    if unknown:
        problem = f"the bundle reads the unknown global {unknown[0]!r}, expected one of this release; update nasport"
        raise InputError(problem)
    columns = [GLOBALS[name](batch, graphs, relative) for name in names]
    return np.stack(columns, axis=1).astype(np.float32) if columns else np.zeros((len(graphs), 0), np.float32)


def _log(values: Sequence[int | None]) -> Column:
    return np.log1p(np.array([value or 0 for value in values], np.float64))


def _where_known(values: Column, costs: ReachableCosts) -> Column:
    """Replace values by 0 for networks whose costs are not all known."""
    return np.where(_knows(costs), values, 0.0)


def _knows(costs: ReachableCosts) -> Column:
    return np.isfinite(costs.balanced).astype(np.float64)


def _known(values: Sequence[int | None]) -> Column:
    return np.array([value is not None for value in values], np.float64)


GLOBALS: dict[str, Callable[[EncodedBatch, GraphBatch, Column], Column]] = {
    "log_parameters": lambda batch, graphs, relative: _log(batch.parameters),
    "knows_parameters": lambda batch, graphs, relative: _known(batch.parameters),
    "log_flops": lambda batch, graphs, relative: _log(batch.flops),
    "knows_flops": lambda batch, graphs, relative: _known(batch.flops),
    "log_live_parameters": lambda batch, graphs, relative: _where_known(
        np.log1p(batch.reachable.parameters), batch.reachable
    ),
    "log_live_flops": lambda batch, graphs, relative: _where_known(
        np.log1p(batch.reachable.flops), batch.reachable
    ),
    "balanced_parameters": lambda batch, graphs, relative: _where_known(
        batch.reachable.balanced, batch.reachable
    ),
    "balanced_flops": lambda batch, graphs, relative: _where_known(
        batch.reachable.balanced_flops, batch.reachable
    ),
    "summed_capacity": lambda batch, graphs, relative: _where_known(batch.reachable.summed, batch.reachable),
    "resolutions": lambda batch, graphs, relative: _where_known(batch.reachable.resolutions, batch.reachable),
    "log_layers": lambda batch, graphs, relative: _where_known(
        np.log1p(batch.reachable.layers), batch.reachable
    ),
    "log_width": lambda batch, graphs, relative: _where_known(
        np.log1p(batch.reachable.width), batch.reachable
    ),
    "log_positions": lambda batch, graphs, relative: _where_known(
        np.log1p(batch.reachable.positions), batch.reachable
    ),
    "knows_network": lambda batch, graphs, relative: _knows(batch.reachable),
    "log_reachable_parameters": lambda batch, graphs, relative: np.log1p(relative),
    "nodes": lambda batch, graphs, relative: graphs.mask.sum(axis=1).astype(np.float64),
}
