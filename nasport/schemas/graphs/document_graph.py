"""From documents to arrays: what the network is, as one graph a document.

The cells that a document uses become one disjoint union, each node marked with what it is (`NodeKind`): its operator,
its role, its cell. A document that uses none becomes the chain of its layers. Nothing is dropped or reordered here but what
has no place in a graph of operators: `none` carries nothing, and a `sum` node that feeds nodes which sum their inputs
anyway says nothing. `canonical.py` does the rest, for a whole batch at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.architecture import Architecture, Skeleton, Stage
from nasport.schemas.graphs.cell_graph import cell_graph, kind_of
from nasport.schemas.operators import Operator

INPUT = "input"
OUTPUT = "output"


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

    def __hash__(self) -> int:
        """Kept with the digest: kinds are looked up once a node."""
        return self.digest

    @property
    def kind(self) -> str:
        """The kind of its operator; `mixed` where there are several."""
        return kind_of(self.operators)

    def mean(self, number: Callable[[Operator], float]) -> float:
        """The mean of a number of its operators."""
        values = [number(operator) for operator in self.operators]
        return values[0] if len(values) == 1 else float(np.mean(values))

    @cached_property
    def digest(self) -> int:
        """64 bits that tell this kind from others, the same on every machine."""
        value = [[op.to_json() for op in self.operators], self.role, self.cell]
        text = json.dumps(value, sort_keys=True, ensure_ascii=True)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


class RawGraph(NamedTuple):
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
        (operators, wiring), start = cell_graph(cell, architecture), len(kinds)
        for place in wiring.carrying:
            role = cell.nodes[place].role if kind_of(operators[place]) in (INPUT, OUTPUT) else ""
            kinds.append(_node_kind(operators[place], role, names[name]))
        edges += [(start + target, start + source, label) for target, source, label in wiring.edges]
    if not cells and architecture.skeleton is not None:
        layers = [op for op in _layers(architecture.skeleton.stages, architecture) if op.kind != "none"]
        chain = (architecture.operator("input"), *layers, architecture.operator("output"))
        kinds += [NodeKind((operator,), "", "chain") for operator in chain]
        edges += [(place, place - 1, 1) for place in range(1, len(chain))]
    return RawGraph(tuple(kinds), tuple(edges), _skeleton_digest(architecture, names))


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


def has_recurrent_cell(graphs: GraphBatch) -> bool:
    """Whether a node of one of these graphs stands in a recurrent cell."""
    return any(kind.cell.startswith("recurrent/") for kind in graphs.kinds)


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


@lru_cache(maxsize=4096)
def _node_kind(operators: tuple[Operator, ...], role: str, cell: str) -> NodeKind:
    """The same object for the same kind, so that its digest is worked out once."""
    return NodeKind(operators, role, cell)


def _layers(stages: Iterable[Stage], architecture: Architecture) -> Iterator[Operator]:
    """The operators of the skeleton's layers, every repeat one of its own."""
    for stage in stages:
        operator = architecture.operator(stage.op).with_attributes(dict(stage.attributes))
        if stage.width is not None:
            operator = operator.with_attributes({"channels": float(stage.width)})
        for repeat in range(stage.repeats):
            strided = repeat == 0 and stage.stride != 1
            yield operator.with_attributes({"stride": float(stage.stride)}) if strided else operator
