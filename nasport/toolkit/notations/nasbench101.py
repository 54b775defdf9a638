"""Notations of NAS-Bench-101: a line of adjacency bits and operator digits, or the official `ModelSpec` as JSON or Python.

The line is `n_vertices bits ops`, for example `4 111001 02`: the upper triangle of the adjacency matrix row by row, and one digit
for each vertex between input and output (0 conv3x3-bn-relu, 1 conv1x1-bn-relu, 2 maxpool3x3). The cell of two vertices has no
operators; its line is `2 1`. The official hash can precede the line. It becomes the name of the document and is not checked
(`module_hash` computes it).

The network (Ying et al. 2019, figure 1) has a 3x3 convolution, three stacks of three cells with 128, 256 and 512 channels, 2x2 max
pooling between the stacks, and global average pooling. In a document the output concatenates its inputs. An edge from the input to
the output is also written as an input of the concatenation, although the network projects it and adds it to the concatenation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from nasport.runtime.encoding import EncodedBatch, encode
from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Source, Stage
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Notation, one_of, trimmed
from nasport.toolkit.notations.edge_cell import only_cell, operator_keys
from nasport.toolkit.notations.nasbench101_batch import ModuleEncoder
from nasport.toolkit.notations.nasbench101_cell import MAX_VERTICES, OPERATORS, Module
from nasport.toolkit.notations.objects import json_or_python
from nasport.toolkit.notations.skeletons import POOL, check_skeleton, image

# Keys of a ModelSpec, and of an entry of the benchmark's tables.
KEYS, TABLE_KEYS = ("matrix", "ops"), ("module_adjacency", "module_operations")
# Names of the operators in the benchmark's example code.
_NAMES = "INPUT", "OUTPUT", "CONV3X3", "CONV1X1", "MAXPOOL3X3"
CONSTANTS = dict(zip(_NAMES, ("input", "output", *OPERATORS), strict=True))

SKELETON = Skeleton(
    input=image(32),
    stem=(Stage(op="conv3x3-bn-relu", width=128),),
    stages=(
        Stage(cell="cell", repeats=3, width=128),
        Stage(op="max_pool_2x2", stride=2),
        Stage(cell="cell", repeats=3, width=256),
        Stage(op="max_pool_2x2", stride=2),
        Stage(cell="cell", repeats=3, width=512),
    ),
    head=POOL,
    classes=10,
)


class NASBench101(Notation):
    """Cells as lines `[hash] n_vertices bits ops`."""

    name = "nasbench101"
    description = "NAS-Bench-101 line [hash] n_vertices bits ops; 0 conv3x3 1 conv1x1 2 maxpool3x3"
    example = "7 100110100001001010101 02001"

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        named, module = parse_line(text)
        return document(module.check(), Source(self.name, text), named)

    def write(self, architecture: Architecture) -> str:
        return line_of(module_of(architecture))

    def encode_many(self, texts: Sequence[str]) -> EncodedBatch:
        encoded = self._encoder.encode(texts)
        return encode([self.parse(text) for text in texts]) if encoded is None else encoded

    @cached_property
    def _encoder(self) -> ModuleEncoder:
        chain = parse_line("5 1000100101 012")[1]
        return ModuleEncoder(document(chain), chain)


class NASBench101Json(Notation):
    """The arguments of the official `ModelSpec` as JSON.

    The parser also reads the Python text `ModelSpec(matrix=..., ops=...)`, and objects with the keys of the benchmark's tables.
    """

    name = "nasbench101_json"
    description = 'NAS-Bench-101 ModelSpec as JSON {"matrix": [[0, 1], [0, 0]], "ops": ["input", "output"]}, or as Python'
    example = '{"matrix": [[0, 1, 1], [0, 0, 1], [0, 0, 0]], "ops": ["input", "maxpool3x3", "output"]}'

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        return document(_module_of_spec(text).check(), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        module = module_of(architecture)
        ops = ["input", *(OPERATORS[operator] for operator in module.operators), "output"]
        return json.dumps({"matrix": module.edges, "ops": ops})


def module_hash(architecture: Architecture) -> str:
    """Return the official hash of a NAS-Bench-101 cell, the key of the benchmark's tables.

    Raises:
        InputError: an architecture outside NAS-Bench-101.
    """
    return module_of(architecture).hash()


def document(module: Module, source: Source | None = None, name: str = "") -> Architecture:
    """Return the document of a cell.

    Args:
        module: the cell.
        source: text that it was read from.
        name: name of the document; empty for the line of the cell.
    """
    size = len(module.edges)
    ids = ["input", *map(str, range(1, size - 1)), "output"]
    sources = [tuple(ids[u] for u in range(v) if module.edges[u][v]) for v in range(size)]
    inner = (Node(ids[v], OPERATORS[op], sources[v]) for v, op in enumerate(module.operators, 1))
    nodes = (Node("input", "input"), *inner, Node("output", "output", sources[-1], "concat"))
    cell = Cell(nodes, channels="split")
    return Architecture({"cell": cell}, SKELETON, name or line_of(module), "nasbench101", source)


def module_of(architecture: Architecture) -> Module:
    """Return the cell of a document as matrix and operators.

    The order of the vertices is the topological order closest to the order of the document's nodes. If the document was
    converted from a NAS-Bench-101 text and still has the same graph, the vertices have the order of that text.

    Raises:
        InputError: an architecture outside NAS-Bench-101.
    """
    cell = only_cell(architecture)
    keys = operator_keys(architecture, cell, OPERATORS)
    ends = sorted(architecture.operator(node.op).kind for node in cell.nodes if node.id not in keys)
    if ends != ["input", "output"]:
        raise InputError(
            f"the inputs and outputs {', '.join(ends)}, expected one input and one output in a NAS-Bench-101 cell"
        )
    nodes = {node.id: node for node in cell.nodes}
    # Input first, output last, the others in the topological order closest to the order of the document.
    order = [node.id for node in cell.nodes if architecture.operator(node.op).kind == "input"]
    waiting = [node for node in cell.nodes if node.id in keys]
    while waiting:
        ready = next(node for node in waiting if set(node.inputs) <= set(order))
        order.append(ready.id)
        waiting.remove(ready)
    order += nodes.keys() - set(order)
    for node in cell.nodes:
        expected = "concat" if node.id == order[-1] else "sum"
        if len(node.inputs) > 1 and node.join != expected:
            problem = f"node {node.id!r} joins by {node.join!r}, expected {expected!r} in NAS-Bench-101"
            raise InputError(problem)
        if len(set(node.inputs)) != len(node.inputs):
            raise InputError(
                f"node {node.id!r} has a duplicate input, expected different inputs in NAS-Bench-101"
            )
    edges = tuple(tuple(int(u in nodes[v].inputs) for v in order) for u in order)
    module = Module(edges, tuple(OPERATORS.index(keys[v]) for v in order[1:-1])).check()
    check_skeleton(architecture, document(module))
    source = architecture.source
    with suppress(InputError):
        if source is not None and source.format in (NASBench101.name, NASBench101Json.name):
            is_line = source.format == NASBench101.name
            original = parse_line(source.text)[1] if is_line else _module_of_spec(source.text)
            return original if original.equals(module) else module
    return module


def line_of(module: Module) -> str:
    """Return the line of a cell without a hash."""
    size = len(module.edges)
    bits = "".join(str(module.edges[u][v]) for u in range(size) for v in range(u + 1, size))
    return f"{size} {bits} {''.join(map(str, module.operators))}".strip()


def parse_line(text: str) -> tuple[str, Module]:
    """Parse a line.

    Returns:
        Hash, empty without one; and cell, which is not checked against the limits of NAS-Bench-101.

    Raises:
        InputError: an invalid line; the message says what was expected.
    """
    fields = text.split()
    named = fields.pop(0) if fields and len(fields[0]) == 32 else ""
    if named and not re.fullmatch("[0-9a-f]{32}", named):
        raise InputError(f"{named!r} before the cell, expected a hash of 32 hexadecimal digits or nothing")
    if not 2 <= len(fields) <= 3:
        problem = f"{text!r:.200}, expected 'n_vertices bits ops', e.g. {NASBench101.example}"
        raise InputError(problem)
    if not re.fullmatch(rf"[2-{MAX_VERTICES}]", fields[0]):
        raise InputError(f"{fields[0]!r:.50} vertices, expected a number from 2 to {MAX_VERTICES}")
    size = int(fields[0])
    bits, ops = fields[1], fields[2] if len(fields) == 3 else ""
    if len(bits) != size * (size - 1) // 2 or not re.fullmatch("[01]*", bits):
        raise InputError(
            f"adjacency {bits!r:.100}, expected {size * (size - 1) // 2} digits 0 or 1 for {size} vertices: "
            "the upper triangle, row by row"
        )
    if len(ops) != size - 2 or not re.fullmatch("[012]*", ops):
        meaning = ", ".join(f"{code} {key}" for code, key in enumerate(OPERATORS))
        raise InputError(f"operators {ops!r:.100}, expected {size - 2} digits for {size} vertices: {meaning}")
    digits = iter(map(int, bits))
    edges = tuple(tuple(next(digits) if v > u else 0 for v in range(size)) for u in range(size))
    return named, Module(edges, tuple(map(int, ops)))


def _module_of_spec(text: str) -> Module:
    """Parse a `ModelSpec`; an invalid one raises InputError."""
    value = json_or_python(text, NASBench101Json.example, ("ModelSpec", KEYS), CONSTANTS)
    keys = TABLE_KEYS if isinstance(value, Mapping) and set(value) == set(TABLE_KEYS) else KEYS
    if not isinstance(value, Mapping) or set(value) != set(keys):
        raise InputError(f"expected an object with 'matrix' and 'ops', e.g. {NASBench101Json.example}")
    matrix, ops = (value[key] for key in keys)
    if not isinstance(ops, list) or len(ops) < 2 or ops[0] != "input" or ops[-1] != "output":
        raise InputError("expected a list that begins with 'input' and ends with 'output'", path=(keys[1],))
    for place, operator in enumerate(ops[1:-1], 1):
        if operator not in OPERATORS:
            problem = f"operator {operator!r:.100}{one_of(operator, OPERATORS)}"
            raise InputError(problem, path=(keys[1], place))
    size = len(ops)
    if not isinstance(matrix, list) or len(matrix) != size:
        raise InputError(f"expected {size} rows, one for each of {keys[1]!r}", path=(keys[0],))
    for u, row in enumerate(matrix):
        # numpy also prints 0.0, 1.0, False and True.
        bits = isinstance(row, list) and all(isinstance(x, int | float) and x in (0, 1) for x in row)
        if not bits or len(row) != size:
            raise InputError(f"expected {size} numbers 0 or 1", path=(keys[0], u))
        if any(row[: u + 1]):
            problem = "an edge on or below the diagonal, expected an upper triangle"
            raise InputError(problem, path=(keys[0], u))
    edges = tuple(tuple(map(int, row)) for row in matrix)
    return Module(edges, tuple(OPERATORS.index(operator) for operator in ops[1:-1]))
