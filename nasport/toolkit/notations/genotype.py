"""DARTS genotypes and the cells they name, both ways: what the notations of the DARTS family share.

A cell has two inputs, the outputs of the last two cells, and intermediate nodes that each sum operators on earlier
nodes, two of them in most spaces; its output concatenates some of the intermediate nodes (Liu et al. 2019, section 2.1;
NDS' spaces in Radosavovic et al. 2019, table 2). Nodes are numbered 0 and 1 for the inputs, 2 and up for the
intermediate nodes. How texts spell the edges is another matter: `genotype_spellings.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.errors import InputError, PathInDocument
from nasport.schemas.operators import Operator, vocabulary
from nasport.toolkit.notations.base import one_of

SEPARABLE, DILATED = ("sep_conv_3x3", "sep_conv_5x5", "sep_conv_7x7"), ("dil_conv_3x3", "dil_conv_5x5")
OPERATORS = ("none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", *SEPARABLE, *DILATED, "conv_7x1_1x7")
FIELDS = ("normal", "normal_concat", "reduce", "reduce_concat")
INPUT_ROLES = ("c_{k-2}", "c_{k-1}")
CELL_ROLES = ("normal", "reduction")
MAX_EDGES = 200

Edge: TypeAlias = "tuple[str, int]"


@dataclass(frozen=True)
class Half:
    """One of the two cells of a genotype.

    Attributes:
        nodes: of each intermediate node, in order, the edges that it sums: (operator, source node).
        concat: the nodes that the output concatenates, in order.
    """

    nodes: tuple[tuple[Edge, ...], ...]
    concat: tuple[int, ...]

    def pairs(self, name: str) -> tuple[Edge, ...]:
        """The edges one after the other, for notations that write two a node.

        Args:
            name: `normal` or `reduce`, for the message.

        Raises:
            InputError: a node has another number of edges.
        """
        for number, edges in enumerate(self.nodes, 2):
            if len(edges) != 2:
                problem = f"node {number} of {name} sums {len(edges)} edges, expected two for each node"
                raise InputError(problem)
        return tuple(chain.from_iterable(self.nodes))


@dataclass(frozen=True)
class Genotype:
    """The normal and the reduction cell."""

    normal: Half
    reduce: Half

    def cells(self) -> dict[str, Cell]:
        """The two cells of a document."""
        return {"normal": _cell(self.normal, "normal"), "reduction": _cell(self.reduce, "reduction")}


def checked_half(name: str, edges: object, concat: object, operators: Sequence[str] = OPERATORS) -> Half:
    """One half of a genotype from values that were read from a text, two edges for each intermediate node.

    Args:
        name: `normal` or `reduce`, for the messages.
        edges: sequence of (operator, source node).
        concat: sequence of nodes.
        operators: names that are allowed.

    Raises:
        InputError: names the edge and what was expected there.
    """
    if not isinstance(edges, list | tuple):
        raise InputError(f"{name} is {edges!r:.80}, expected a list of (operator, node) pairs")
    if len(edges) % 2 or not edges:
        raise InputError(
            f"{name} has {len(edges)} edges, expected two for each intermediate node (8 in DARTS, 10 in ENAS)",
        )
    placed = [(f"{name}[{place}]", edge) for place, edge in enumerate(edges)]
    return half_of(name, [placed[k : k + 2] for k in range(0, len(placed), 2)], concat, operators)


def half_of(
    name: str,
    groups: Sequence[Sequence[tuple[str, Any]]],
    concat: object,
    operators: Sequence[str] = OPERATORS,
) -> Half:
    """One half of a genotype from values that stand by their nodes; the other arguments are those of `checked_half`.

    Args:
        groups: of each intermediate node its edges: where it stands, for the messages, and (operator, source node).

    Raises:
        InputError: names the edge and what was expected there.
    """
    count = sum(map(len, groups))
    if count > MAX_EDGES:
        raise InputError(f"{name} has {count} edges, expected at most {MAX_EDGES}")
    for number, group in enumerate(groups, 2):
        for where, edge in group:
            if not isinstance(edge, list | tuple) or len(edge) != 2:
                raise InputError(f"{where} is {edge!r:.80}, expected (operator, node)")
            operator, source = edge
            if operator not in operators:
                raise InputError(f"{where}: unknown operator {operator!r:.80}{one_of(operator, operators)}")
            if type(source) is not int or not 0 <= source < number:
                raise InputError(
                    f"{where}: {operator} comes from node {source!r:.80}, expected 0 to {number - 1}: "
                    f"it feeds node {number}, and 0 and 1 are the cell's inputs",
                )
    if not isinstance(concat, list | tuple) or not concat:
        problem = f"{name}_concat is {concat!r:.80}, expected a list of nodes or range(a, b)"
        raise InputError(problem)
    last = len(groups) + 1
    for node in concat:
        if type(node) is not int or not 0 <= node <= last:
            raise InputError(f"{name}_concat has node {node!r:.80}, expected 0 to {last}")
    if len(set(concat)) < len(concat):
        raise InputError(f"{name}_concat has a node twice: {list(concat)!r:.80}")
    return Half(tuple(tuple((edge[0], edge[1]) for _, edge in group) for group in groups), tuple(concat))


def genotype_of(architecture: Architecture, operators: Sequence[str] = OPERATORS) -> Genotype:
    """The genotype of a document's two cells, from their structure alone.

    Args:
        architecture: its cells are found by their roles, normal and reduction.
        operators: names that are allowed; an operator of another name that is the same gets the name from here.

    Raises:
        InputError: some part of a cell is none of a genotype's; says which and what was expected.
    """
    return Genotype(*(_CellReader(architecture, role, operators).read() for role in CELL_ROLES))


def _cell(half: Half, role: str) -> Cell:
    nodes = [Node(role_, "input", role=role_) for role_ in INPUT_ROLES]
    names = list(INPUT_ROLES)
    for number, edges in enumerate(half.nodes, 2):
        ids = tuple(f"{number}.{place}" for place in range(len(edges)))
        for node_id, (operator, source) in zip(ids, edges, strict=True):
            nodes.append(Node(node_id, operator, (names[source],)))
        nodes.append(Node(str(number), "sum", ids))
        names.append(str(number))
    nodes.append(Node("output", "output", tuple(names[node] for node in half.concat), "concat"))
    return Cell(tuple(nodes), role, "stack")


class _CellReader:
    """Reads one cell back; each node is an input, a sum of operators, such an operator, or the output."""

    def __init__(self, architecture: Architecture, role: str, operators: Sequence[str]) -> None:
        found = [(name, cell) for name, cell in architecture.cells.items() if cell.role == role]
        if len(found) != 1:
            raise InputError(
                f"{len(found)} cells with the role {role!r}, a genotype has one of each of {', '.join(CELL_ROLES)}",
                path=("cells",),
            )
        [(name, cell)] = found
        self.path: PathInDocument = ("cells", name, "nodes")
        self.nodes = {node.id: node for node in cell.nodes}
        self.meant = {vocabulary()[key]: key for key in operators}
        self.operators: dict[str, Operator] = {}
        for node in cell.nodes:
            if node.candidates:
                raise self._error(node, "has several candidates, expected one operator")
            operator = architecture.operator(node.op)
            if node.attributes and operator.kind in ("input", "output", "sum"):
                raise self._error(node, f"has attributes, expected none of {operator.kind!r}")
            self.operators[node.id] = operator.with_attributes(dict(node.attributes))
        if cell.channels != "stack":
            problem = f"the channels are {cell.channels!r}, a genotype's are 'stack'"
            raise InputError(problem, path=self.path[:2])

    def read(self) -> Half:
        inputs = self._of_kind("input")
        for role in INPUT_ROLES:
            count = sum(node.role == role for node in inputs)
            if count != 1:
                raise InputError(f"{count} inputs with the role {role!r}, expected one", path=self.path[:2])
        for node in inputs:
            if node.role not in INPUT_ROLES:
                raise self._error(node, f"is another input, expected {' and '.join(INPUT_ROLES)} alone")
        numbers = {node.id: INPUT_ROLES.index(node.role) for node in inputs}
        nodes: list[tuple[Edge, ...]] = []
        waiting = {node.id: self._summed(node) for node in self._of_kind("sum")}
        while waiting:
            name = next(n for n, edges in waiting.items() if all(source in numbers for _, source in edges))
            nodes.append(tuple((operator, numbers[source]) for operator, source in waiting.pop(name)))
            numbers[name] = len(numbers)
        # An operator that two nodes read would have to be written, and trained, twice.
        uses = Counter(source for node in self.nodes.values() for source in node.inputs)
        for node in self.nodes.values():
            if self.operators[node.id].kind not in ("input", "output", "sum") and uses[node.id] != 1:
                raise self._error(node, f"feeds {uses[node.id]} nodes, expected one sum")
        return Half(tuple(nodes), self._concat(numbers))

    def _of_kind(self, kind: str) -> list[Node]:
        return [node for node in self.nodes.values() if self.operators[node.id].kind == kind]

    def _summed(self, node: Node) -> list[tuple[str, str]]:
        """The operators of a sum, each with the input or sum that it reads."""
        if not node.inputs or node.join != "sum":
            problem = f"joins {len(node.inputs)} nodes by {node.join}, expected a sum of operators"
            raise self._error(node, problem)
        edges = []
        for source in node.inputs:
            if self.operators[source].kind in ("input", "sum"):
                raise self._error(node, f"sums {source!r} without an operator, expected e.g. skip_connect")
            read, meant = self.nodes[source], self.meant.get(self.operators[source])
            if meant is None:
                raise self._error(read, f"is {read.op!r}, expected one of {', '.join(self.meant.values())}")
            if len(read.inputs) != 1 or self.operators[read.inputs[0]].kind not in ("input", "sum"):
                raise self._error(read, "does not read one input of the cell or one sum, as expected")
            edges.append((meant, read.inputs[0]))
        return edges

    def _concat(self, numbers: Mapping[str, int]) -> tuple[int, ...]:
        outputs = self._of_kind("output")
        if len(outputs) != 1:
            raise InputError(f"{len(outputs)} outputs, expected one", path=self.path[:2])
        output = outputs[0]
        if output.join != "concat" and len(output.inputs) > 1:
            raise self._error(output, f"joins by {output.join}, expected concat")
        if not output.inputs or any(source not in numbers for source in output.inputs):
            raise self._error(output, "does not concatenate sums or inputs of the cell, as expected")
        if len(set(output.inputs)) < len(output.inputs):
            raise self._error(output, "concatenates a node twice, expected it once")
        return tuple(numbers[source] for source in output.inputs)

    def _error(self, node: Node, problem: str) -> InputError:
        place = (*self.path, list(self.nodes).index(node.id))
        return InputError(f"not a genotype: node {node.id!r} {problem}", path=place)
