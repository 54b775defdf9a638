"""The cell of NAS-Bench-201 and TransNAS-Bench-101: four nodes and an operator on each of the six edges between them.

In a document the operators are nodes. The edge `0->2` becomes a node of this name, which reads all operators on edges into node 0
(the input of the cell) and is read by all operators on edges out of node 2. `none` remains an explicit node.

The cell of a document is recognized by its structure: the node `2->3` is the one with two inputs that the output reads, and it
determines the other nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary

# Pairs (source, target), ordered by target as in the strings of NAS-Bench-201.
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))


def edge_cell(operators: Sequence[str]) -> Cell:
    """Return the cell with six operator keys in the order of `EDGES`."""
    arriving: dict[int, tuple[str, ...]] = {0: ("input",), 1: (), 2: (), 3: ()}
    nodes = [Node("input", "input")]
    for (source, target), operator in zip(EDGES, operators, strict=True):
        name = f"{source}->{target}"
        nodes.append(Node(name, operator, arriving[source]))
        arriving[target] += (name,)
    nodes.append(Node("output", "output", arriving[3]))
    return Cell(tuple(nodes))


def edge_operators(architecture: Architecture, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the six operators of an architecture's only cell in the order of `EDGES`, each as one of `keys`.

    Raises:
        InputError: a cell with another structure or other operators, or several cells.
    """
    cell = only_cell(architecture)
    names = operator_keys(architecture, cell, keys)
    for node in cell.nodes:
        if len(set(node.inputs)) < len(node.inputs):
            raise InputError(
                f"node {node.id!r} has a duplicate input, expected different inputs in this notation"
            )
    inputs = {node.id: frozenset(node.inputs) for node in cell.nodes}
    ends = {architecture.operator(n.op).kind: n.id for n in cell.nodes if n.id not in names}
    edges = None
    if len(inputs) == 8 and len(names) == 6 and len(ends) == 2 and all(n.join == "sum" for n in cell.nodes):
        edges = _edges_by_structure(inputs, ends["input"], ends["output"])
    if edges is None:
        raise InputError(
            "a cell with another structure, expected four nodes that sum their inputs, with an operator on each of the six "
            "edges between them ('none' for no operator)"
        )
    return tuple(names[edge] for edge in edges)


def only_cell(architecture: Architecture) -> Cell:
    """Return the only cell of an architecture.

    Raises:
        InputError: no cell, or several.
    """
    if len(architecture.cells) != 1:
        raise InputError(f"{len(architecture.cells)} cells, expected exactly one in this notation")
    return next(iter(architecture.cells.values()))


def operator_keys(architecture: Architecture, cell: Cell, keys: Sequence[str]) -> dict[str, str]:
    """Return the operator key of each node by its id, without input and output nodes.

    Args:
        architecture: document of the cell.
        cell: the cell.
        keys: allowed operator keys.

    Raises:
        InputError: an operator without a key in `keys`, or a node with candidates.
    """
    known = {vocabulary()[key]: key for key in keys}
    key_of_node = {}
    for node in cell.nodes:
        if node.candidates:
            raise InputError(f"node {node.id!r} has several candidates, expected one operator")
        operator = architecture.operator(node.op)
        if operator.kind in ("input", "output"):
            if node.attributes:
                raise InputError(f"node {node.id!r} has attributes, expected none for inputs and outputs")
            continue
        operator = operator.with_attributes(dict(node.attributes))
        if operator not in known:
            raise InputError(f"operator {node.op!r} of node {node.id!r}, expected one of {', '.join(keys)}")
        key_of_node[node.id] = known[operator]
    return key_of_node


def _edges_by_structure(inputs: Mapping[str, frozenset[str]], start: str, end: str) -> list[str] | None:
    """Return the ids of the edge nodes in the order of `EDGES`; None if the structure differs."""
    from_0, to_3 = {edge for edge in inputs if inputs[edge] == {start}}, inputs[end]
    for last in to_3:
        to_2 = inputs[last]
        groups = (from_0 - to_2 - to_3, from_0 & to_2, to_2 - from_0, from_0 & to_3, to_3 - from_0 - {last})
        if len(to_2) == 2 and all(len(group) == 1 for group in groups):
            edges = [*map(min, groups), last]
            return edges if inputs[edges[2]] == inputs[edges[4]] == {edges[0]} else None
    return None
