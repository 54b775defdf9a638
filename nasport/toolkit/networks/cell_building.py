"""From a cell of a document to its torch module, by the cell's rule for the channels.

The counterpart of `nasport.runtime.costs.cells` and `.darts`, which say what each rule means and count the same layers.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from nasport.runtime.costs.nodes import KEEPS_WIDTH
from nasport.runtime.operators.quantities import Shape
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.networks.cell_drafts import Draft
from nasport.toolkit.networks.cells import CellNetwork
from nasport.toolkit.networks.layers import made, strided, style_of
from nasport.toolkit.networks.operators.convolution import FactorizedReduce, ReluConvBn
from nasport.toolkit.networks.options import NetworkOptions
from nasport.toolkit.networks.split_cells import split_cell

OLDER, NEWER = "c_{k-2}", "c_{k-1}"


def build_cell(
    name: str,
    architecture: Architecture,
    recent: Sequence[Shape],
    width: int,
    stride: int,
    options: NetworkOptions,
) -> tuple[CellNetwork, Shape]:
    """One cell's module and the shape of its output.

    Args:
        name: of one of the architecture's cells.
        architecture: the document.
        recent: shapes of the last two outputs before the cell, the older first.
        width: channels of the stage.
        stride: of the nodes that the cell's inputs feed.
        options: how networks are built.

    Raises:
        InputError: an operator without a module, or shapes that do not fit; names the node.
    """
    cell = architecture.cells[name]
    for place, node in enumerate(cell.nodes):
        if node.candidates:
            raise InputError(
                "a supernet's mixed node has no network, expected one operator",
                path=("cells", name, "nodes", place, "candidates"),
            )
    style = style_of(options, activation_first=cell.channels != "split", in_cell=True)
    if cell.channels == "stack":
        entrance = strided(recent[-1], width, 1)
        draft = Draft(name, architecture, style, entrance, stride, ("older", "newer"))
        return _stack_cell(draft, recent, width, options.dead_nodes)
    draft = Draft(name, architecture, style, recent[-1], stride)
    if cell.channels == "split":
        return split_cell(draft, width)
    return _same_cell(draft, width, options.dead_nodes)


def _same_cell(draft: Draft, width: int, dead_nodes: bool) -> tuple[CellNetwork, Shape]:
    """A cell whose nodes all carry the stage's width (NAS-Bench-201, TransNAS-Bench-101 micro).

    What the input feeds changes its width and applies the stride; where it is joined with what has these already, it is
    projected onto them as an identity is.
    """
    source, stride = draft.entrance, draft.stride
    changes = stride != 1 or width != source.channels
    before = strided(source, width, stride)
    alive = set(draft.order) if dead_nodes else draft.alive()
    for node_id in draft.order:
        kind, inputs = draft.kind(node_id), draft.nodes[node_id].inputs
        if kind == "input":
            draft.values[node_id], draft.shapes[node_id] = 0, source
            continue
        entering = sum(draft.kind(u) == "input" for u in inputs)
        if changes and 0 < entering < len(inputs):
            draft.project(node_id, width, node_id in alive)
            entering = 0
        joined = draft.joined_shape(node_id, before)
        wanted = None if kind in KEEPS_WIDTH and not entering else width
        module, draft.shapes[node_id] = draft.layer(node_id, joined, wanted, stride if entering else 1)
        if kind != "none" and node_id in alive:
            draft.place(node_id, module, joined)
    shapes = [draft.shapes[node_id] for node_id in draft.outputs]
    if len({(shape.height, shape.width) for shape in shapes}) > 1:
        raise draft.cell_error("outputs of different resolutions, expected the same of all of them")
    values = [
        draft.values[node_id] if node_id in draft.values else draft.zeros(draft.shapes[node_id])
        for node_id in draft.outputs
    ]
    output = draft.add(draft.unused("outputs"), values, join="concat")
    return draft.finished(output), Shape(
        sum(shape.channels for shape in shapes), shapes[0].height, shapes[0].width
    )


def _stack_cell(
    draft: Draft, recent: Sequence[Shape], width: int, dead_nodes: bool
) -> tuple[CellNetwork, Shape]:
    """A DARTS cell: two inputs, each preprocessed to the stage's width, outputs concatenated.

    In a reduction cell every operator that reads nothing but inputs has the stride.
    """
    if len(draft.outputs) != 1:
        raise draft.cell_error(f"{len(draft.outputs)} outputs of a DARTS cell, expected one")
    (output,) = draft.outputs
    alive = set(draft.order) if dead_nodes else draft.alive()
    inputs = {node_id for node_id in draft.order if draft.kind(node_id) == "input"}
    for node_id in draft.order:
        if node_id in inputs:
            draft.shapes[node_id] = draft.entrance
            _preprocess(draft, node_id, recent, node_id in alive)
            continue
        sources = draft.nodes[node_id].inputs
        if node_id == output and not sources:
            raise draft.error("no inputs, expected nodes to concatenate", node_id, "inputs")
        joined = draft.joined_shape(node_id, draft.entrance)
        if node_id == output:
            module: nn.Module = made(nn.Identity)
            draft.shapes[node_id] = joined
        else:
            if len(sources) > 1 and draft.how(node_id) == "concat":
                raise draft.error("joins by concat, expected sum within a DARTS cell", node_id, "join")
            stride = draft.stride if sources and set(sources) <= inputs else 1
            module, draft.shapes[node_id] = draft.layer(node_id, joined, width, stride)
        if draft.kind(node_id) != "none" and node_id in alive:
            draft.place(node_id, module, joined)
    shape = draft.shapes[output]
    return draft.finished(draft.values[output] if output in draft.values else draft.zeros(shape)), shape


def _preprocess(draft: Draft, node_id: str, recent: Sequence[Shape], needed: bool) -> None:
    """ReLU, 1x1 convolution, normalisation to the cell's width; with stride 2 where the input is larger than the cell."""
    role, entrance = draft.nodes[node_id].role, draft.entrance
    if role not in (OLDER, NEWER):
        raise draft.error(f"an input of role {role!r}, expected {OLDER} or {NEWER}", node_id, "role")
    source = recent[-2] if role == OLDER else recent[-1]
    channels, named = (source.channels, entrance.channels), draft.style.normalised()
    if source.positions == entrance.positions:
        module: nn.Module = made(ReluConvBn, *channels, 1, **named)
    elif source.strided(entrance.channels, 2) == entrance:
        module = made(FactorizedReduce, *channels, **named)
    else:
        raise draft.error(
            f"an input of {source.height}x{source.width} of a cell of {entrance.height}x{entrance.width}, "
            "expected the same size or twice that",
            node_id,
            "role",
        )
    if needed:
        place = draft.inputs.index("older" if role == OLDER else "newer")
        draft.values[node_id] = draft.add(draft.names[node_id], (place,), module)
