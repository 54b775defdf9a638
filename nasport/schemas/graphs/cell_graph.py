"""A cell with its operators looked up, the basis of the graph, the costs and the warnings of a document."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple, TypeVar

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.graphs.wiring import WIRED_KINDS, WiredNode, Wiring, wiring
from nasport.schemas.operators import Attributes, Operator

MIXED = "mixed"

Result = TypeVar("Result")
OfCell = Callable[[Cell, Architecture], Result]


def cached_by_cell(function: OfCell[Result]) -> OfCell[Result]:
    """Cache the last result of a function of a cell and its document in the cell.

    So architectures of a search space that share a cell object share the result. The function runs again if the document
    has other operators.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def cached(cell: Cell, architecture: Architecture) -> Result:
        operators, result = cell.results.get(name, (None, None))
        if operators is not architecture.operators:
            result = function(cell, architecture)
            cell.results[name] = architecture.operators, result
        return result  # type: ignore[no-any-return]

    return cached


class CellGraph(NamedTuple):
    """A cell with its operators looked up.

    Attributes:
        operators: operators of every node with the attributes of the node, in document order; several in a mixed node.
        wiring: how the nodes feed each other.
    """

    operators: tuple[tuple[Operator, ...], ...]
    wiring: Wiring


@cached_by_cell
def cell_graph(cell: Cell, architecture: Architecture) -> CellGraph:
    """Look up the operators of a cell and return them with its wiring."""
    operators = tuple([operators_of(node, architecture) for node in cell.nodes])
    return CellGraph(operators, wiring(tuple(map(_place, cell.nodes, operators))))


def operators_of(node: Node, architecture: Architecture) -> tuple[Operator, ...]:
    """Return the operators of a node with the attributes of the node; those of a mixed node are sorted."""
    changes = dict(node.attributes)
    if not node.candidates:
        return (architecture.operator(node.op).with_attributes(changes),)
    candidates = (architecture.operator(key).with_attributes(changes) for key in node.candidates)
    return tuple(sorted(candidates, key=_in_order))


def _in_order(operator: Operator) -> tuple[str, str, Attributes, bool, str]:
    return operator.text, operator.kind, operator.attributes, operator.ordered, operator.key


def kind_of(operators: tuple[Operator, ...]) -> str:
    """Return the kind of a node's operator; for several operators, `none` if all are `none`, else `mixed`."""
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
