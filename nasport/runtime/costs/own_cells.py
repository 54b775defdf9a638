"""Shapes and costs of `own` cells, whose nodes state their channels and strides.

Such a cell can be a whole network, or a block that a single width does not describe. The operator of a node reads its
joined inputs, and its attributes determine the output shape. So a cell may have feature maps of several resolutions and
several outputs. Outputs of one resolution are concatenated; outputs of several resolutions are allowed only at the end of
a network.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.costs.placing import OrderedNode, PlacedCell, Placing
from nasport.runtime.operators.joins import join_of
from nasport.runtime.operators.quantities import Shape, added


def place_own(steps: Sequence[OrderedNode], entrance: Shape, plan: bool) -> PlacedCell:
    """Compute the shapes and costs of an `own` cell at one position of a network.

    Args:
        steps: nodes of the cell in topological order.
        entrance: shape of every input of the cell.
        plan: whether to list the placed operators, see `cells.place_cell`.

    Raises:
        UnknownCostError: a cost is unknown, or shapes do not fit; the path of the error begins in the cell.
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
    # The output with the fewest positions represents all of them, independent of their order in the document.
    last = min(maps, key=lambda shape: (shape.positions, shape))
    placed = tuple(draft.placed or ())
    return PlacedCell(added(draft.costs), last, entrance, placed, tuple(ends), maps, levels)


def _levels(steps: Sequence[OrderedNode], draft: Placing, entrance: Shape) -> dict[int, int]:
    """Return the trainable parameters at each resolution of a cell: a map from numbers of positions to parameters.

    The resolutions are those of the feature maps that nodes return. A layer inside a node counts at the resolution of its
    output, or at that of the node if no node returns the former. If the node returns a single position, the layer counts
    at the resolution of the map that was pooled to this position.
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
    """Return the shape of the joined inputs of a node.

    Inputs of sums and means must have equal shapes, inputs of concatenations equal resolutions. In a product, an input with
    a single position is a factor for all positions (squeeze and excitation).

    Raises:
        UnknownCostError: the inputs do not fit; the path of the error begins in the cell.
    """
    join = join_of(step.operators[0]) or step.node.join
    widest = max(sources, key=lambda shape: shape.positions)
    if join == "product":
        sources = [widest if shape == (widest.channels, 1, 1) else shape for shape in sources]
    if len({shape[1:] for shape in sources}) > 1:
        found = ", ".join(f"{shape.height}x{shape.width}" for shape in sources)
        raise step.error(f"the node joins the resolutions {found}, expected inputs of equal resolution")
    if join == "concat":
        return Shape(sum([shape.channels for shape in sources]), *widest[1:])
    if len({shape.channels for shape in sources}) > 1:
        widths = ", ".join(str(shape.channels) for shape in sources)
        raise step.error(f"the node joins the widths {widths}, expected inputs of equal width")
    return widest
