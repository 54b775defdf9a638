"""Cells whose nodes state their own channels and strides (`own`): whole networks, and blocks that no width describes.

A node's operator sees its inputs joined and gives the shape that its own attributes say. So a cell may hold maps of several
resolutions, and several outputs: of one resolution they are concatenated, else they are the maps of a network that ends there.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.costs.placing import OrderedNode, PlacedCell, Placing
from nasport.runtime.operators.joins import join_of
from nasport.runtime.operators.quantities import Shape, added


def place_own(steps: Sequence[OrderedNode], entrance: Shape, plan: bool) -> PlacedCell:
    """A cell of `own` at its place.

    Args:
        steps: its nodes, every one after those that feed it.
        entrance: shape of what each of its inputs is.
        plan: as `cells.place_cell` has it.

    Raises:
        UnknownCostError: the cost is not known, or shapes do not fit; its path begins in the cell.
    """
    draft = Placing(plan)
    shapes, outputs = draft.shapes, []
    for step in steps:
        node = step.node
        if step.kind == "input":
            shapes[node.id] = entrance
            continue
        source = joined_shape(step, [shapes[u] for u in node.inputs]) if node.inputs else entrance
        draft.add(step, step.operators, node.inputs, node.join, source, None)
        if step.kind == "output":
            outputs.append((step.place, node.id))
    ends = [node_id for _, node_id in sorted(outputs)]
    levels = _levels(steps, draft, entrance)
    sizes = {shapes[end][1:] for end in ends}
    if len(sizes) == 1:
        return draft.cell(ends, entrance)._replace(levels=levels)
    maps = tuple([shapes[end] for end in ends])
    # Of the outputs the one of the fewest positions stands for all, in whatever order they are written.
    last = min(maps, key=lambda shape: (shape.positions, shape))
    placed = tuple(draft.placed or ())
    return PlacedCell(added(draft.costs), last, entrance, placed, tuple(ends), maps, levels)


def _levels(steps: Sequence[OrderedNode], draft: Placing, entrance: Shape) -> dict[int, int]:
    """Positions of the maps to the parameters of the layers that make them.

    Layers on other positions within a node count with its map, those on a single position with the map that was pooled.
    """
    computed = [step.node for step in steps if step.kind != "input"]
    levels = {shape.positions: 0 for node in computed if (shape := draft.shapes[node.id]).positions > 1}
    homes = dict.fromkeys(draft.shapes, entrance.positions)
    for node, cost in zip(computed, draft.costs, strict=True):
        positions = draft.shapes[node.id].positions
        pooled = max([homes[u] for u in node.inputs], default=entrance.positions)
        home = homes[node.id] = positions if positions > 1 else pooled
        for level, number in cost.levels.items():
            where = level if level in levels else home
            levels[where] = levels.get(where, 0) + number
    return levels


def joined_shape(step: OrderedNode, sources: Sequence[Shape]) -> Shape:
    """The shape of a node's joined inputs: alike in sums and means, of one resolution in concatenations.

    In a product an input of a single position is a factor for all positions (squeeze and excitation).
    """
    join = join_of(step.operators[0]) or step.node.join
    widest = max(sources, key=lambda shape: shape.positions)
    if join == "product":
        sources = [widest if shape == (widest.channels, 1, 1) else shape for shape in sources]
    if len({shape[1:] for shape in sources}) > 1:
        found = ", ".join(f"{shape.height}x{shape.width}" for shape in sources)
        raise step.error(f"joins the resolutions {found}, expected inputs of the same")
    if join == "concat":
        return Shape(sum([shape.channels for shape in sources]), *widest[1:])
    if len({shape.channels for shape in sources}) > 1:
        widths = ", ".join(str(shape.channels) for shape in sources)
        raise step.error(f"joins the widths {widths}, expected inputs of the same")
    return widest
