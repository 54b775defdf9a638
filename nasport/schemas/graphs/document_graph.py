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

from nasport.schemas.architecture import Architecture, Cell, Skeleton, Stage
from nasport.schemas.graphs.cell_graph import cell_graph, kept_by_cell, kind_of
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
    """A cell of a stage: its identity, and whether its output is as wide as the stage says."""

    identity: str
    gives_its_width: bool


@kept_by_cell
def _gives_its_width(cell: Cell, architecture: Architecture) -> bool:
    """Whether the output of a cell is known to have the stage's width, so that stating it once more says nothing."""
    if cell.channels not in ("same", "split"):
        return False
    operators, wiring = cell_graph(cell, architecture)
    live = [(cell.nodes[place].join, kind_of(operators[place]), inputs) for place, inputs in wiring.live]
    concats = any(join == "concat" and len(inputs) > 1 for join, _, inputs in live)
    outputs = sum(kind == OUTPUT for _, kind, _ in live)
    return outputs <= 1 and (cell.channels == "split" or not concats)


@lru_cache(maxsize=256)
def _digest(skeleton: Skeleton, what: tuple[_Cell | Operator, ...]) -> bytes:
    """`what`: of every stage its cell, or its operator."""
    found = iter(what)
    parts = [
        _folded([(stage, next(found)) for stage in stages])
        for stages in (skeleton.stem, skeleton.stages, skeleton.head)
    ]
    value = [parts, skeleton.input, skeleton.classes]
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()[:16]


def _folded(stages: Iterable[tuple[Stage, _Cell | Operator]]) -> list[list[object]]:
    """What stages are, one that goes on as the stage before it added to the repeats of that."""
    folded: list[list[object]] = []
    before: tuple[Stage, _Cell | Operator] | None = None
    repeats = 0
    for stage, named in stages:
        what = named if isinstance(named, _Cell) else named.with_attributes(dict(stage.attributes))
        if before is not None and _goes_on(*before, stage, what):
            repeats += stage.repeats
        else:
            before, repeats = (stage, what), stage.repeats
            folded.append([])
        first = before[0]
        identity = [what.identity, []] if isinstance(what, _Cell) else what.to_json()
        folded[-1] = [identity, repeats, first.width, first.stride, first.resolution]
    return folded


def _goes_on(before: Stage, earlier: _Cell | Operator, stage: Stage, what: _Cell | Operator) -> bool:
    """Whether a stage is what one more repeat of the stage before it would be."""
    if what != earlier or stage.stride != 1 or stage.resolution not in (None, before.resolution):
        return False
    keeps = what.gives_its_width if isinstance(what, _Cell) else what.value("channels") is None
    return stage.width == before.width or (stage.width is None and keeps)


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
