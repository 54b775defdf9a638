"""Conversion between DARTS genotypes and cells, shared by the notations of the DARTS family.

A cell has two inputs, the outputs of the previous two cells. Each intermediate node sums operators on earlier nodes, in most spaces
two. The output concatenates some of the intermediate nodes (Liu et al. 2019, section 2.1; NDS' spaces in Radosavovic et al. 2019,
table 2). Nodes 0 and 1 are the inputs, nodes from 2 on are the intermediate nodes. `genotype_spellings.py` reads the different forms
in which texts list the edges.
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
        nodes: for each intermediate node, the edges (operator, source node) that it sums.
        concat: nodes that the output concatenates, in order.
    """

    nodes: tuple[tuple[Edge, ...], ...]
    concat: tuple[int, ...]

    def pairs(self, name: str) -> tuple[Edge, ...]:
        """Return all edges in one list, for notations with two edges per node.

        Args:
            name: `normal` or `reduce`, for the message.

        Raises:
            InputError: a node with another number of edges.
        """
        for number, edges in enumerate(self.nodes, 2):
            if len(edges) != 2:
                problem = f"node {number} of {name} sums {len(edges)} edges, expected two per node"
                raise InputError(problem)
        return tuple(chain.from_iterable(self.nodes))


@dataclass(frozen=True)
class Genotype:
    """A genotype.

    Attributes:
        normal: the normal cell.
        reduce: the reduction cell.
    """

    normal: Half
    reduce: Half

    def cells(self) -> dict[str, Cell]:
        """Return the two cells of a document."""
        return {"normal": _cell(self.normal, "normal"), "reduction": _cell(self.reduce, "reduction")}


def checked_half(name: str, edges: object, concat: object, operators: Sequence[str] = OPERATORS) -> Half:
    """Check the values of one cell of a genotype with two edges per intermediate node.

    Args:
        name: `normal` or `reduce`, for the messages.
        edges: sequence of (operator, source node).
        concat: sequence of nodes.
        operators: allowed operators.

    Raises:
        InputError: an invalid value; the message names the edge.
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
    """Check the values of one cell of a genotype whose edges are grouped by node.

    Args:
        name: `normal` or `reduce`, for the messages.
        groups: for each intermediate node its edges, each with its position for the messages and (operator, source node).
        concat: sequence of nodes.
        operators: allowed operators.

    Raises:
        InputError: an invalid value; the message names the edge.
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
                    f"{where}: {operator} reads node {source!r:.80}, expected 0 to {number - 1}, because the edge leads to "
                    f"node {number} (0 and 1 are the inputs of the cell)",
                )
    if not isinstance(concat, list | tuple) or not concat:
        problem = f"{name}_concat is {concat!r:.80}, expected a list of nodes or range(a, b)"
        raise InputError(problem)
    last = len(groups) + 1
    for node in concat:
        if type(node) is not int or not 0 <= node <= last:
            raise InputError(f"{name}_concat has node {node!r:.80}, expected 0 to {last}")
    if len(set(concat)) < len(concat):
        raise InputError(
            f"{name}_concat has a duplicate node, expected different nodes: {list(concat)!r:.80}"
        )
    return Half(tuple(tuple((edge[0], edge[1]) for _, edge in group) for group in groups), tuple(concat))


def genotype_of(architecture: Architecture, operators: Sequence[str] = OPERATORS) -> Genotype:
    """Return the genotype of a document's two cells, based only on their structure.

    Args:
        architecture: document; the roles `normal` and `reduction` identify its cells.
        operators: allowed operator keys; an operator with a synonymous key gets the key from this list.

    Raises:
        InputError: a cell that no genotype can express; the message names the node.
    """
    return Genotype(*(_CellReader(architecture, role, operators).read() for role in CELL_ROLES))


def _cell(half: Half, role: str) -> Cell:
    """Return the cell of one half of a genotype."""
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
    """Converter of a cell into one half of a genotype.

    Each node must be an input, an operator, a sum of operators, or the output.
    """

    def __init__(self, architecture: Architecture, role: str, operators: Sequence[str]) -> None:
        cells = [(name, cell) for name, cell in architecture.cells.items() if cell.role == role]
        if len(cells) != 1:
            raise InputError(
                f"{len(cells)} cells with the role {role!r}, expected one cell for each of the roles {', '.join(CELL_ROLES)}",
                path=("cells",),
            )
        [(name, cell)] = cells
        self.path: PathInDocument = ("cells", name, "nodes")
        self.nodes = {node.id: node for node in cell.nodes}
        self.key_of = {vocabulary()[key]: key for key in operators}
        self.operators: dict[str, Operator] = {}
        for node in cell.nodes:
            if node.candidates:
                raise self._error(node, "has several candidates, expected one operator")
            operator = architecture.operator(node.op)
            if node.attributes and operator.kind in ("input", "output", "sum"):
                raise self._error(node, f"has attributes, expected none for {operator.kind!r}")
            self.operators[node.id] = operator.with_attributes(dict(node.attributes))
        if cell.channels != "stack":
            problem = f"the channels are {cell.channels!r}, expected 'stack' in a genotype"
            raise InputError(problem, path=self.path[:2])

    def read(self) -> Half:
        """Return the half of the genotype."""
        inputs = self._of_kind("input")
        for role in INPUT_ROLES:
            count = sum(node.role == role for node in inputs)
            if count != 1:
                raise InputError(f"{count} inputs with the role {role!r}, expected one", path=self.path[:2])
        for node in inputs:
            if node.role not in INPUT_ROLES:
                raise self._error(node, f"is a further input, expected only {' and '.join(INPUT_ROLES)}")
        numbers = {node.id: INPUT_ROLES.index(node.role) for node in inputs}
        nodes: list[tuple[Edge, ...]] = []
        waiting = {node.id: self._summed(node) for node in self._of_kind("sum")}
        while waiting:
            name = next(n for n, edges in waiting.items() if all(source in numbers for _, source in edges))
            nodes.append(tuple((operator, numbers[source]) for operator, source in waiting.pop(name)))
            numbers[name] = len(numbers)
        # A genotype would list an operator that two nodes read twice, which would be two operators.
        uses = Counter(source for node in self.nodes.values() for source in node.inputs)
        for node in self.nodes.values():
            if self.operators[node.id].kind not in ("input", "output", "sum") and uses[node.id] != 1:
                raise self._error(node, f"is an input of {uses[node.id]} nodes, expected one sum")
        return Half(tuple(nodes), self._concat(numbers))

    def _of_kind(self, kind: str) -> list[Node]:
        return [node for node in self.nodes.values() if self.operators[node.id].kind == kind]

    def _summed(self, node: Node) -> list[tuple[str, str]]:
        """Return the operators of a sum, each with the input or sum that it reads."""
        if not node.inputs or node.join != "sum":
            problem = f"joins {len(node.inputs)} nodes by {node.join}, expected a sum of operators"
            raise self._error(node, problem)
        edges = []
        for source in node.inputs:
            if self.operators[source].kind in ("input", "sum"):
                raise self._error(node, f"sums {source!r} without an operator, expected e.g. skip_connect")
            operator_node, key = self.nodes[source], self.key_of.get(self.operators[source])
            if key is None:
                known = ", ".join(self.key_of.values())
                raise self._error(operator_node, f"is {operator_node.op!r}, expected one of {known}")
            sources = operator_node.inputs
            if len(sources) != 1 or self.operators[sources[0]].kind not in ("input", "sum"):
                raise self._error(
                    operator_node, "has other inputs, expected one input of the cell or one sum"
                )
            edges.append((key, sources[0]))
        return edges

    def _concat(self, numbers: Mapping[str, int]) -> tuple[int, ...]:
        """Return the numbers of the nodes that the output concatenates."""
        outputs = self._of_kind("output")
        if len(outputs) != 1:
            raise InputError(f"{len(outputs)} outputs, expected one", path=self.path[:2])
        output = outputs[0]
        if output.join != "concat" and len(output.inputs) > 1:
            raise self._error(output, f"joins by {output.join}, expected concat")
        if not output.inputs or any(source not in numbers for source in output.inputs):
            raise self._error(output, "has other inputs, expected sums or inputs of the cell")
        if len(set(output.inputs)) < len(output.inputs):
            raise self._error(output, "has a duplicate input, expected different inputs")
        return tuple(numbers[source] for source in output.inputs)

    def _error(self, node: Node, problem: str) -> InputError:
        place = (*self.path, list(self.nodes).index(node.id))
        return InputError(f"not a genotype: node {node.id!r} {problem}", path=place)
