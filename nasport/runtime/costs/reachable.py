"""Costs of a network without its unreachable nodes, which are equal for all documents of one canonical form.

Nodes that are not on a path from an input to an output, and operators of kind `none`, do not count. Channels that a `split`
cell (NAS-Bench-101) does not divide evenly are distributed evenly over its nodes. Both inputs of a `stack` cell (DARTS) are
preprocessed even if no node reads one of them, because every such cell has both convolutions.

An operator of unknown cost (linear attention, an operator of kind `other`) must not hide the cost of the rest of the
network. It counts like a convolution of about its relative weight, or like an identity if its weight is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.costs.cells import NEWER, OLDER
from nasport.runtime.costs.skeleton import NetworkCost, network_cost
from nasport.runtime.operators import is_counted, relative_weight
from nasport.runtime.operators.quantities import Cost, UnknownCostError
from nasport.schemas.architecture import Architecture, Cell, Node, Stage
from nasport.schemas.graphs.cell_graph import cached_by_cell, cell_graph
from nasport.schemas.graphs.wiring import Wiring
from nasport.schemas.operators import Attributes, Operator, Value

Floats = NDArray[np.float64]
_SHAPES = ("channels", "stride", "resolution", "resolution_width")


@dataclass(frozen=True)
class ReachableCosts:
    """Numbers of B networks without their unreachable nodes, (B,) float64 each; NaN if unknown.

    The parameters at a resolution are those of the convolutions in stem and stages whose output has that resolution. For
    networks that do not read images, all numbers except `parameters` and `flops` are NaN.

    Attributes:
        parameters: trainable parameters of the whole network.
        flops: multiply-accumulates of the whole network for one input.
        balanced: mean over the resolutions of log(1 + parameters at the resolution).
        balanced_flops: mean over the resolutions of log(1 + parameters at the resolution times positions).
        summed: log(1 + sum over the resolutions of (parameters at the resolution)^(3/4) times positions^(1/2)).
        resolutions: number of resolutions.
        layers: number of cells and operators of the stages, counting every repeat.
        width: channels of the last stage.
        positions: positions of the image.
    """

    parameters: Floats
    flops: Floats
    balanced: Floats
    balanced_flops: Floats
    summed: Floats
    resolutions: Floats
    layers: Floats
    width: Floats
    positions: Floats

    @classmethod
    def of(
        cls,
        parameters: Floats,
        flops: Floats,
        levels: Sequence[tuple[Floats | float, Floats]],
        skeleton: tuple[Floats | float, Floats | float, Floats | float],
    ) -> ReachableCosts:
        """Compute the numbers from counts.

        Args:
            parameters: (B,) parameters, NaN if unknown.
            flops: (B,) multiply-accumulates, NaN if unknown.
            levels: pairs of positions and parameters, from the finest resolution to the coarsest. Parameters are (B,), NaN
                for networks without this resolution. Positions are (B,), or a single number for all networks.
            skeleton: layers, width, and positions of the image; each is (B,), or a single number for all networks.
        """
        count, balanced, balanced_flops, summed = np.zeros((4, len(parameters)))
        # Add the terms one after the other, so that the rounding of a sum does not depend on the batch.
        for positions, level in levels:
            count += ~np.isnan(level)
            balanced += np.nan_to_num(np.log1p(level))
            balanced_flops += np.nan_to_num(np.log1p(level * positions))
            summed += np.nan_to_num(np.sqrt(level * np.sqrt(level) * positions))
        reads_image, divisor = count > 0, np.maximum(count, 1)
        columns = (balanced / divisor, balanced_flops / divisor, np.log1p(summed), count, *skeleton)
        return cls(parameters, flops, *(np.where(reads_image, column, np.nan) for column in columns))


def reachable_costs(networks: Sequence[NetworkCost | None]) -> ReachableCosts:
    """Combine the costs of B networks from `written_and_reachable`; None if unknown."""
    depth = max((len(network.levels) for network in networks if network), default=0)
    counts = np.full((5, len(networks)), np.nan)
    levels = np.full((depth, 2, len(networks)), np.nan)
    for column, network in enumerate(networks):
        if network is not None:
            cost = network.cost
            counts[:, column] = cost.parameters, cost.flops, network.layers, network.width, network.positions
            for row, level in enumerate(sorted(network.levels.items(), reverse=True)):
                levels[row, :, column] = level
    skeleton = (counts[2], counts[3], counts[4])
    return ReachableCosts.of(counts[0], counts[1], [(level[0], level[1]) for level in levels], skeleton)


def written_and_reachable(architecture: Architecture) -> tuple[Cost | str, NetworkCost | None]:
    """Return the costs of a network as written and without its unreachable nodes.

    Returns:
        the cost as written, or the reason why it is unknown; and the cost without unreachable nodes, in which operators of
        unknown cost count as in `nominal_architecture`, or None if it is unknown.
    """
    try:
        written = network_cost(architecture)
    except UnknownCostError as error:
        return error.problem, _reachable(architecture)
    # If every cell is reachable as written, the second cost equals the first one and need not be computed.
    # In a `stack` cell, dissolving a sum does not change the cost as long as the same nodes apply the stride.
    cells = architecture.used_cells.values()
    wirings = [(cell.channels, cell_graph(cell, architecture).wiring) for cell in cells]
    is_reachable = bool(written.levels) and all(
        wiring.is_entered_as_written and _inputs(wiring) == 2
        if channels == "stack"
        else channels != "split" and wiring.is_reachable
        for channels, wiring in wirings
    )
    return written.cost, written if is_reachable else _reachable(architecture)


def _reachable(architecture: Architecture) -> NetworkCost | None:
    reachable = reachable_architecture(architecture)
    entered = with_both_inputs(reachable)
    return _known(entered) or (None if entered is reachable else _known(reachable))


def _inputs(wiring: Wiring) -> int:
    return sum(node.kind == "input" for node in wiring.nodes)


def with_both_inputs(architecture: Architecture) -> Architecture:
    """Return an architecture in which all `stack` cells with nodes have both inputs."""
    cells = {name: _with_both_inputs(cell) for name, cell in architecture.cells.items()}
    return architecture if cells == architecture.cells else replace(architecture, cells=cells)


def _with_both_inputs(cell: Cell) -> Cell:
    if cell.channels != "stack" or not cell.nodes:
        return cell
    stated = {node.role for node in cell.nodes}
    unread = [Node(f"unread {role}", "input", role=role) for role in (OLDER, NEWER) if role not in stated]
    return replace(cell, nodes=(*unread, *cell.nodes)) if unread else cell


def _known(architecture: Architecture) -> NetworkCost | None:
    """Return the cost of a network, if necessary with operators of unknown cost replaced; None if it is still unknown."""
    try:
        return network_cost(architecture, even=True)
    except UnknownCostError:
        pass
    try:
        return network_cost(nominal_architecture(architecture), even=True)
    except UnknownCostError:
        return None


def reachable_architecture(architecture: Architecture) -> Architecture:
    """Return an architecture whose cells contain only their reachable nodes; a cell without a path has no nodes.

    As in the canonical form (`nasport.schemas.graphs.canonical`), redundant sums are dissolved, and a sum reads each source
    once. So two documents of one hash have the same costs.
    """
    cells = {name: _reachable_cell(cell, architecture) for name, cell in architecture.cells.items()}
    return replace(architecture, cells=cells)


@cached_by_cell
def _reachable_cell(cell: Cell, architecture: Architecture) -> Cell:
    reachable = [(cell.nodes[k], inputs) for k, inputs in cell_graph(cell, architecture).wiring.reachable]
    nodes = [node if inputs == node.inputs else replace(node, inputs=inputs) for node, inputs in reachable]
    return replace(cell, nodes=tuple(nodes))


def nominal_architecture(architecture: Architecture) -> Architecture:
    """Return the same network with every operator of unknown cost replaced by one of known cost."""
    replaced: dict[str, Operator] = {}

    def nominal(key: str, attributes: Attributes, own: bool) -> str:
        """Return the key of an operator, or of its replacement if its cost is unknown."""
        operator = architecture.operator(key)
        if is_counted(operator.with_attributes(dict(attributes))):
            return key
        replacement = f"{key}\0{own}\0{attributes}"  # not a key of any document
        replaced[replacement] = _nearest(operator, dict(attributes), own)
        return replacement

    def in_cell(cell: Cell) -> Cell:
        own = cell.channels == "own"
        nodes = [
            replace(
                node,
                op=node.op and nominal(node.op, node.attributes, own),
                candidates=tuple([nominal(key, node.attributes, own) for key in node.candidates]),
            )
            for node in cell.nodes
        ]
        return replace(cell, nodes=tuple(nodes))

    def in_stages(stages: Sequence[Stage]) -> tuple[Stage, ...]:
        return tuple(
            [
                replace(stage, op=nominal(stage.op, stage.attributes, False)) if stage.op else stage
                for stage in stages
            ]
        )

    skeleton = architecture.skeleton
    if skeleton is not None:
        stem, stages, head = map(in_stages, (skeleton.stem, skeleton.stages, skeleton.head))
        skeleton = replace(skeleton, stem=stem, stages=stages, head=head)
    cells = {name: in_cell(cell) for name, cell in architecture.cells.items()}
    operators = {**architecture.operators, **replaced}
    return replace(architecture, cells=cells, skeleton=skeleton, operators=operators)


def _nearest(operator: Operator, attributes: dict[str, Value], own: bool) -> Operator:
    """Return the replacement of an operator of unknown cost; in an `own` cell, it has the stated output shape.

    Args:
        operator: operator of the document.
        attributes: attributes of the node or stage, which also apply to the replacement.
        own: whether the node is in an `own` cell.
    """
    weight = relative_weight(operator)
    found = Operator("", "identity")
    if weight > 0:
        kernel = float(max(1, round(sqrt(weight))))
        found = Operator("", "convolution", (("kernel", kernel),))
    if not own:
        return found
    whole = operator.with_attributes(attributes)
    stated = {name: value for name in _SHAPES if (value := whole.value(name)) is not None}
    if "resolution" in stated:  # no operator of known cost can give every resolution
        found = Operator("", "other", (("parameters", 0.0),))
    return found.with_attributes(stated)
