"""The cell of NAS-Bench-201 and TransNAS-Bench-101: four nodes, an operator on each of the six edges between them.

In a document the operators are nodes: edge `0->2` becomes a node of this name, fed by all the operators that arrive at
node 0 (the cell's input) and feeding all that leave node 2. `none` stays an explicit node.

Reading back goes by the structure. The edge into node 2 that is fed twice is `2->3`; the rest follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary

# (source, target), ordered by target: the order of NAS-Bench-201's strings.
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))


def edge_cell(operators: Sequence[str]) -> Cell:
    """The cell with these six operator keys, in the order of `EDGES`."""
    arriving: dict[int, tuple[str, ...]] = {0: ("input",), 1: (), 2: (), 3: ()}
    nodes = [Node("input", "input")]
    for (source, target), operator in zip(EDGES, operators, strict=True):
        name = f"{source}->{target}"
        nodes.append(Node(name, operator, arriving[source]))
        arriving[target] += (name,)
    nodes.append(Node("output", "output", arriving[3]))
    return Cell(tuple(nodes))


def edge_operators(architecture: Architecture, keys: Sequence[str]) -> tuple[str, ...]:
    """The six operators of an architecture's only cell, in the order of `EDGES`, each as one of `keys`.

    Raises:
        InputError: the cell is another one, or has another operator.
    """
    cell = only_cell(architecture)
    names = operator_keys(architecture, cell, keys)
    for node in cell.nodes:
        if len(set(node.inputs)) < len(node.inputs):
            raise InputError(f"node {node.id!r} has an input twice, expected each once in this notation")
    inputs = {node.id: frozenset(node.inputs) for node in cell.nodes}
    ends = {
        kind: [n.id for n in cell.nodes if _kind(architecture, n) == kind] for kind in ("input", "output")
    }
    edges = _edges_by_structure(inputs, ends)
    if edges is None or len(edges) != len(names) or any(n.join != "sum" for n in cell.nodes):
        raise InputError(
            "the cell has another structure, expected an operator on each of the six edges between four nodes "
            "('none' where there is nothing), all of them summed"
        )
    return tuple(names[edge] for edge in edges)


def only_cell(architecture: Architecture) -> Cell:
    """The cell of an architecture that has exactly one.

    Raises:
        InputError: it has none, or several.
    """
    if len(architecture.cells) != 1:
        raise InputError(f"{len(architecture.cells)} cells, expected exactly one in this notation")
    return next(iter(architecture.cells.values()))


def operator_keys(architecture: Architecture, cell: Cell, keys: Sequence[str]) -> dict[str, str]:
    """Node id to the one of `keys` that names the node's operator, inputs and outputs aside.

    Raises:
        InputError: an operator is none of them.
    """
    known = {vocabulary()[key]: key for key in keys}
    found = {}
    for node in cell.nodes:
        if _kind(architecture, node) in ("input", "output"):
            if node.attributes:
                raise InputError(f"node {node.id!r} has attributes, expected none of an input or output")
            continue
        if node.candidates:
            raise InputError(f"node {node.id!r} has several candidates, expected one operator")
        operator = architecture.operator(node.op).with_attributes(dict(node.attributes))
        if operator not in known:
            raise InputError(f"operator {node.op!r} of node {node.id!r}, expected one of {', '.join(keys)}")
        found[node.id] = known[operator]
    return found


def _kind(architecture: Architecture, node: Node) -> str:
    return "" if node.candidates else architecture.operator(node.op).kind


def _edges_by_structure(
    inputs: Mapping[str, frozenset[str]], ends: Mapping[str, Sequence[str]]
) -> tuple[str, ...] | None:
    """Ids of the nodes that are the edges, in the order of `EDGES`; None where the structure is another one."""
    if len(inputs) != 8 or len(ends["input"]) != 1 or len(ends["output"]) != 1:
        return None
    start, end = frozenset(ends["input"]), inputs[ends["output"][0]]
    for last in end:
        if len(inputs[last]) != 2:
            continue
        from_0 = [edge for edge in end if inputs[edge] == start]
        to_2_from_0 = [edge for edge in inputs[last] if inputs[edge] == start]
        if len(from_0) != 1 or len(to_2_from_0) != 1:
            return None
        (to_2_from_1,) = inputs[last] - set(to_2_from_0)
        rest = end - {last, *from_0}
        if len(rest) != 1 or len(inputs[to_2_from_1]) != 1 or inputs[to_2_from_1] != inputs[min(rest)]:
            return None
        (first,) = inputs[to_2_from_1]
        edges = (first, *to_2_from_0, to_2_from_1, *from_0, *rest, last)
        return edges if inputs[first] == start and len(set(edges)) == 6 else None
    return None
