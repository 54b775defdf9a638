"""NAS-Bench-101's rule for the channels: a cell that divides its output's among the nodes it concatenates.

Ying et al. 2019, section 2: every edge from the input is a 1x1 projection; one that reaches the output is added to what
is concatenated there; channels that do not divide evenly go to the first of the output's inputs; where a node feeds
narrower ones, they read its first channels. Only nodes on a path exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasport.runtime.costs.cells import split_widths
from nasport.runtime.operators.quantities import Shape
from nasport.toolkit.networks.cell_drafts import Draft
from nasport.toolkit.networks.cells import CellNetwork
from nasport.toolkit.networks.layers import made, strided
from nasport.toolkit.networks.operators.convolution import ConvBnRelu


def split_cell(draft: Draft, width: int) -> tuple[CellNetwork, Shape]:
    """The module and the shape of its output, `width` channels.

    Raises:
        InputError: a stride, several outputs, another join, or no channel left for a node.
    """
    if draft.stride != 1:
        raise draft.cell_error(f"a cell that splits its channels, with stride {draft.stride}: expected 1")
    target = strided(draft.entrance, width, 1)
    inputs = _on_path(draft)
    outputs = [node_id for node_id in inputs if draft.kind(node_id) == "output"]
    if len(outputs) > 1:
        raise draft.cell_error(f"{len(outputs)} outputs of a cell that splits its channels, expected one")
    if not outputs:
        return draft.finished(draft.zeros(target)), target
    output = outputs[0]
    for node_id in inputs:
        join, expected = draft.how(node_id), "concat" if node_id == output else "sum"
        if len(draft.nodes[node_id].inputs) > 1 and join != expected:
            raise draft.error(f"joins by {join}, expected {expected} in such a cell", node_id, "join")
    kinds = {node_id: draft.kind(node_id) for node_id in inputs}
    widths = split_widths(inputs, kinds, output, width)
    for node_id, sources in inputs.items():
        if draft.kind(node_id) == "input":
            draft.values[node_id] = 0
        elif widths[node_id] < 1:
            raise draft.error("no channel is left for this node, expected a wider stage", node_id)
        elif node_id == output:
            _place_output(draft, node_id, sources, widths)
        else:
            _place(draft, node_id, sources, widths)
    return draft.finished(draft.values[output]), target


def _place(draft: Draft, node_id: str, sources: Sequence[str], widths: Mapping[str, int]) -> None:
    """Projections of the cell's input and the other inputs, cut to the node's width, through its operator."""
    width = widths[node_id]
    inner = [u for u in sources if draft.kind(u) != "input"]
    places = [draft.values[u] for u in inner] + _projections(draft, node_id, sources, width)
    cut = None if all(widths[u] == width for u in inner) else width
    shape = Shape(width, draft.entrance.height, draft.entrance.width)
    module, after = draft.layer(node_id, shape, width, 1)
    if after != shape:
        raise draft.error(
            f"an operator that makes {after.height}x{after.width} of {shape.height}x{shape.width}, expected one that "
            "keeps the resolution in a cell that splits its channels",
            node_id,
        )
    draft.values[node_id] = draft.add(draft.names[node_id], places, module, channels=cut)


def _place_output(draft: Draft, node_id: str, sources: Sequence[str], widths: Mapping[str, int]) -> None:
    """What is concatenated and, where the cell's input is an input of the output too, its projection added to it."""
    name = draft.names[node_id]
    parts = [draft.values[u] for u in sources if draft.kind(u) != "input"]
    projections = _projections(draft, node_id, sources, widths[node_id])
    if parts and projections:
        parts = [draft.add(draft.unused(f"{name}_parts"), parts, join="concat")]
    join = "sum" if projections else "concat"
    draft.values[node_id] = draft.add(name, [*parts, *projections], join=join)


def _projections(draft: Draft, node_id: str, sources: Sequence[str], width: int) -> list[int]:
    """One for each of the cell's inputs that feed a node."""
    places = []
    for _ in filter(lambda u: draft.kind(u) == "input", sources):
        module = made(ConvBnRelu, draft.entrance.channels, width, 1, **draft.style.normalised())
        places.append(draft.add(draft.unused(f"{draft.names[node_id]}_projection"), (0,), module))
    return places


def _on_path(draft: Draft) -> dict[str, list[str]]:
    """The nodes on an input-output path, topologically ordered, with those of their inputs that are on one."""
    alive = draft.alive()
    return {
        node_id: [u for u in dict.fromkeys(draft.nodes[node_id].inputs) if u in alive]
        for node_id in draft.order
        if node_id in alive
    }
