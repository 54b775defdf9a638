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
from typing import TypeAlias

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.operators import Operator, vocabulary

OPERATORS = (
    "none",
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "sep_conv_7x7",
    "dil_conv_3x3",
    "dil_conv_5x5",
    "conv_7x1_1x7",
)
INPUT_ROLES = ("c_{k-2}", "c_{k-1}")
CELL_ROLES = ("normal", "reduction")
MAX_EDGES = 200

Path = tuple[str | int, ...]
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
        """The edges one after the other, for who writes two a node.

        Args:
            name: `normal` or `reduce`, for the message.

        Raises:
            InputError: a node has another number of edges.
        """
        for number, edges in enumerate(self.nodes, 2):
            if len(edges) != 2:
                raise InputError(
                    f"node {number} of {name} sums {len(edges)} edges, expected two for each node"
                )
        return tuple(chain.from_iterable(self.nodes))


@dataclass(frozen=True)
class Genotype:
    """The normal and the reduction cell."""

    normal: Half
    reduce: Half

    def cells(self) -> dict[str, Cell]:
        """The two cells of a document."""
        return {"normal": _cell(self.normal, "normal"), "reduction": _cell(self.reduce, "reduction")}


def checked_half(
    name: str, edges: object, concat: object, operators: Sequence[str] = OPERATORS, path: Path = ()
) -> Half:
    """One half of a genotype from values that were read from a text, two edges for each intermediate node.

    Args:
        name: `normal` or `reduce`, for the messages.
        edges: sequence of (operator, source node).
        concat: sequence of nodes.
        operators: names that are allowed.
        path: place of the half in a JSON text.

    Raises:
        InputError: names the edge and what was expected there.
    """
    if not isinstance(edges, list | tuple):
        raise InputError(f"{name} is {edges!r:.80}, expected a list of (operator, node) pairs", path=path)
    if len(edges) % 2 or not edges:
        raise InputError(
            f"{name} has {len(edges)} edges, expected two for each intermediate node (8 in DARTS, 10 in ENAS)",
            path=path,
        )
    placed = [(f"{name}[{place}]", edge) for place, edge in enumerate(edges)]
    return half_of(name, [placed[k : k + 2] for k in range(0, len(placed), 2)], concat, operators, path)


def half_of(
    name: str,
    groups: Sequence[Sequence[tuple[str, object]]],
    concat: object,
    operators: Sequence[str] = OPERATORS,
    path: Path = (),
) -> Half:
    """One half of a genotype from values that stand by their nodes; the other arguments are those of `checked_half`.

    Args:
        groups: of each intermediate node its edges: where it stands, for the messages, and (operator, source node).

    Raises:
        InputError: names the edge and what was expected there.
    """
    count = sum(map(len, groups))
    if count > MAX_EDGES:
        raise InputError(f"{name} has {count} edges, expected at most {MAX_EDGES}", path=path)
    nodes = tuple(
        tuple(_checked_edge(where, edge, number, operators, path) for where, edge in group)
        for number, group in enumerate(groups, 2)
    )
    return Half(nodes, _checked_concat(f"{name}_concat", concat, len(nodes), path))


def genotype_of(architecture: Architecture, operators: Sequence[str] = OPERATORS) -> Genotype:
    """The genotype of a document's two cells, from their structure alone.

    Args:
        architecture: its cells are found by their roles, normal and reduction.
        operators: names that are allowed; an operator of another name that is the same gets the name from here.

    Raises:
        InputError: some part of a cell is none of a genotype's; says which and what was expected.
    """
    return Genotype(*(_half(architecture, role, operators) for role in CELL_ROLES))


def _checked_edge(where: str, edge: object, number: int, operators: Sequence[str], path: Path) -> Edge:
    if not isinstance(edge, list | tuple) or len(edge) != 2:
        raise InputError(f"{where} is {edge!r:.80}, expected (operator, node)", path=path)
    operator, source = edge
    if operator not in operators:
        raise InputError(
            f"{where}: unknown operator {operator!r:.80}{did_you_mean(operator, operators)}"
            f"expected one of {', '.join(operators)}",
            path=path,
        )
    if type(source) is not int or not 0 <= source < number:
        raise InputError(
            f"{where}: {operator} comes from node {source!r:.80}, expected 0 to {number - 1}: "
            f"it feeds node {number}, and 0 and 1 are the cell's inputs",
            path=path,
        )
    return operator, source


def _checked_concat(name: str, concat: object, steps: int, path: Path) -> tuple[int, ...]:
    if not isinstance(concat, list | tuple) or not concat:
        raise InputError(f"{name} is {concat!r:.80}, expected a list of nodes or range(a, b)", path=path)
    for node in concat:
        if type(node) is not int or not 0 <= node <= steps + 1:
            raise InputError(f"{name} has node {node!r:.80}, expected 0 to {steps + 1}", path=path)
    if len(set(concat)) < len(concat):
        raise InputError(f"{name} has a node twice: {list(concat)!r:.80}", path=path)
    return tuple(concat)


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


def _half(architecture: Architecture, role: str, operators: Sequence[str]) -> Half:
    found = [name for name, cell in architecture.cells.items() if cell.role == role]
    if len(found) != 1:
        raise InputError(
            f"{len(found)} cells with the role {role!r}, a genotype has one of each of {', '.join(CELL_ROLES)}",
            path=("cells",),
        )
    return _HalfReader(architecture, found[0], operators).read()


class _HalfReader:
    """Reads one cell back; each node is an input, a sum of operators, such an operator, or the output."""

    def __init__(self, architecture: Architecture, name: str, operators: Sequence[str]) -> None:
        cell = architecture.cells[name]
        self.path: Path = ("cells", name, "nodes")
        self.nodes = {node.id: node for node in cell.nodes}
        self.places = {node.id: place for place, node in enumerate(cell.nodes)}
        self.operators = operators
        self.meant = {vocabulary()[key]: key for key in operators}
        self.found = {node.id: self._operator(architecture, node) for node in cell.nodes}
        if cell.channels != "stack":
            raise InputError(
                f"the channels are {cell.channels!r}, a genotype's are 'stack'", path=self.path[:2]
            )

    def read(self) -> Half:
        numbers = self._inputs()
        nodes: list[tuple[Edge, ...]] = []
        waiting = [node for node in self.nodes.values() if self._is(node.id, "sum")]
        while waiting:
            node = next(node for node in waiting if self._sources(node) <= numbers.keys())
            nodes.append(self._edges(node, numbers))
            numbers[node.id] = len(numbers)
            waiting.remove(node)
        self._check_single_use()
        return Half(tuple(nodes), self._concat(numbers))

    def _operator(self, architecture: Architecture, node: Node) -> Operator:
        if node.candidates:
            raise self._error(node, "has several candidates, expected one operator")
        operator = architecture.operator(node.op)
        if node.attributes and operator.kind in ("input", "output", "sum"):
            raise self._error(node, f"has attributes, expected none of {operator.kind!r}")
        return operator.with_attributes(dict(node.attributes))

    def _is(self, node_id: str, *kinds: str) -> bool:
        return self.found[node_id].kind in kinds

    def _inputs(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        inputs = [node for node in self.nodes.values() if self._is(node.id, "input")]
        for number, role in enumerate(INPUT_ROLES):
            having = [node.id for node in inputs if node.role == role]
            if len(having) != 1:
                raise InputError(
                    f"{len(having)} inputs with the role {role!r}, expected one", path=self.path[:2]
                )
            numbers[having[0]] = number
        for node in inputs:
            if node.id not in numbers:
                raise self._error(node, f"is another input, expected {' and '.join(INPUT_ROLES)} alone")
        return numbers

    def _check_single_use(self) -> None:
        """An operator that two nodes read would have to be written, and trained, twice."""
        uses = Counter(source for node in self.nodes.values() for source in node.inputs)
        for node in self.nodes.values():
            if not self._is(node.id, "input", "output", "sum") and uses[node.id] != 1:
                raise self._error(node, f"feeds {uses[node.id]} nodes, expected one sum")

    def _sources(self, node: Node) -> set[str]:
        """The inputs and sums that the operators of a sum read."""
        if not node.inputs or node.join != "sum":
            raise self._error(
                node, f"joins {len(node.inputs)} nodes by {node.join}, expected a sum of operators"
            )
        sources: set[str] = set()
        for source in node.inputs:
            if self._is(source, "input", "sum"):
                raise self._error(node, f"sums {source!r} without an operator, expected e.g. skip_connect")
            operator = self.nodes[source]
            if self.found[source] not in self.meant:
                raise self._error(
                    operator, f"is {operator.op!r}, expected one of {', '.join(self.operators)}"
                )
            if len(operator.inputs) != 1 or not self._is(operator.inputs[0], "input", "sum"):
                raise self._error(operator, "does not read one input of the cell or one sum, as expected")
            sources.update(operator.inputs)
        return sources

    def _edges(self, node: Node, numbers: Mapping[str, int]) -> tuple[Edge, ...]:
        return tuple((self.meant[self.found[u]], numbers[self.nodes[u].inputs[0]]) for u in node.inputs)

    def _concat(self, numbers: Mapping[str, int]) -> tuple[int, ...]:
        outputs = [node for node in self.nodes.values() if self._is(node.id, "output")]
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
        place = (*self.path, self.places[node.id])
        return InputError(f"not a genotype: node {node.id!r} {problem}", path=place)
