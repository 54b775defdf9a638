"""Cost of a network of recurrent cells (NAS-Bench-NLP).

Klyuchnikov et al. 2020, section 4: a token embedding, layers of the same recurrent cell, and a linear decoder onto the
vocabulary that shares its parameters with the embedding. A `linear` node has one matrix per input and one bias. The input
`x` has the width of the previous layer; all other values have the width of the layer. FLOPs are those of one token.
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
        width: width of the vectors that the first layer reads.
        cells: name of the cell, width of `x` and width of the states, for every layer.
        vocabulary: number of tokens of the embedding and the output layer; 0 if the network has neither.
        tied: whether the embedding and the output layer share one matrix.
    """

    width: int
    cells: tuple[tuple[str, int, int], ...]
    vocabulary: int
    tied: bool

    def check_tied(self) -> None:
        """Raise `UnknownCostError` if the embedding and the output layer are tied but differ in width."""
        last = self.cells[-1][2]
        if self.vocabulary and self.tied and last != self.width:
            problem = (
                f"the last layer has width {last} and the tied embedding {self.width}, expected equal widths"
            )
            raise UnknownCostError(problem, path=("skeleton", "stages"))


def recurrent_stack(architecture: Architecture) -> RecurrentStack:
    """Return the layers of a network of recurrent cells.

    Raises:
        UnknownCostError: the skeleton does not describe such a network.
    """
    skeleton = architecture.skeleton
    if skeleton is None or not skeleton.stages:
        raise UnknownCostError(
            "the architecture has no skeleton, expected one with stages of a recurrent cell",
            path=("skeleton",),
        )
    if len(skeleton.stem) > 1 or skeleton.head:
        raise UnknownCostError(
            "the skeleton has a head or several stages in the stem, expected one embedding as stem and no head",
            path=("skeleton",),
        )
    first = dict(skeleton.input).get("channels")
    tied = False
    for stage in skeleton.stem:
        kind, first = architecture.operator(stage.op).kind if stage.op else "", stage.width
        tied = kind == _TIED
        if kind not in _EMBEDDINGS or first is None:
            problem = f"the stem is {stage.op!r}, expected an embedding with a width"
            raise UnknownCostError(problem, path=("skeleton", "stem", 0))
    if first is None:
        problem = (
            "the width of the vectors is unknown, expected an embedding in the stem or the input channels"
        )
        raise UnknownCostError(problem, path=("skeleton",))
    cells, width = [], first
    for place, stage in enumerate(skeleton.stages):
        path = ("skeleton", "stages", place)
        if not stage.cell:
            problem = f"the operator {stage.op!r} is between recurrent cells, expected a cell"
            raise UnknownCostError(problem, path=path)
        role = architecture.cells[stage.cell].role
        if role != "recurrent":
            raise UnknownCostError(
                f"the cell {stage.cell!r} has role {role!r}, expected 'recurrent'", path=path
            )
        for _ in range(stage.repeats):
            after = stage.width if stage.width is not None else width
            cells.append((stage.cell, width, after))
            width = after
    return RecurrentStack(first, tuple(cells), (skeleton.classes or 0) if skeleton.stem else 0, tied)


def recurrent_network(architecture: Architecture) -> Cost:
    """Return the cost of a network of recurrent cells.

    Raises:
        UnknownCostError: the cost is unknown.
    """
    stack = recurrent_stack(architecture)
    if not stack.vocabulary:
        raise UnknownCostError("a recurrent network has no embedding or no vocabulary, expected both")
    stack.check_tied()
    cells = [_cell(architecture.cells[name], architecture, *widths) for name, *widths in stack.cells]
    decoder = linear(stack.cells[-1][2], stack.vocabulary)
    if stack.tied:  # only the bias adds parameters
        decoder = Cost(stack.vocabulary, decoder.flops)
    return added([Cost(stack.vocabulary * stack.width), *cells, decoder])


def _cell(cell: Cell, architecture: Architecture, before: int, width: int) -> Cost:
    """Return the cost of one step of a cell, given the width of the previous layer and the width of the cell."""
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
                problem = f"the operator {operator.text!r} of kind {operator.kind!r} has no known cost in a recurrent cell"
                raise UnknownCostError(f"{problem}, expected linear layers, activations and joins")
            elif len(set(read)) != 1:
                raise UnknownCostError(
                    f"the node {node.id!r} joins vectors of widths {sorted(set(read))}, expected equal widths"
                )
            else:
                found.append((FREE, read[0]))
        if len({after for _, after in found}) > 1:
            raise UnknownCostError(
                f"the candidates of the node {node.id!r} give several widths, expected the same"
            )
        costs.append(mean([cost for cost, _ in found]))
        widths[node.id] = found[0][1]
    return added(costs)
