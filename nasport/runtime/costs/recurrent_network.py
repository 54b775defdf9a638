"""Cost of a network of recurrent cells (NAS-Bench-NLP).

Klyuchnikov et al. 2020, section 4: token embedding, layers of the same recurrent cell, a linear decoder onto the
vocabulary that shares its weights with the embedding. A cell's `linear` node has one matrix for every input and one
bias; `x` has the width of the layer before, everything else that of the layer. FLOPs are those of one token.
"""

from __future__ import annotations

from typing import NamedTuple

from nasport.runtime.costs.placing import cell_steps
from nasport.runtime.operators.joins import join_of
from nasport.runtime.operators.quantities import FREE, Cost, UnknownCostError, added, linear, mean
from nasport.schemas.architecture import Architecture, Cell

_TIED = "tied_embedding"
_EMBEDDINGS = ("embedding", _TIED)
_FREE_KINDS = {"output", "activation", "blend", "identity"}


class RecurrentStack(NamedTuple):
    """The layers of a recurrent network.

    Attributes:
        width: of the vectors that the first one reads.
        cells: of every layer the name of its cell, the width of its `x` and of its states.
        vocabulary: how many tokens are embedded before and told after the layers; 0: they read and give vectors.
        tied: whether one matrix is both the embedding's and the output layer's.
    """

    width: int
    cells: tuple[tuple[str, int, int], ...]
    vocabulary: int
    tied: bool

    def check_tied(self) -> None:
        """Raise `UnknownCostError` where one matrix cannot be both."""
        last = self.cells[-1][2]
        if self.vocabulary and self.tied and last != self.width:
            problem = f"width {last} tied to an embedding of width {self.width}, expected the same"
            raise UnknownCostError(problem, path=("skeleton", "stages"))


def recurrent_stack(architecture: Architecture) -> RecurrentStack:
    """The layers that a skeleton of recurrent cells describes.

    Raises:
        UnknownCostError: it describes others.
    """
    skeleton = architecture.skeleton
    if skeleton is None or not skeleton.stages:
        raise UnknownCostError("no skeleton, expected stages of a recurrent cell", path=("skeleton",))
    if len(skeleton.stem) > 1 or skeleton.head:
        raise UnknownCostError(
            "a head or several layers in the stem, expected one embedding", path=("skeleton",)
        )
    first = dict(skeleton.input).get("channels")
    tied = False
    for stage in skeleton.stem:
        kind, first = architecture.operator(stage.op).kind if stage.op else "", stage.width
        tied = kind == _TIED
        if kind not in _EMBEDDINGS or first is None:
            problem = f"a stem of {stage.op!r}, expected an embedding with a width"
            raise UnknownCostError(problem, path=("skeleton", "stem", 0))
    if first is None:
        problem = "no embedding and no input channels: what width do the vectors have?"
        raise UnknownCostError(problem, path=("skeleton",))
    cells, width = [], first
    for place, stage in enumerate(skeleton.stages):
        path = ("skeleton", "stages", place)
        if not stage.cell:
            problem = f"operator {stage.op!r} between recurrent cells, expected a cell"
            raise UnknownCostError(problem, path=path)
        role = architecture.cells[stage.cell].role
        if role != "recurrent":
            raise UnknownCostError(f"cell {stage.cell!r} of role {role!r}, expected recurrent", path=path)
        for _ in range(stage.repeats):
            after = stage.width if stage.width is not None else width
            cells.append((stage.cell, width, after))
            width = after
    return RecurrentStack(first, tuple(cells), (skeleton.classes or 0) if skeleton.stem else 0, tied)


def recurrent_network(architecture: Architecture) -> Cost:
    """Cost of a whole network whose cells are recurrent.

    Raises:
        UnknownCostError: the cost is not known.
    """
    stack = recurrent_stack(architecture)
    if not stack.vocabulary:
        raise UnknownCostError("a recurrent network without an embedding or a vocabulary")
    stack.check_tied()
    cells = [_cell(architecture.cells[name], architecture, *widths) for name, *widths in stack.cells]
    decoder = linear(stack.cells[-1][2], stack.vocabulary)
    if stack.tied:  # but for its bias it has the embedding's parameters
        decoder = Cost(stack.vocabulary, decoder.flops)
    return added([Cost(stack.vocabulary * stack.width), *cells, decoder])


def _cell(cell: Cell, architecture: Architecture, before: int, width: int) -> Cost:
    """One step of one cell between layers of these widths."""
    widths: dict[str, int] = {}
    costs = []
    for node, operators, kind, _, _ in cell_steps(cell, architecture):
        if kind == "input":
            widths[node.id] = before if node.role == "x" else width
            continue
        read = [widths[source] for source in node.inputs]
        found = []
        for operator in operators:
            if operator.kind == "linear":
                found.append((linear(sum(read), width), width))
            elif operator.kind not in _FREE_KINDS and join_of(operator) not in ("sum", "product"):
                raise UnknownCostError(f"{operator.text!r} of kind {operator.kind!r} in a recurrent cell")
            elif len(set(read)) != 1:
                raise UnknownCostError(f"node {node.id!r} joins vectors of widths {sorted(set(read))}")
            else:
                found.append((FREE, read[0]))
        if len({after for _, after in found}) > 1:
            raise UnknownCostError(f"candidates of node {node.id!r} that give several widths")
        costs.append(mean([cost for cost, _ in found]))
        widths[node.id] = found[0][1]
    return added(costs)
