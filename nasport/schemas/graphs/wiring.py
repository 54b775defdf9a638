"""How the nodes of a cell feed each other, computed once for all cells with the same wiring.

The architectures of a search space differ more in their operators than in their wiring, and thousands of them are scored
in a row. So this module caches everything that depends only on the wiring: the order of the nodes, the nodes that carry
data, the labels of the edges. These do not depend on which convolution a node has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from nasport.schemas.checks import topological_order

# The label of an edge tells how one node feeds another. The label 0 means that there is no edge. Otherwise, the label is
# the number of times that the source is among the inputs, plus JOIN_STEP times the number of the join rule. If the order
# of the inputs matters, the label is ORDERED plus the set of ports as bits.
JOINS = {"sum": 0, "concat": 1, "product": 2, "mean": 3}
JOIN_STEP = 1 << 16
ORDERED = 1 << 24
MAX_ORDERED_PORTS = 20
MAX_COUNT = JOIN_STEP - 1

# The kinds of operators that matter to the wiring.
WIRED_KINDS = frozenset(["input", "output", "none", "sum", "product", "elementwise"])

# The wiring of cells with more nodes is not cached, to limit the memory.
MAX_CACHED_NODES = 64


class WiredNode(NamedTuple):
    """The properties of a node that matter to the wiring.

    Attributes:
        id, inputs, join: values from the document.
        kind: kind of the operator if it is one of `WIRED_KINDS`, else empty.
        ordered: whether exchanging two inputs changes the result.
    """

    id: str
    inputs: tuple[str, ...]
    join: str
    kind: str
    ordered: bool


class Wiring:
    """The wiring of a cell, without its operators.

    Attributes:
        nodes: nodes of the cell, in document order.
    """

    def __init__(self, nodes: tuple[WiredNode, ...]) -> None:
        self.nodes = nodes
        self._by_id = {node.id: node for node in nodes}

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Positions of all nodes in topological order."""
        return self._positions({node.id: node.inputs for node in self.nodes})

    @cached_property
    def entering(self) -> tuple[int, ...]:
        """Number of inputs of every node that are inputs of the cell."""
        entrances = {node.id for node in self.nodes if node.kind == "input"}
        return tuple(sum(u in entrances for u in node.inputs) for node in self.nodes)

    @cached_property
    def inputs(self) -> Mapping[str, Mapping[str, int]]:
        """Sources of every node that carries data, each with the number of times that the node reads it.

        Redundant `sum` nodes are dissolved. Nodes of kind `none` are dropped; so are products with a dropped factor,
        because they are zero everywhere.
        """
        dropped: set[str] = set()
        inputs: dict[str, dict[str, int]] = {}
        for node in (self.nodes[position] for position in self.order):
            product = node.join == "product" or node.kind == "product"
            if node.kind == "none" or (product and any(u in dropped for u in node.inputs)):
                dropped.add(node.id)
                continue
            inputs[node.id] = self._counted(node, [u for u in node.inputs if u not in dropped], inputs)
        needed = {u for sources in inputs.values() for u in sources}
        return {
            node.id: inputs[node.id]
            for node in self.nodes
            if node.id in inputs and (node.kind != "sum" or node.id in needed)
        }

    @cached_property
    def carrying(self) -> tuple[int, ...]:
        """Positions of the nodes that `inputs` keeps, in topological order."""
        return self._positions(self.inputs)

    @cached_property
    def edges(self) -> tuple[tuple[int, int, int], ...]:
        """Edges (target, source, label) between the nodes of `carrying`, numbered in that order."""
        position = {self.nodes[at].id: k for k, at in enumerate(self.carrying)}
        return tuple(
            (k, position[u], label)
            for k, at in enumerate(self.carrying)
            for u, label in _labels(self.nodes[at], self.inputs[self.nodes[at].id]).items()
        )

    @cached_property
    def paths(self) -> Mapping[str, list[str]]:
        """Reachable nodes in topological order, without `none`, each with its distinct sources."""
        nodes = [self.nodes[k] for k in self.order]
        inputs = {node.id: dict.fromkeys(node.inputs) for node in nodes if node.kind != "none"}
        return on_path(inputs, self.kinds)

    @cached_property
    def reachable(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Positions of the reachable nodes of `inputs` in document order, each with its sources.

        A source that a sum reads twice is listed once.
        """
        inputs = {self.nodes[k].id: self.inputs[self.nodes[k].id] for k in self.carrying}
        kept = on_path(inputs, self.kinds)
        rows = []
        for k, node in enumerate(self.nodes):
            if node.id in kept:
                once = node.join == "sum" and not node.ordered
                sources = kept[node.id]
                rows.append((k, tuple(sources) if once else tuple(u for u in node.inputs if u in sources)))
        return tuple(rows)

    @cached_property
    def is_reachable(self) -> bool:
        """Whether `reachable` is the whole cell, unchanged."""
        return self.reachable == tuple((k, node.inputs) for k, node in enumerate(self.nodes))

    @cached_property
    def is_entered_as_written(self) -> bool:
        """Whether every node is reachable and reads as many inputs of the cell as in the document."""
        entrances = {node.id for node in self.nodes if node.kind == "input"}
        entering = tuple(sum(u in entrances for u in inputs) for _, inputs in self.reachable)
        return len(self.reachable) == len(self.nodes) and entering == self.entering

    @cached_property
    def unread(self) -> tuple[int, ...]:
        """Positions of the nodes that feed no other node, without inputs, outputs and nodes of kind `none`."""
        return self._feeding_no(self.nodes)

    @cached_property
    def lost(self) -> tuple[int, ...]:
        """Positions of the nodes of `unread` and of those that feed only nodes of kind `none`."""
        return self._feeding_no([node for node in self.nodes if node.kind != "none"])

    @cached_property
    def unfed(self) -> tuple[int, ...]:
        """Positions of the nodes without inputs that are neither inputs of the cell nor of kind `none`."""
        ends = ("input", "none")
        return tuple(k for k, node in enumerate(self.nodes) if not node.inputs and node.kind not in ends)

    @property
    def kinds(self) -> dict[str, str]:
        """Kinds of the nodes by id."""
        return {node.id: node.kind for node in self.nodes}

    def _feeding_no(self, targets: Sequence[WiredNode]) -> tuple[int, ...]:
        fed = {u for node in targets for u in node.inputs}
        ends = ("input", "output", "none")
        return tuple(k for k, node in enumerate(self.nodes) if node.id not in fed and node.kind not in ends)

    def _positions(self, inputs: Mapping[str, Collection[str]]) -> tuple[int, ...]:
        order = topological_order(inputs)
        assert order is not None, "the document was checked for cycles when it was read"
        position = {node.id: k for k, node in enumerate(self.nodes)}
        return tuple(position[node_id] for node_id in order)

    def _counted(
        self, node: WiredNode, sources: Sequence[str], inputs: Mapping[str, Mapping[str, int]]
    ) -> dict[str, int]:
        """Count how often each source feeds a node; if both are sums, the inputs of a source replace it.

        Nested sums multiply the counts, which stop at `MAX_COUNT`.
        """
        sums = node.join == "sum" and not node.ordered and node.kind not in ("product", "elementwise")
        counts: dict[str, int] = {}
        for u in sources:
            dissolves = sums and self._by_id[u].kind == "sum" and self._by_id[u].join == "sum"
            for source, count in (inputs[u] if dissolves else {u: 1}).items():
                counts[source] = min(counts.get(source, 0) + count, MAX_COUNT)
        return counts


def on_path(inputs: Mapping[str, Collection[str]], kinds: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the nodes on an input-output path in order, with those of their inputs that are on such a path.

    Args:
        inputs: for every id the ids that feed it, in topological order; ids that are not keys are ignored.
        kinds: kind of every node.
    """
    reached: set[str] = set()
    for node_id, sources in inputs.items():
        if kinds[node_id] == "input" or not reached.isdisjoint(sources):
            reached.add(node_id)
    reaching: set[str] = set()
    for node_id in reversed(list(inputs)):
        if node_id in reached and (kinds[node_id] == "output" or node_id in reaching):
            reaching.update([node_id, *inputs[node_id]])
    kept = reached & reaching
    return {
        node_id: [u for u in sources if u in kept] for node_id, sources in inputs.items() if node_id in kept
    }


def wiring(nodes: tuple[WiredNode, ...]) -> Wiring:
    """Return the wiring of these nodes; it is cached unless there are more than `MAX_CACHED_NODES`."""
    return _cached_wiring(nodes) if len(nodes) <= MAX_CACHED_NODES else Wiring(nodes)


@lru_cache(maxsize=4096)
def _cached_wiring(nodes: tuple[WiredNode, ...]) -> Wiring:
    return Wiring(nodes)


def _labels(node: WiredNode, counts: Mapping[str, int]) -> dict[str, int]:
    if node.ordered:
        ports: dict[str, int] = {}
        for port, source in enumerate(node.inputs):
            ports[source] = ports.get(source, ORDERED) | 1 << min(port, MAX_ORDERED_PORTS)
        return {source: ports[source] for source in counts}
    step = JOINS[node.join] * JOIN_STEP if sum(counts.values()) > 1 else 0
    return {source: step + count for source, count in counts.items()}
