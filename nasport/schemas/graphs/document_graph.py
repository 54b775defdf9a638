"""Convert documents to arrays: one graph per document.

The graph is the disjoint union of the cells that the document uses; every node has a `NodeKind`, which is its operator,
role and cell. A document without used cells becomes the chain of its layers. Only nodes of kind `none`, which carry no
data, and `sum` nodes that feed only nodes which sum their inputs are removed here; `canonical.py` removes the other
unreachable nodes and orders the remaining ones, for all graphs of a batch together.
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

from nasport.schemas.architecture import Architecture, Cell, Skeleton, Stage
from nasport.schemas.graphs.cell_graph import cached_by_cell, cell_graph, kind_of
from nasport.schemas.operators import Operator

INPUT = "input"
OUTPUT = "output"


@dataclass(frozen=True)
class NodeKind:
    """The properties of a node without its position in the graph.

    Attributes:
        operators: operator of the node; several in a mixed node of a supernet.
        role: which input or output of the cell the node is.
        cell: identity of the cell: its role and rule for the channels, numbered if several cells share them.
    """

    operators: tuple[Operator, ...]
    role: str = ""
    cell: str = ""

    def __hash__(self) -> int:
        """Return the digest, which is cached, because kinds are looked up once per node."""
        return self.digest

    @property
    def kind(self) -> str:
        """Kind of the operator; `mixed` if there are several, unless all are `none`."""
        return kind_of(self.operators)

    def mean(self, number: Callable[[Operator], float]) -> float:
        """Return the mean of `number` over the operators."""
        values = [number(operator) for operator in self.operators]
        return values[0] if len(values) == 1 else float(np.mean(values))

    @cached_property
    def digest(self) -> int:
        """64-bit digest that identifies this kind, the same on every machine."""
        value = [[op.to_json() for op in self.operators], self.role, self.cell]
        text = json.dumps(value, sort_keys=True, ensure_ascii=True)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


class RawGraph(NamedTuple):
    """One document as a graph, in topological order.

    Attributes:
        kinds: kinds of the N nodes.
        edges: (target, source, label) with source < target; see `wiring.py` for the labels.
        skeleton: digest of the skeleton.
    """

    kinds: tuple[NodeKind, ...]
    edges: tuple[tuple[int, int, int], ...]
    skeleton: bytes


@dataclass(frozen=True)
class GraphBatch:
    """B graphs of at most N nodes, in topological order, padded.

    Attributes:
        kinds: K distinct kinds of the batch.
        index: (B, N) int64, rows of `kinds`; 0 for padding.
        labels: (B, N, N) int32, lower triangular; `labels[b, v, u]` says how node u feeds node v, 0 if it does not.
        mask: (B, N) bool, True for nodes and False for padding.
        skeletons: B digests of the skeletons.
    """

    kinds: tuple[NodeKind, ...]
    index: NDArray[np.int64]
    labels: NDArray[np.int32]
    mask: NDArray[np.bool_]
    skeletons: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.skeletons)


def raw_graph(architecture: Architecture) -> RawGraph:
    """Return the graph of one document: the union of the cells that it uses, or the chain of its layers.

    Args:
        architecture: checked architecture.
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
    """Combine graphs in one batch, padded to the largest."""
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
    """Whether one of these graphs has a node in a recurrent cell."""
    return any(kind.cell.startswith("recurrent/") for kind in graphs.kinds)


def skeleton_digest(architecture: Architecture) -> bytes:
    """Return the digest of the skeleton: stages, widths, strides, resolution."""
    return _skeleton_digest(architecture, _cell_identities(architecture))


def _cell_identities(architecture: Architecture) -> dict[str, str]:
    """Map cell names to identities: role and rule for the channels, numbered by first use if several cells share them."""
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
    what: list[_Cell | Operator] = []
    for stage in (*skeleton.stem, *skeleton.stages, *skeleton.head):
        if stage.cell:
            what.append(
                _Cell(names[stage.cell], _gives_its_width(architecture.cells[stage.cell], architecture))
            )
        else:
            what.append(architecture.operator(stage.op))
    return _digest(skeleton, tuple(what))


class _Cell(NamedTuple):
    """The cell of a stage: its identity, and whether its output always has the width of the stage."""

    identity: str
    gives_its_width: bool


@cached_by_cell
def _gives_its_width(cell: Cell, architecture: Architecture) -> bool:
    """Whether the output of a cell always has the width of its stage, so that the next stage may state the same width."""
    if cell.channels not in ("same", "split"):
        return False
    operators, wiring = cell_graph(cell, architecture)
    reachable = [
        (cell.nodes[place].join, kind_of(operators[place]), inputs) for place, inputs in wiring.reachable
    ]
    concats = any(join == "concat" and len(inputs) > 1 for join, _, inputs in reachable)
    outputs = sum(kind == OUTPUT for _, kind, _ in reachable)
    return outputs <= 1 and (cell.channels == "split" or not concats)


@lru_cache(maxsize=256)
def _digest(skeleton: Skeleton, what: tuple[_Cell | Operator, ...]) -> bytes:
    """Return the digest of a skeleton, given the cell or the operator of every stage."""
    remaining = iter(what)
    parts = [
        _folded([(stage, next(remaining)) for stage in stages])
        for stages in (skeleton.stem, skeleton.stages, skeleton.head)
    ]
    value = [parts, skeleton.input, skeleton.classes]
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()[:16]


def _folded(stages: Iterable[tuple[Stage, _Cell | Operator]]) -> list[list[object]]:
    """Return the values that identify stages; a stage that continues the previous stage only increases its repeats."""
    folded: list[list[object]] = []
    before: tuple[Stage, _Cell | Operator] | None = None
    repeats = 0
    for stage, named in stages:
        what = named if isinstance(named, _Cell) else named.with_attributes(dict(stage.attributes))
        if before is not None and _continues(*before, stage, what):
            repeats += stage.repeats
        else:
            before, repeats = (stage, what), stage.repeats
            folded.append([])
        first = before[0]
        identity = [what.identity, []] if isinstance(what, _Cell) else what.to_json()
        folded[-1] = [identity, repeats, first.width, first.stride, first.resolution]
    return folded


def _continues(before: Stage, earlier: _Cell | Operator, stage: Stage, what: _Cell | Operator) -> bool:
    """Return whether a stage is equivalent to one more repeat of the previous stage."""
    if what != earlier or stage.stride != 1 or stage.resolution not in (None, before.resolution):
        return False
    keeps = what.gives_its_width if isinstance(what, _Cell) else what.value("channels") is None
    return stage.width == before.width or (stage.width is None and keeps)


@lru_cache(maxsize=4096)
def _node_kind(operators: tuple[Operator, ...], role: str, cell: str) -> NodeKind:
    """Return one cached object per kind, so that its digest is computed once."""
    return NodeKind(operators, role, cell)


def _layers(stages: Iterable[Stage], architecture: Architecture) -> Iterator[Operator]:
    """Yield the operator of every layer of the stages, one for each repeat."""
    for stage in stages:
        operator = architecture.operator(stage.op).with_attributes(dict(stage.attributes))
        if stage.width is not None:
            operator = operator.with_attributes({"channels": float(stage.width)})
        for repeat in range(stage.repeats):
            strided = repeat == 0 and stage.stride != 1
            yield operator.with_attributes({"stride": float(stage.stride)}) if strided else operator
