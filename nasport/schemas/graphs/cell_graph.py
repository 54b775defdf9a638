"""A cell with its operators looked up: what the graph of a document, its costs and its warnings are made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple, TypeVar

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.graphs.wiring import WIRED_KINDS, WiredNode, Wiring, wiring
from nasport.schemas.operators import Operator

MIXED = "mixed"

Result = TypeVar("Result")
OfCell = Callable[[Cell, Architecture], Result]


def kept_by_cell(function: OfCell[Result]) -> OfCell[Result]:
    """The same function of a cell and the operators of its document, which the cell keeps the result of.

    So members of a search space that share a cell share the results too. A document of other operators replaces them.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def kept(cell: Cell, architecture: Architecture) -> Result:
        operators, result = cell.results.get(name, (None, None))
        if operators is not architecture.operators:
            result = function(cell, architecture)
            cell.results[name] = architecture.operators, result
        return result  # type: ignore[no-any-return]

    return kept


class CellGraph(NamedTuple):
    """A cell with its operators looked up.

    Attributes:
        operators: of every node, with the node's own numbers, in the document's order; several in a mixed node.
        wiring: how they feed each other.
    """

    operators: tuple[tuple[Operator, ...], ...]
    wiring: Wiring


@kept_by_cell
def cell_graph(cell: Cell, architecture: Architecture) -> CellGraph:
    """A cell of a document with its operators."""
    operators = tuple([operators_of(node, architecture) for node in cell.nodes])
    return CellGraph(operators, wiring(tuple(map(_place, cell.nodes, operators))))


def operators_of(node: Node, architecture: Architecture) -> tuple[Operator, ...]:
    """The operators of a node, with the node's own numbers; several, sorted, in a mixed node."""
    changes = dict(node.attributes)
    if not node.candidates:
        return (architecture.operator(node.op).with_attributes(changes),)
    found = (architecture.operator(key).with_attributes(changes) for key in node.candidates)
    return tuple(sorted(found, key=lambda operator: (operator.text, operator.kind, operator.attributes)))


def kind_of(operators: tuple[Operator, ...]) -> str:
    """The kind of a node's operator; `mixed` where there are several, unless all of them are `none`."""
    if len(operators) == 1:
        return operators[0].kind
    return "none" if all(operator.kind == "none" for operator in operators) else MIXED


def _place(node: Node, operators: tuple[Operator, ...]) -> WiredNode:
    kind = kind_of(operators)
    if kind == "elementwise" and operators[0].word("operation") == "product":
        kind = "product"
    return WiredNode(
        node.id, node.inputs, node.join, kind if kind in WIRED_KINDS else "", operators[0].ordered
    )
