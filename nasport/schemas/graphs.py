"""From documents to arrays: what the network is, as one graph a document.

The cells of a document become one disjoint union, each node marked with what it is (`NodeKind`): its operator, its
role, its cell. A document without cells becomes the chain of its layers. Nothing is dropped or reordered here but what
has no place in a graph of operators: `none` carries nothing, and a `sum` node that feeds nodes which sum their inputs
anyway says nothing. `canonical.py` does the rest, for a whole batch at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Stage
from nasport.schemas.checks import topological_order
from nasport.schemas.operators import Operator

# An entry of the label matrix says how one node feeds another: 0 not at all; else how often it stands among the
# inputs, plus JOIN_STEP times the join rule; for an operator whose inputs are ordered, ORDERED plus the set of ports.
JOINS = {"sum": 0, "concat": 1, "product": 2, "mean": 3}
JOIN_STEP = 1 << 16
ORDERED = 1 << 24
MAX_ORDERED_PORTS = 20
MAX_COUNT = JOIN_STEP - 1

INPUT = "input"
OUTPUT = "output"
MIXED = "mixed"


@dataclass(frozen=True)
class NodeKind:
    """What a node is, apart from its place in the graph.

    Attributes:
        operators: its operator; several in a supernet's mixed node.
        role: which input or output of the cell it is.
        cell: the cell it stands in, by its role in the network.
    """

    operators: tuple[Operator, ...]
    role: str = ""
    cell: str = ""

    @property
    def kind(self) -> str:
        """The kind of its operator; `mixed` where there are several."""
        return kind_of(self.operators)

    @cached_property
    def digest(self) -> int:
        """64 bits that tell this kind from others, the same on every machine."""
        value = [[op.to_json() for op in self.operators], self.role, self.cell]
        text = json.dumps(value, sort_keys=True, ensure_ascii=True)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


@dataclass(frozen=True)
class RawGraph:
    """One document as a graph, in topological order.

    Attributes:
        kinds: of the N nodes.
        edges: (target, source, label) with source < target; labels as in `GraphBatch`.
        skeleton: digest of everything around the cells.
    """

    kinds: tuple[NodeKind, ...]
    edges: tuple[tuple[int, int, int], ...]
    skeleton: bytes


@dataclass(frozen=True)
class GraphBatch:
    """B graphs of at most N nodes, in topological order, padded.

    Attributes:
        kinds: the K distinct kinds of the batch.
        index: (B, N) int64, rows of `kinds`; 0 where there is no node.
        labels: (B, N, N) int32; `labels[b, v, u]` says how node u feeds node v, 0: not at all. Lower triangular.
        mask: (B, N) bool, True where there is a node.
        skeletons: B digests of everything around the cells.
    """

    kinds: tuple[NodeKind, ...]
    index: NDArray[np.int64]
    labels: NDArray[np.int32]
    mask: NDArray[np.bool_]
    skeletons: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.skeletons)


def raw_graph(architecture: Architecture) -> RawGraph:
    """The graph of one document: the union of its cells, or the chain of its layers where it has none.

    Args:
        architecture: checked by `parse_architecture`.
    """
    kinds: list[NodeKind] = []
    edges: list[tuple[int, int, int]] = []
    names = _cell_identities(architecture)
    for name, cell in architecture.cells.items():
        _add_cell(cell, names[name], architecture, kinds, edges)
    if not architecture.cells and architecture.skeleton is not None:
        _add_chain(architecture.skeleton, architecture, kinds, edges)
    skeleton = _skeleton_digest(architecture, names)
    return RawGraph(tuple(kinds), tuple(edges), skeleton)


def stack(graphs: Sequence[RawGraph]) -> GraphBatch:
    """Graphs side by side in one batch, padded to the largest."""
    rows: dict[NodeKind, int] = {}
    size = max((len(graph.kinds) for graph in graphs), default=0)
    index = np.zeros((len(graphs), size), np.int64)
    labels = np.zeros((len(graphs), size, size), np.int32)
    mask = np.zeros((len(graphs), size), np.bool_)
    for b, graph in enumerate(graphs):
        count = len(graph.kinds)
        index[b, :count] = [rows.setdefault(kind, len(rows)) for kind in graph.kinds]
        mask[b, :count] = True
        if graph.edges:
            targets, sources, values = zip(*graph.edges, strict=True)
            labels[b, targets, sources] = values
    return GraphBatch(tuple(rows), index, labels, mask, tuple(graph.skeleton for graph in graphs))


def skeleton_digest(architecture: Architecture) -> bytes:
    """Digest of everything around the cells: stages, widths, strides, resolution."""
    return _skeleton_digest(architecture, _cell_identities(architecture))


def _cell_identities(architecture: Architecture) -> dict[str, str]:
    """Cell name to what the cell is in the network: its role, numbered by first use where roles repeat.

    Cells of one role that no stage uses cannot be told apart.
    """
    roles = {name: f"{cell.role}/{cell.channels}" for name, cell in architecture.cells.items()}
    if architecture.skeleton is None:
        return roles
    skeleton = architecture.skeleton
    stages = (*skeleton.stem, *skeleton.stages, *skeleton.head)
    seen: dict[str, int] = {}
    for name in dict.fromkeys(stage.cell for stage in stages if stage.cell):
        count = seen[roles[name]] = seen.get(roles[name], 0) + 1
        roles[name] += f"/{count}" if count > 1 else ""
    return roles


def _skeleton_digest(architecture: Architecture, names: Mapping[str, str]) -> bytes:
    skeleton = architecture.skeleton
    if skeleton is None:
        return b""
    parts = [
        [_stage_identity(stage, architecture, names) for stage in stages]
        for stages in (skeleton.stem, skeleton.stages, skeleton.head)
    ]
    value = [parts, skeleton.input, skeleton.classes]
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()[:16]


def _stage_identity(stage: Stage, architecture: Architecture, names: Mapping[str, str]) -> list[object]:
    what: object = (
        [names[stage.cell], stage.attributes]
        if stage.cell
        else _stage_operator(stage, architecture).to_json()
    )
    return [what, stage.repeats, stage.width, stage.stride, stage.resolution]


def _stage_operator(stage: Stage, architecture: Architecture) -> Operator:
    return architecture.operator(stage.op).with_attributes(dict(stage.attributes))


def _add_cell(
    cell: Cell,
    name: str,
    architecture: Architecture,
    kinds: list[NodeKind],
    edges: list[tuple[int, int, int]],
) -> None:
    """Append one cell's nodes and edges to the union."""
    nodes, operators, inputs = carried(cell, architecture)
    order = topological_order(inputs)
    assert order is not None, "checked when the document was read"
    position: dict[str, int] = {}
    for node_id in order:
        node, found = nodes[node_id], operators[node_id]
        role = node.role if kind_of(found) in (INPUT, OUTPUT) else ""
        position[node_id] = len(kinds)
        kinds.append(NodeKind(found, role, name))
        labels = _labels(node, inputs[node_id], found[0].ordered)
        edges.extend((position[node_id], position[u], label) for u, label in labels.items())


def carried(
    cell: Cell, architecture: Architecture
) -> tuple[dict[str, Node], dict[str, tuple[Operator, ...]], dict[str, dict[str, int]]]:
    """What a cell's nodes carry, before those on no path are dropped.

    Returns:
        The nodes by id; the operators of each; for every node that carries something its sources and how often each
        counts, `none` dropped, products with a dropped factor too, redundant sums dissolved.
    """
    nodes = {node.id: node for node in cell.nodes}
    operators = {node.id: operators_of(node, architecture) for node in cell.nodes}
    return nodes, operators, _live_inputs(nodes, operators)


def operators_of(node: Node, architecture: Architecture) -> tuple[Operator, ...]:
    """The operators of a node, with the node's own numbers; several, sorted, in a mixed node."""
    changes = dict(node.attributes)
    if not node.candidates:
        return (architecture.operator(node.op).with_attributes(changes),)
    found = (architecture.operator(key).with_attributes(changes) for key in node.candidates)
    return tuple(sorted(found, key=lambda operator: (operator.text, operator.kind, operator.attributes)))


def kind_of(operators: tuple[Operator, ...]) -> str:
    """A mixed node is `none` only where every candidate is."""
    if len(operators) == 1:
        return operators[0].kind
    return "none" if all(operator.kind == "none" for operator in operators) else MIXED


def _live_inputs(
    nodes: Mapping[str, Node], operators: Mapping[str, tuple[Operator, ...]]
) -> dict[str, dict[str, int]]:
    """For every node that carries something its sources and how often each counts, redundant sums dissolved.

    A product with a dropped factor is zero everywhere, so it is dropped as well.
    """
    order = topological_order({node.id: node.inputs for node in nodes.values()})
    assert order is not None, "checked when the document was read"
    dead: set[str] = set()
    inputs: dict[str, dict[str, int]] = {}
    for node_id in order:
        node, kind = nodes[node_id], kind_of(operators[node_id])
        product = node.join == "product" or kind == "product"
        if kind == "none" or (product and any(u in dead for u in node.inputs)):
            dead.add(node_id)
            continue
        inputs[node_id] = _counted([u for u in node.inputs if u not in dead], node, inputs, nodes, operators)
    needed = {u for sources in inputs.values() for u in sources}
    return {
        node.id: inputs[node.id]
        for node in nodes.values()
        if node.id in inputs and (kind_of(operators[node.id]) != "sum" or node.id in needed)
    }


def _counted(
    live: list[str],
    node: Node,
    inputs: Mapping[str, Mapping[str, int]],
    nodes: Mapping[str, Node],
    operators: Mapping[str, tuple[Operator, ...]],
) -> dict[str, int]:
    """How often each source feeds a node, with what feeds a `sum` in that node's place where the node sums as well.

    Counts, not lists: sums of sums of sums count in powers of two. They stop at `MAX_COUNT`.
    """
    found = operators[node.id]
    sums = node.join == "sum" and not found[0].ordered and kind_of(found) not in ("product", "elementwise")
    counts: dict[str, int] = {}
    for u in live:
        dissolves = sums and kind_of(operators[u]) == "sum" and nodes[u].join == "sum"
        for source, count in (inputs[u] if dissolves else {u: 1}).items():
            counts[source] = min(counts.get(source, 0) + count, MAX_COUNT)
    return counts


def _labels(node: Node, counts: Mapping[str, int], ordered: bool) -> dict[str, int]:
    if ordered:
        ports: dict[str, int] = {}
        for port, source in enumerate(node.inputs):
            ports[source] = ports.get(source, ORDERED) | 1 << min(port, MAX_ORDERED_PORTS)
        return {source: ports[source] for source in counts}
    step = JOINS[node.join] * JOIN_STEP if sum(counts.values()) > 1 else 0
    return {source: step + count for source, count in counts.items()}


def _add_chain(
    skeleton: Skeleton,
    architecture: Architecture,
    kinds: list[NodeKind],
    edges: list[tuple[int, int, int]],
) -> None:
    """Append the chain of the skeleton's layers, every repeat a node."""
    kinds.append(NodeKind((architecture.operator("input"),), "", "chain"))
    for operator in _layers(skeleton.stages, architecture):
        if operator.kind != "none":
            edges.append((len(kinds), len(kinds) - 1, 1))
            kinds.append(NodeKind((operator,), "", "chain"))
    edges.append((len(kinds), len(kinds) - 1, 1))
    kinds.append(NodeKind((architecture.operator("output"),), "", "chain"))


def _layers(stages: Iterable[Stage], architecture: Architecture) -> Iterable[Operator]:
    for stage in stages:
        operator = _stage_operator(stage, architecture)
        if stage.width is not None:
            operator = operator.with_attributes({"channels": float(stage.width)})
        for repeat in range(stage.repeats):
            strided = repeat == 0 and stage.stride != 1
            yield operator.with_attributes({"stride": float(stage.stride)}) if strided else operator
