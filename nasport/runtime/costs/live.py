"""What a network costs without its dead nodes, the same however its document is written.

Nodes on no path from an input to an output, and `none`, do not count: canonical forms that are equal cost the same. So
channels that a cell does not divide evenly (NAS-Bench-101) count for all of its nodes alike.

One operator that cannot be counted (linear attention, one that only a description tells of) must not hide what the rest of
the network costs. It counts as the nearest thing with known costs: as a convolution of about its relative weight, or, where
nothing is known of it, as if it passed its input on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs.skeleton import NetworkCost, network_cost
from nasport.runtime.operators import is_counted, relative_weight
from nasport.runtime.operators.quantities import Cost, UnknownCostError
from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.graphs.cell_graph import cell_graph, kept_by_cell
from nasport.schemas.operators import Operator

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LiveCosts:
    """Costs of B networks without their dead nodes, (B,) float64 each; NaN where unknown.

    Attributes:
        parameters: trainable ones of the whole network.
        flops: multiply-accumulates of the whole network for one input.
        balanced: mean over the resolutions of the network's stem and stages of log(1 + parameters of the convolutions
            whose output has that resolution). Also NaN where the network reads no image.
    """

    parameters: Floats
    flops: Floats
    balanced: Floats

    @classmethod
    def of(cls, parameters: Floats, flops: Floats, levels: Sequence[Floats]) -> LiveCosts:
        """From counts.

        Args:
            parameters: (B,), NaN where unknown.
            flops: likewise.
            levels: one array (B,) a resolution, the finest first: parameters at that resolution; NaN where a network
                has no such resolution.
        """
        total, count = np.zeros(len(parameters)), np.zeros(len(parameters))
        # Added one after the other: the sum must not depend on how many there are in the batch.
        for level in levels:
            total += np.nan_to_num(np.log1p(level))
            count += ~np.isnan(level)
        balanced = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        return cls(parameters, flops, balanced)


def live_costs(networks: Sequence[NetworkCost | None]) -> LiveCosts:
    """Side by side what `all_and_live` found for B networks; None where unknown."""
    depth = max((len(network.levels) for network in networks if network), default=0)
    counts = np.full((2 + depth, len(networks)), np.nan)
    for column, network in enumerate(networks):
        if network is not None:
            found = [network.levels[positions] for positions in sorted(network.levels, reverse=True)]
            counts[: 2 + len(found), column] = (network.cost.parameters, network.cost.flops, *found)
    return LiveCosts.of(counts[0], counts[1], list(counts[2:]))


def all_and_live(architecture: Architecture) -> tuple[Cost | str, NetworkCost | None]:
    """What a network costs as written, or why that is unknown; and without its dead nodes, None where unknown.

    Without its dead nodes, operators of unknown cost count as `nominal_architecture` has it.
    """
    try:
        written = network_cost(architecture)
    except UnknownCostError as error:
        return error.problem, _live(architecture)
    # Whether the cost as written is also that of the canonical form, told without computing it again.
    # In a cell of `stack` a node costs the same whether it reads a sum or what is summed, as long as the stride stays.
    cells = architecture.used_cells.values()
    wirings = [(cell.channels, cell_graph(cell, architecture).wiring) for cell in cells]
    is_live = bool(written.levels) and all(
        wiring.is_entered_alike if channels == "stack" else channels != "split" and wiring.is_live
        for channels, wiring in wirings
    )
    return written.cost, written if is_live else _live(architecture)


def _live(architecture: Architecture) -> NetworkCost | None:
    alive = live_architecture(architecture)
    return _known(alive) or _known(nominal_architecture(alive))


def _known(architecture: Architecture) -> NetworkCost | None:
    try:
        return network_cost(architecture, even=True)
    except UnknownCostError:
        return None


def live_architecture(architecture: Architecture) -> Architecture:
    """An architecture whose cells hold only nodes on a path; a cell without a path has no node at all.

    The same nodes stay as in the canonical form (`nasport.schemas.graphs.canonical`), so that two documents of one hash have
    one live cost: sums that say nothing are dissolved, and what is added twice stands once.
    """
    cells = {name: _live_cell(cell, architecture) for name, cell in architecture.cells.items()}
    return replace(architecture, cells=cells)


@kept_by_cell
def _live_cell(cell: Cell, architecture: Architecture) -> Cell:
    live = [(cell.nodes[k], inputs) for k, inputs in cell_graph(cell, architecture).wiring.live]
    nodes = [node if inputs == node.inputs else replace(node, inputs=inputs) for node, inputs in live]
    return replace(cell, nodes=tuple(nodes))


def nominal_architecture(architecture: Architecture) -> Architecture:
    """The same network, every operator of unknown cost replaced by one of known cost."""
    nodes = [node for cell in architecture.cells.values() for node in cell.nodes]
    keys = {key for node in nodes for key in node.candidates or (node.op,)}
    if architecture.skeleton is not None:
        parts = (architecture.skeleton.stem, architecture.skeleton.stages, architecture.skeleton.head)
        keys.update(stage.op for part in parts for stage in part if stage.op)
    replaced = {}
    for key in sorted(keys):
        if not is_counted(operator := architecture.operator(key)):
            weight = relative_weight(operator)
            replaced[key] = Operator("", "identity")
            if weight > 0:
                kernel = float(max(1, round(sqrt(weight))))
                replaced[key] = Operator("", "convolution", (("kernel", kernel),))
    return replace(architecture, operators={**architecture.operators, **replaced})
