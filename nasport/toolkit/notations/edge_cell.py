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
    ends = {architecture.operator(n.op).kind: n.id for n in cell.nodes if n.id not in names}
    edges = None
    if len(inputs) == 8 and len(names) == 6 and len(ends) == 2 and all(n.join == "sum" for n in cell.nodes):
        edges = _edges_by_structure(inputs, ends["input"], ends["output"])
    if edges is None:
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
        if node.candidates:
            raise InputError(f"node {node.id!r} has several candidates, expected one operator")
        operator = architecture.operator(node.op)
        if operator.kind in ("input", "output"):
            if node.attributes:
                raise InputError(f"node {node.id!r} has attributes, expected none of an input or output")
            continue
        operator = operator.with_attributes(dict(node.attributes))
        if operator not in known:
            raise InputError(f"operator {node.op!r} of node {node.id!r}, expected one of {', '.join(keys)}")
        found[node.id] = known[operator]
    return found


def _edges_by_structure(inputs: Mapping[str, frozenset[str]], start: str, end: str) -> list[str] | None:
    """Ids of the nodes that are the edges, in the order of `EDGES`; None where the structure is another one."""
    from_0, to_3 = {edge for edge in inputs if inputs[edge] == {start}}, inputs[end]
    for last in to_3:
        to_2 = inputs[last]
        found = (from_0 - to_2 - to_3, from_0 & to_2, to_2 - from_0, from_0 & to_3, to_3 - from_0 - {last})
        if len(to_2) == 2 and all(len(edges) == 1 for edges in found):
            edges = [*map(min, found), last]
            return edges if inputs[edges[2]] == inputs[edges[4]] == {edges[0]} else None
    return None
