"""From documents to arrays: what the network is, as one graph a document.

The cells that a document uses become one disjoint union, each node marked with what it is (`NodeKind`): its operator,
its role, its cell. A document that uses none becomes the chain of its layers. Nothing is dropped or reordered here but what
has no place in a graph of operators: `none` carries nothing, and a `sum` node that feeds nodes which sum their inputs
anyway says nothing. `canonical.py` does the rest, for a whole batch at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.architecture import Architecture, Cell, Node, Skeleton, Stage
from nasport.schemas.graphs.wiring import WIRED_KINDS, Place, Wiring, wiring
from nasport.schemas.operators import Operator

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
    """The graph of one document: the union of the cells that it uses, or the chain of its layers where it uses none.

    Args:
        architecture: checked by `parse_architecture`.
    """
    kinds: list[NodeKind] = []
    edges: list[tuple[int, int, int]] = []
    names = _cell_identities(architecture)
    cells = architecture.used_cells
    for name, cell in cells.items():
        _add_cell(cell, names[name], architecture, kinds, edges)
    if not cells and architecture.skeleton is not None:
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
    """Cell name to what the cell is in the network: its role, numbered by first use where roles repeat."""
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
    stages = (*skeleton.stem, *skeleton.stages, *skeleton.head)
    what = [names[stage.cell] if stage.cell else architecture.operator(stage.op) for stage in stages]
    return _digest(skeleton, tuple(what))


@lru_cache(maxsize=256)
def _digest(skeleton: Skeleton, what: tuple[str | Operator, ...]) -> bytes:
    """`what`: of every stage the identity of its cell, or its operator."""
    identities = iter(what)
    parts = [
        [_stage_identity(stage, next(identities)) for stage in stages]
        for stages in (skeleton.stem, skeleton.stages, skeleton.head)
    ]
    value = [parts, skeleton.input, skeleton.classes]
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()[:16]


def _stage_identity(stage: Stage, what: str | Operator) -> list[object]:
    identity: object = (
        [what, [(name, float(number)) for name, number in stage.attributes]]
        if isinstance(what, str)
        else what.with_attributes(dict(stage.attributes)).to_json()
    )
    return [identity, stage.repeats, stage.width, stage.stride, stage.resolution]


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
    graph, start = cell_graph(cell, architecture), len(kinds)
    for place in graph.wiring.carrying:
        found = graph.operators[place]
        role = cell.nodes[place].role if kind_of(found) in (INPUT, OUTPUT) else ""
        kinds.append(_node_kind(found, role, name))
    edges.extend((start + target, start + source, label) for target, source, label in graph.wiring.edges)


@lru_cache(maxsize=4096)
def _node_kind(operators: tuple[Operator, ...], role: str, cell: str) -> NodeKind:
    """The same object for the same kind, so that its digest is worked out once."""
    return NodeKind(operators, role, cell)


class CellGraph(NamedTuple):
    """A cell with its operators looked up.

    Attributes:
        operators: of every node, with the node's own numbers, in the document's order; several in a mixed node.
        wiring: how they feed each other.
    """

    operators: tuple[tuple[Operator, ...], ...]
    wiring: Wiring


def cell_graph(cell: Cell, architecture: Architecture) -> CellGraph:
    """A cell of a document with its operators; looked up once for those who ask one after the other."""
    return _cell_graph(_Asked(cell, architecture))


class _Asked:
    """A cell and the operators of its document, equal where they are the same objects."""

    def __init__(self, cell: Cell, architecture: Architecture) -> None:
        self.cell, self.architecture = cell, architecture

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Asked)
            and self.cell is other.cell
            and self.architecture.operators is other.architecture.operators
        )

    def __hash__(self) -> int:
        return id(self.cell)


@lru_cache(maxsize=64)
def _cell_graph(asked: _Asked) -> CellGraph:
    found = [_looked_up(node, asked.architecture) for node in asked.cell.nodes]
    operators, places = zip(*found, strict=True) if found else ((), ())
    return CellGraph(operators, wiring(places))


# Members of a search space share nodes: by the node's `id`, the node itself, the operators of its document, the result.
_Found = tuple[tuple[Operator, ...], Place]
_looked_up_before: dict[int, tuple[Node, Mapping[str, Operator], _Found]] = {}
_MAX_LOOKED_UP = 4096


def _looked_up(node: Node, architecture: Architecture) -> _Found:
    before = _looked_up_before.get(id(node))
    if before is not None and before[0] is node and before[1] is architecture.operators:
        return before[2]
    operators = operators_of(node, architecture)
    found = operators, _place(node, operators)
    if len(_looked_up_before) >= _MAX_LOOKED_UP:
        _looked_up_before.clear()
    _looked_up_before[id(node)] = node, architecture.operators, found
    return found


def _place(node: Node, operators: tuple[Operator, ...]) -> Place:
    kind = kind_of(operators)
    if kind == "elementwise" and operators[0].word("operation") == "product":
        kind = "product"
    return Place(node.id, node.inputs, node.join, kind if kind in WIRED_KINDS else "", operators[0].ordered)


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
