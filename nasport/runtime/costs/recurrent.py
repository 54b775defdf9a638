"""Cost of a network of recurrent cells (NAS-Bench-NLP).

Klyuchnikov et al. 2020, section 4: token embedding, layers of the same recurrent cell, a linear decoder onto the
vocabulary that shares its weights with the embedding. A cell's `linear` node has one matrix for every input and one
bias; `x` has the width of the layer before, everything else that of the layer. FLOPs are those of one token.
"""

from __future__ import annotations

from collections.abc import Mapping

from nasport.runtime.costs.nodes import cell_steps
from nasport.runtime.operators.joins import join_of
from nasport.runtime.operators.quantities import FREE, Cost, Sum, UnknownCostError, linear, mean
from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.operators import Operator

TIED = "tied_embedding"
EMBEDDINGS = ("embedding", TIED)


def recurrent_network(architecture: Architecture) -> Cost:
    """Cost of a whole network whose cells are recurrent.

    Raises:
        UnknownCostError: the cost is not known.
    """
    skeleton = architecture.skeleton
    if skeleton is None or skeleton.classes is None or skeleton.head or len(skeleton.stem) != 1:
        raise UnknownCostError("a recurrent network without an embedding, a vocabulary or with a head")
    embedding = skeleton.stem[0]
    kind = architecture.operator(embedding.op).kind if embedding.op else ""
    if kind not in EMBEDDINGS or embedding.width is None:
        raise UnknownCostError(f"a stem of {embedding.op!r}, without a width or no embedding")
    before = embedding.width
    total = Cost(skeleton.classes * before, 0)
    for stage in skeleton.stages:
        if not stage.cell:
            raise UnknownCostError(f"operator {stage.op!r} between recurrent cells")
        for _ in range(stage.repeats):
            after = stage.width if stage.width is not None else before
            total += _cell(architecture.cells[stage.cell], architecture, before, after)
            before = after
    return total + _decoder(before, embedding.width, skeleton.classes, kind == TIED)


def _decoder(width: int, embedding: int, vocabulary: int, tied: bool) -> Cost:
    whole = linear(width, vocabulary)
    if not tied:
        return whole
    if width != embedding:
        raise UnknownCostError(f"an embedding of width {embedding} tied to an output layer of width {width}")
    return Cost(vocabulary, whole.flops)


def _cell(cell: Cell, architecture: Architecture, before: int, width: int) -> Cost:
    """One step of one cell between layers of these widths."""
    widths: dict[str, int] = {}
    total = Sum()
    for node, operators, kind, _, _ in cell_steps(cell, architecture):
        if kind == "input":
            widths[node.id] = before if node.role == "x" else width
            continue
        found = [_node(operator, node, widths, width) for operator in operators]
        if len({after for _, after in found}) > 1:
            raise UnknownCostError(f"candidates of node {node.id!r} that give several widths")
        total.add(mean([(cost, 1) for cost, _ in found]))
        widths[node.id] = found[0][1]
    return total.cost()


def _node(operator: Operator, node: Node, widths: Mapping[str, int], width: int) -> tuple[Cost, int]:
    """What an operator costs in a node's place, and the width it gives."""
    if operator.kind == "linear":
        return linear(sum(widths[source] for source in node.inputs), width), width
    if operator.kind in _FREE_KINDS or join_of(operator) in ("sum", "product"):
        return FREE, _same_width(node, widths)
    raise UnknownCostError(f"{operator.text!r} of kind {operator.kind!r} in a recurrent cell")


_FREE_KINDS = {"output", "activation", "blend", "identity"}


def _same_width(node: Node, widths: Mapping[str, int]) -> int:
    found = {widths[source] for source in node.inputs}
    if len(found) != 1:
        raise UnknownCostError(f"node {node.id!r} joins vectors of widths {sorted(found)}")
    return found.pop()
