"""DARTS genotypes and the cells they name, both ways: what the notations of the DARTS family share.

A cell has two inputs, the outputs of the last two cells, and intermediate nodes that each sum two operators on earlier
nodes; its output concatenates some of the intermediate nodes (Liu et al. 2019, section 2.1; NDS' spaces in Radosavovic
et al. 2019, table 2). Nodes are numbered 0 and 1 for the inputs, 2 and up for the intermediate nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.errors import InputError

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


@dataclass(frozen=True)
class Half:
    """One of the two cells of a genotype.

    Attributes:
        edges: (operator, source node), two for each intermediate node, in order.
        concat: the nodes that the output concatenates, in order.
    """

    edges: tuple[tuple[str, int], ...]
    concat: tuple[int, ...]


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
    """One half of a genotype from values that were read from a text.

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
    if len(edges) % 2 or not 0 < len(edges) <= MAX_EDGES:
        raise InputError(
            f"{name} has {len(edges)} edges, expected two for each intermediate node (8 in DARTS, 10 in ENAS)",
            path=path,
        )
    pairs = tuple(_checked_edge(name, place, edge, operators, path) for place, edge in enumerate(edges))
    return Half(pairs, _checked_concat(f"{name}_concat", concat, len(edges) // 2, path))


def genotype_of(architecture: Architecture) -> Genotype:
    """The genotype of a document's two cells, from their structure alone.

    Raises:
        InputError: some part of a cell is none of a genotype's; says which and what was expected.
    """
    halves = [_half(architecture, role) for role in CELL_ROLES]
    return Genotype(*halves)


def _checked_edge(
    name: str, place: int, edge: object, operators: Sequence[str], path: Path
) -> tuple[str, int]:
    where = f"{name}[{place}]"
    if not isinstance(edge, list | tuple) or len(edge) != 2:
        raise InputError(f"{where} is {edge!r:.80}, expected (operator, node)", path=path)
    operator, source = edge
    if operator not in operators:
        raise InputError(
            f"{where}: unknown operator {operator!r:.80}, expected one of {', '.join(operators)}", path=path
        )
    last = place // 2 + 1
    if type(source) is not int or not 0 <= source <= last:
        raise InputError(
            f"{where}: {operator} comes from node {source!r:.80}, expected 0 to {last}: "
            f"it feeds node {last + 1}, and 0 and 1 are the cell's inputs",
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
    for step in range(len(half.edges) // 2):
        number = str(step + 2)
        ids = (f"{number}.0", f"{number}.1")
        for node_id, (operator, source) in zip(ids, half.edges[2 * step : 2 * step + 2], strict=True):
            nodes.append(Node(node_id, operator, (names[source],)))
        nodes.append(Node(number, "sum", ids))
        names.append(number)
    nodes.append(Node("output", "output", tuple(names[node] for node in half.concat), "concat"))
    return Cell(tuple(nodes), role, "stack")


def _half(architecture: Architecture, role: str) -> Half:
    found = [name for name, cell in architecture.cells.items() if cell.role == role]
    if len(found) != 1:
        raise InputError(
            f"{len(found)} cells with the role {role!r}, a genotype has one of each of {', '.join(CELL_ROLES)}",
            path=("cells",),
        )
    return _HalfReader(architecture, found[0]).read()


class _HalfReader:
    """Reads one cell back; each node is an input, a sum of two operators, such an operator, or the output."""

    def __init__(self, architecture: Architecture, name: str) -> None:
        cell = architecture.cells[name]
        self.path: Path = ("cells", name, "nodes")
        self.nodes = {node.id: node for node in cell.nodes}
        self.places = {node.id: place for place, node in enumerate(cell.nodes)}
        self.sums = [node for node in cell.nodes if node.op == "sum"]
        self.consumers: dict[str, int] = dict.fromkeys(self.nodes, 0)
        for node in cell.nodes:
            for source in node.inputs:
                self.consumers[source] += 1

    def read(self) -> Half:
        numbers = self._inputs()
        edges: list[tuple[str, int]] = []
        waiting = list(self.sums)
        while waiting:
            node = next(node for node in waiting if self._sources(node) <= numbers.keys())
            edges.extend(self._edges(node, numbers))
            numbers[node.id] = len(numbers)
            waiting.remove(node)
        for node in self.nodes.values():
            if node.op not in ("input", "output", "sum") and self.consumers[node.id] != 1:
                raise self._error(node, f"feeds {self.consumers[node.id]} nodes, expected one sum")
        return Half(tuple(edges), self._concat(numbers))

    def _inputs(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for number, role in enumerate(INPUT_ROLES):
            found = [node.id for node in self.nodes.values() if node.op == "input" and node.role == role]
            if len(found) != 1:
                raise InputError(
                    f"{len(found)} inputs with the role {role!r}, expected one", path=self.path[:2]
                )
            numbers[found[0]] = number
        others = [node for node in self.nodes.values() if node.op == "input" and node.id not in numbers]
        if others:
            raise self._error(others[0], "is a third input, expected c_{k-2} and c_{k-1} alone")
        return numbers

    def _sources(self, node: Node) -> set[str]:
        """The inputs and sums that the two operators of a sum read."""
        if len(node.inputs) != 2 or node.join != "sum":
            raise self._error(
                node, f"joins {len(node.inputs)} operators by {node.join}, expected the sum of 2"
            )
        sources: set[str] = set()
        for source in node.inputs:
            operator = self.nodes[source]
            if operator.op in ("input", "sum"):
                raise self._error(node, f"sums {source!r} without an operator, expected e.g. skip_connect")
            if operator.op not in OPERATORS or operator.attributes:
                raise self._error(operator, f"is {operator.op!r}, expected one of {', '.join(OPERATORS)}")
            if len(operator.inputs) != 1 or self.nodes[operator.inputs[0]].op not in ("input", "sum"):
                raise self._error(operator, "expected one input, which is an input of the cell or a sum")
            sources.update(operator.inputs)
        return sources

    def _edges(self, node: Node, numbers: Mapping[str, int]) -> list[tuple[str, int]]:
        operators = [self.nodes[source] for source in node.inputs]
        return [(operator.op, numbers[operator.inputs[0]]) for operator in operators]

    def _concat(self, numbers: Mapping[str, int]) -> tuple[int, ...]:
        outputs = [node for node in self.nodes.values() if node.op == "output"]
        if len(outputs) != 1:
            raise InputError(f"{len(outputs)} outputs, expected one", path=self.path[:2])
        output = outputs[0]
        if output.join != "concat" and len(output.inputs) > 1:
            raise self._error(output, f"joins by {output.join}, expected concat")
        if not output.inputs or any(source not in numbers for source in output.inputs):
            raise self._error(output, "expected it to concatenate sums or inputs of the cell")
        if len(set(output.inputs)) < len(output.inputs):
            raise self._error(output, "concatenates a node twice, expected it once")
        return tuple(numbers[source] for source in output.inputs)

    def _error(self, node: Node, problem: str) -> InputError:
        return InputError(
            f"not a genotype: node {node.id!r} {problem}", path=(*self.path, self.places[node.id])
        )
