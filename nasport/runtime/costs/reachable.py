"""What a network costs without its dead nodes, the same however its document is written.

Nodes on no path from an input to an output, and `none`, do not count: canonical forms that are equal cost the same. So
channels that a cell does not divide evenly (NAS-Bench-101) count for all of its nodes alike. Both inputs of a cell of
`stack` (DARTS) are preprocessed whether or not a node reads them, since every such cell has both convolutions.

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

from nasport.runtime.costs.cells import NEWER, OLDER
from nasport.runtime.costs.skeleton import NetworkCost, network_cost
from nasport.runtime.operators import is_counted, relative_weight
from nasport.runtime.operators.quantities import Cost, UnknownCostError
from nasport.schemas.architecture import Architecture, Cell, Node, Stage
from nasport.schemas.graphs.cell_graph import cell_graph, kept_by_cell
from nasport.schemas.graphs.wiring import Wiring
from nasport.schemas.operators import Attributes, Operator, Value

Floats = NDArray[np.float64]
_SHAPES = ("channels", "stride", "resolution", "resolution_width")


@dataclass(frozen=True)
class LiveCosts:
    """Numbers of B networks without their dead nodes, (B,) float64 each; NaN where unknown.

    Parameters at a resolution are those of the convolutions, in stem and stages, whose output has that resolution; a
    network that reads no image has none, and its numbers but the first two are NaN.

    Attributes:
        parameters: trainable ones of the whole network.
        flops: multiply-accumulates of the whole network for one input.
        balanced: mean over the resolutions of log(1 + parameters there).
        balanced_flops: mean over the resolutions of log(1 + parameters there times positions).
        summed: log of 1 + the sum over the resolutions of (parameters there)^(3/4) times positions^(1/2).
        resolutions: how many there are.
        layers: cells and operators of the stages, every repeat one of its own.
        width: of the last stage.
        positions: of the image.
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
    ) -> LiveCosts:
        """From counts.

        Args:
            parameters: (B,), NaN where unknown.
            flops: likewise.
            levels: positions and parameters at every resolution, the finest first, (B,) each or one number for all;
                NaN where a network has no such resolution.
            skeleton: layers, width and positions of the image, likewise.
        """
        count, balanced, balanced_flops, summed = np.zeros((4, len(parameters)))
        # Added one after the other: a sum must not depend on how many there are in the batch.
        for positions, level in levels:
            count += ~np.isnan(level)
            balanced += np.nan_to_num(np.log1p(level))
            balanced_flops += np.nan_to_num(np.log1p(level * positions))
            summed += np.nan_to_num(np.sqrt(level * np.sqrt(level) * positions))
        reads_image, divisor = count > 0, np.maximum(count, 1)
        columns = (balanced / divisor, balanced_flops / divisor, np.log1p(summed), count, *skeleton)
        return cls(parameters, flops, *(np.where(reads_image, column, np.nan) for column in columns))


def live_costs(networks: Sequence[NetworkCost | None]) -> LiveCosts:
    """Side by side what `all_and_live` found for B networks; None where unknown."""
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
    return LiveCosts.of(counts[0], counts[1], [(level[0], level[1]) for level in levels], skeleton)


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
        wiring.is_entered_alike and _inputs(wiring) == 2
        if channels == "stack"
        else channels != "split" and wiring.is_live
        for channels, wiring in wirings
    )
    return written.cost, written if is_live else _live(architecture)


def _live(architecture: Architecture) -> NetworkCost | None:
    alive = live_architecture(architecture)
    entered = entered_architecture(alive)
    return _known(entered) or (None if entered is alive else _known(alive))


def _inputs(wiring: Wiring) -> int:
    return sum(place.kind == "input" for place in wiring.places)


def entered_architecture(architecture: Architecture) -> Architecture:
    """An architecture whose cells of `stack` have both their inputs, but for those without any node; the same object
    where all have."""
    cells = {name: _entered(cell) for name, cell in architecture.cells.items()}
    return architecture if cells == architecture.cells else replace(architecture, cells=cells)


def _entered(cell: Cell) -> Cell:
    if cell.channels != "stack" or not cell.nodes:
        return cell
    stated = {node.role for node in cell.nodes}
    unread = [Node(f"unread {role}", "input", role=role) for role in (OLDER, NEWER) if role not in stated]
    return replace(cell, nodes=(*unread, *cell.nodes)) if unread else cell


def _known(architecture: Architecture) -> NetworkCost | None:
    """Cost of a network, with operators of unknown cost as the nearest known ones if need be; None where unknown."""
    try:
        return network_cost(architecture, even=True)
    except UnknownCostError:
        pass
    try:
        return network_cost(nominal_architecture(architecture), even=True)
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
    replaced: dict[str, Operator] = {}

    def nominal(key: str, attributes: Attributes, own: bool) -> str:
        """The key of what stands for an operator, with attributes of its place, in a cell of `own` or elsewhere."""
        operator = architecture.operator(key)
        if is_counted(operator.with_attributes(dict(attributes))):
            return key
        found = f"{key}\0{own}"  # no document's
        replaced[found] = _nearest(operator, dict(attributes), own)
        return found

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
    """What an operator of unknown cost counts as; in a cell of `own` it gives the shape that it states.

    Args:
        operator: as the document has it.
        attributes: of its place, which come on top of those of what is returned.
        own: whether it stands in a cell of `own`.
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
    if "resolution" in stated:  # no known operator gives any
        found = Operator("", "other", (("parameters", 0.0),))
    return found.with_attributes(stated)
